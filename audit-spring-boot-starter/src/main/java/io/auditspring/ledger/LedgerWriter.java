package io.auditspring.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Appends entries to chains. Safe for use by any number of threads, instances and
 * services: each chain's head row lets one writer in at a time, in the order in which
 * they commit.
 */
public final class LedgerWriter {

	private final ChainHeads heads;

	private final EntryRows rows;

	/**
	 * Creates a writer.
	 * @param schema where the ledger is
	 */
	public LedgerWriter(Schema schema) {
		this.heads = new ChainHeads(schema);
		this.rows = new EntryRows(schema);
	}

	/**
	 * Appends entries to a chain, as part of the transaction that is open on the
	 * connection. The chain is locked until that ends; a transaction that appends to
	 * several chains must take them in the order of their names, or it may deadlock with
	 * another one. Needs isolation level {@code READ COMMITTED}.
	 * @param connection a connection to PostgreSQL with auto-commit off; the caller
	 * commits
	 * @param chain the chain's name; it is begun if there is none
	 * @param entries the entries, in their order; all share one time of recording
	 * @throws SQLException if the database refuses an entry, or fails; the transaction
	 * can then only be rolled back
	 * @throws IllegalStateException if auto-commit is on
	 */
	public void append(Connection connection, String chain, List<Entry> entries) throws SQLException {
		if (entries.isEmpty()) {
			return;
		}
		if (connection.getAutoCommit()) {
			throw new IllegalStateException(
					"Entries are appended within a transaction: switch auto-commit off before, and commit after");
		}
		this.rows.append(connection, this.heads.lock(connection, chain), entries);
	}

}
