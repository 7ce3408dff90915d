package io.auditspring.ledger;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Writes a chain as lines of JSON that can be verified without the database: where it
 * begins and ends, its checkpoints, then its entries.
 */
public final class LedgerExport {

	private static final int PAGE = 500;

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
		KnownSettings.apply(connection);
		EntryColumns columns = EntryColumns.of(connection, schema);
		this.tables = new LedgerTables(connection, schema, columns);
		this.entries = new EntryReader(connection, schema, columns);
		this.tree = new StoredTree(connection, schema);
	}

	/**
	 * Finds the chains that can be written.
	 * @return their names
	 * @throws SQLException if the ledger cannot be read
	 */
	public List<String> chains() throws SQLException {
		return this.tables.chains();
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
		writeEntries(chain, out);
	}

	/**
	 * Reads some at a time and to the end, since a COPY that is broken off can leave the
	 * answer to its cancellation to whoever uses the connection next.
	 */
	private void writeEntries(String chain, Appendable out) throws SQLException, IOException {
		List<String> lines = new ArrayList<>(PAGE);
		this.entries.read(chain, "seq is null", (row) -> lines.add(line(row)));
		for (long seq = this.tables.next(chain, 0); seq >= 0; seq = this.tables.next(chain, seq + PAGE)) {
			this.entries.read(chain, "seq >= %s and seq < %s".formatted(seq, seq + PAGE),
					(row) -> lines.add(line(row)));
			for (String line : lines) {
				write(out, line);
			}
			lines.clear();
		}
	}

	private static String line(CopyRow row) {
		return ExportLine.write(StoredEntry.read(StoredEntry.Place.read(row), row));
	}

	private static String header(String chain, StoredHead head) {
		return new CanonicalObject().text("ledger", head.ledgerId().toString())
			.text("chain", chain)
			.number("size", head.size())
			.text("head", HexFormat.of().formatHex(head.hash()))
			.toString();
	}

	private static void write(Appendable out, String line) throws IOException {
		out.append(line).append('\n');
	}

}
