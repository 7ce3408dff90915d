/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.verify;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.auditspring.ledger.Problem;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.chain.PartitionCheck;
import io.auditspring.ledger.internal.table.EntryColumns;
import io.auditspring.ledger.internal.table.EntryReader;
import io.auditspring.ledger.internal.table.KnownSettings;
import io.auditspring.ledger.internal.table.LedgerTables;
import io.auditspring.ledger.internal.table.SchemaIntegrity;
import io.auditspring.ledger.internal.tree.RootRows;
import io.auditspring.ledger.internal.tree.StoredTree;
import org.jspecify.annotations.Nullable;

/**
 * Verifies chains over one connection, in one snapshot. Needs nothing but a driver and a
 * JSON parser.
 *
 * @since 0.1.0
 */
public final class LedgerCheck {

	/** Goes on from the newest checkpoint, whichever that is. */
	public static final long NEWEST = -1;

	/** Chains up to this size are read without indexes before they are accused. */
	private static final long CONFIRMED = 1_000_000;

	private static final String DAMAGED = """
			by its indexes the ledger reads otherwise than without them: an index of it is damaged, or was made so; \
			this is what the tables hold, and "reindex table" mends it""";

	private final Connection connection;

	private final Schema schema;

	private final VerificationProgress progress;

	private final LedgerSource source;

	private final TrustPolicy evidence;

	/** What is wrong with anchors that do not tell their chains; told for each chain. */
	private final List<String> faults = new ArrayList<>();

	/** Entries that are there several times, once somebody asks. */
	private @Nullable List<Problem> repeated;

	/** How many entries the table has of each chain, once somebody asks. */
	private @Nullable Map<String, Long> rows;

	private LedgerCheck(Connection connection, Schema schema, TrustPolicy evidence, VerificationProgress progress)
			throws SQLException {
		this.connection = connection;
		this.schema = schema;
		this.evidence = evidence;
		this.progress = progress;
		this.source = source();
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
		// The index has the order already; sorting all entries would fill the disk.
		execute(connection, "set local enable_sort = off");
		return new LedgerCheck(connection, schema, evidence, progress);
	}

	private static void execute(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	private LedgerSource source() throws SQLException {
		EntryColumns columns = EntryColumns.of(this.connection, this.schema);
		EntryReader entries = new EntryReader(this.connection, this.schema, columns);
		LedgerTables tables = new LedgerTables(this.connection, this.schema, columns);
		return new LedgerSource(tables, SchemaIntegrity.findings(this.connection, this.schema), columns, entries,
				PartitionCheck.of(this.connection, this.schema), new StoredTree(this.connection, this.schema),
				new RootRows(this.connection, this.schema), LedgerSource.elsewhere(entries, tables), this.progress);
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
		chains.addAll(this.source.roots().chains());
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
		return verify(chain, 0);
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
		return verify(chain, since);
	}

	private ChainVerification verify(String chain, long since) throws SQLException {
		ChainVerification found = read(chain, since);
		if (since == 0) {
			for (Problem repeated : repeated()) {
				found = repeated.chain().equals(chain) ? found.with(repeated) : found;
			}
			long ofNone = rows(null);
			if (ofNone > 0) {
				found = found.with(new Problem(Problem.Kind.POSITION, chain, null, null,
						"there are %s entries of no chain, which nothing protects".formatted(ofNone), null, null));
			}
		}
		return found;
	}

	private List<Problem> repeated() throws SQLException {
		List<Problem> known = this.repeated;
		if (known == null) {
			known = RepeatedEntries.find(this.connection, this.schema);
			this.repeated = known;
		}
		return known;
	}

	// Indexes that lead past a row would have it missed, or have one pass that is there
	// for those who come another way.
	private ChainVerification read(String chain, long since) throws SQLException {
		ChainVerification found = new ChainRun(chain, this.source, this.evidence, since).run(this.faults);
		boolean complete = since != 0 || found.entries() == rows(chain);
		if (complete && (!found.tampered() || found.entries() > CONFIRMED)) {
			return found;
		}
		setIndexes("off");
		ChainVerification held = new ChainRun(chain, source(), this.evidence, since).run(this.faults);
		setIndexes("default");
		// Not problem by problem: entries with the same place and time have no order.
		return (held.counts().equals(found.counts()) && held.entries() == found.entries()) ? found
				: held.with(new Problem(Problem.Kind.EVIDENCE, chain, null, null, DAMAGED, null, null));
	}

	private long rows(@Nullable String chain) throws SQLException {
		Map<String, Long> known = this.rows;
		if (known == null) {
			known = new HashMap<>();
			setIndexes("off");
			try (Statement statement = this.connection.createStatement();
					ResultSet result = statement.executeQuery("select chain, count(*) from %s group by chain"
						.formatted(this.schema.table("audit_log")))) {
				while (result.next()) {
					known.put(result.getString(1), result.getLong(2));
				}
			}
			setIndexes("default");
			this.rows = known;
		}
		return known.getOrDefault(chain, 0L);
	}

	private void setIndexes(String value) throws SQLException {
		execute(this.connection, """
				set local enable_indexscan to %1$s;
				set local enable_indexonlyscan to %1$s;
				set local enable_bitmapscan to %1$s;
				set local enable_sort to %2$s
				""".formatted(value, value.equals("off") ? "on" : "off"));
	}

}
