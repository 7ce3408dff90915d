package io.auditspring.ledger.verify;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.chain.PartitionCheck;
import io.auditspring.ledger.internal.table.EntryColumns;
import io.auditspring.ledger.internal.table.EntryReader;
import io.auditspring.ledger.internal.table.KnownSettings;
import io.auditspring.ledger.internal.table.LedgerTables;
import io.auditspring.ledger.internal.table.SchemaIntegrity;
import io.auditspring.ledger.internal.tree.StoredTree;

/**
 * Verifies chains over one connection, in one snapshot. Needs nothing but a driver and a
 * JSON parser.
 *
 * @since 0.1.0
 */
public final class LedgerCheck {

	/** Goes on from the newest checkpoint, whichever that is. */
	public static final long NEWEST = -1;

	private final LedgerSource source;

	private final TrustPolicy evidence;

	/** What is wrong with anchors that do not tell their chains; told for each chain. */
	private final List<String> faults = new ArrayList<>();

	private LedgerCheck(LedgerSource source, TrustPolicy evidence) {
		this.source = source;
		this.evidence = evidence;
	}

	/**
	 * Begins a verification.
	 * @param connection a connection to PostgreSQL that may read the ledger, with
	 * auto-commit off and no transaction begun; the caller ends the transaction
	 * @param schema where the ledger is
	 * @param evidence what speaks for the ledger from outside
	 * @param progress learns how far it is
	 * @return what verifies, as long as the transaction lasts
	 * @throws SQLException if the database fails
	 */
	public static LedgerCheck begin(Connection connection, Schema schema, TrustPolicy evidence,
			VerificationProgress progress) throws SQLException {
		KnownSettings.begin(connection, "isolation level repeatable read, read only");
		return within(connection, schema, evidence, progress);
	}

	/**
	 * Begins one in a transaction that has its settings.
	 */
	public static LedgerCheck within(Connection connection, Schema schema, TrustPolicy evidence,
			VerificationProgress progress) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			// The index has the order already; sorting all entries would fill the disk.
			statement.execute("set local enable_sort = off");
		}
		EntryColumns columns = EntryColumns.of(connection, schema);
		EntryReader entries = new EntryReader(connection, schema, columns);
		return new LedgerCheck(new LedgerSource(new LedgerTables(connection, schema, columns),
				SchemaIntegrity.findings(connection, schema), columns, entries, PartitionCheck.of(connection, schema),
				new StoredTree(connection, schema), LedgerSource.elsewhere(entries), progress), evidence);
	}

	/**
	 * The names of all chains.
	 * @return the names, sorted
	 * @throws SQLException if the ledger cannot be read
	 * @throws UncheckedIOException if there are none, and not all anchors can tell
	 * whether there were any
	 */
	public List<String> chains() throws SQLException {
		// Also those of which nothing is left but checkpoints, here or elsewhere.
		Set<String> chains = new TreeSet<>(this.source.tables().chains());
		chains.addAll(this.source.tree().chains());
		this.faults.clear();
		chains.addAll(this.evidence.chainsBeside(chains, this.faults::add));
		if (chains.isEmpty() && !this.faults.isEmpty()) {
			String fault = this.faults.get(0);
			throw new UncheckedIOException(
					"There are no entries, and whether there should be some is unknown: " + fault,
					new IOException(fault));
		}
		return List.copyOf(chains);
	}

	/**
	 * Verifies one chain.
	 * @param chain the chain's name
	 * @return the result; one without entries for a chain that was never begun
	 * @throws SQLException if the ledger cannot be read
	 */
	public ChainVerification verify(String chain) throws SQLException {
		return new ChainRun(chain, this.source, this.evidence, 0).run(this.faults);
	}

	/**
	 * Verifies what came to a chain after a checkpoint: the entries since then, and that
	 * the tree over those before still leads to the root that was signed. Without a
	 * trusted key, or if that fails, the whole chain.
	 * @param chain the chain's name
	 * @param size the checkpoint's size, or {@link #NEWEST}
	 * @return the result
	 * @throws SQLException if the ledger cannot be read
	 */
	public ChainVerification verifySince(String chain, long size) throws SQLException {
		long since = (size == NEWEST) ? this.source.tree().newestCheckpoint(chain) : size;
		return new ChainRun(chain, this.source, this.evidence, since).run(this.faults);
	}

}
