package io.auditspring.ledger;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;

/**
 * Writes a chain as lines of JSON that can be verified without the database: where it
 * begins and ends, its checkpoints, then its entries.
 */
public final class LedgerExport {

	private final LedgerTables tables;

	private final EntryReader entries;

	private final StoredTree tree;

	/**
	 * Creates an export.
	 * @param connection a connection to PostgreSQL that may read the ledger, in a
	 * transaction of isolation level {@code REPEATABLE READ}
	 * @param schema where the ledger is
	 * @throws SQLException if the database fails
	 */
	public LedgerExport(Connection connection, Schema schema) throws SQLException {
		EntryColumns columns = EntryColumns.of(connection, schema);
		this.tables = new LedgerTables(connection, schema, columns);
		this.entries = new EntryReader(connection, schema, columns);
		this.tree = new StoredTree(connection, schema);
	}

	/**
	 * Writes a chain.
	 * @param chain the chain's name
	 * @param out where to
	 * @throws SQLException if the ledger cannot be read
	 * @throws IOException if it cannot be written
	 * @throws IllegalArgumentException if there is no such chain
	 */
	public void write(String chain, Appendable out) throws SQLException, IOException {
		StoredHead head = this.tables.head(chain);
		if (head == null) {
			throw new IllegalArgumentException("There is no chain '%s'".formatted(chain));
		}
		write(out, header(chain, head));
		for (StoredTree.Row checkpoint : this.tree.checkpoints(chain, 0, Long.MAX_VALUE)) {
			write(out, new CanonicalObject().text("checkpoint", checkpoint.note()).text("chain", chain).toString());
		}
		try {
			this.entries.read(chain, "true", (row) -> writeUnchecked(out, row));
		}
		catch (UncheckedIOException ex) {
			throw ex.getCause();
		}
	}

	private static String header(String chain, StoredHead head) {
		return new CanonicalObject().text("ledger", head.ledgerId().toString())
			.text("chain", chain)
			.number("size", head.size())
			.text("head", HexFormat.of().formatHex(head.hash()))
			.toString();
	}

	private static void writeUnchecked(Appendable out, CopyRow row) {
		try {
			write(out, ExportLine.write(StoredEntry.read(StoredEntry.Place.read(row), row)));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void write(Appendable out, String line) throws IOException {
		out.append(line).append('\n');
	}

}
