package io.auditspring.delivery;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

import io.auditspring.ledger.Entry;
import io.auditspring.ledger.EntryCodec;
import io.auditspring.ledger.Schema;

/**
 * The table in which business transactions stage their entries. All entries of a
 * transaction are one row, so that staging costs one statement.
 */
public final class Outbox {

	private final String chain;

	private final String insert;

	private final String take;

	private final String takeOne;

	private final String kept;

	private final String quarantine;

	private final Backlog backlog;

	public Outbox(Schema schema, String chain) {
		this.chain = chain;
		this.backlog = new Backlog(schema, chain);
		this.insert = """
				insert into %s (chain, entries)
				values (?, ?)
				returning id
				""".formatted(schema.table("audit_outbox"));
		this.takeOne = """
				delete from %s
				where chain = ?
				and id = ?
				returning id, entries
				""".formatted(schema.table("audit_outbox"));
		this.kept = """
				select exists (select from %s where chain = ? and id = ?) or exists (select from %s where id = ?)
				""".formatted(schema.table("audit_outbox"), schema.table("audit_log"));
		// Rows that another relay is moving are passed over, not waited for.
		// Materialized,
		// as a limit with locks must be evaluated once.
		this.take = """
				with oldest as materialized (
					select chain, id
					from %1$s
					where chain = ?
					order by id
					limit ?
					for update skip locked
				)
				delete from %1$s as outbox
				using oldest
				where outbox.chain = oldest.chain
				and outbox.id = oldest.id
				returning outbox.id, outbox.entries
				""".formatted(schema.table("audit_outbox"));
		this.quarantine = """
				insert into %s (chain, entries, reason)
				values (?, ?, ?)
				""".formatted(schema.table("audit_quarantine"));
	}

	/**
	 * How much waits.
	 * @return its live measurements
	 */
	public Backlog backlog() {
		return this.backlog;
	}

	/**
	 * Stages entries in the transaction that is open on the connection.
	 * @param connection the business transaction's connection
	 * @param entries the entries, at least one
	 * @return the id of their row
	 * @throws SQLException when the database refuses
	 */
	long stage(Connection connection, List<Entry> entries) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(this.insert)) {
			statement.setString(1, this.chain);
			statement.setString(2, EntryCodec.write(entries));
			try (ResultSet result = statement.executeQuery()) {
				result.next();
				return result.getLong(1);
			}
		}
	}

	/**
	 * Whether entries that were staged are there: still staged, or in the ledger.
	 * @param connection any connection
	 * @param row the id of their row
	 * @param entry one of them
	 * @return whether their transaction was committed
	 * @throws SQLException when the database fails
	 */
	boolean isKept(Connection connection, long row, UUID entry) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(this.kept)) {
			statement.setString(1, this.chain);
			statement.setLong(2, row);
			statement.setObject(3, entry);
			try (ResultSet result = statement.executeQuery()) {
				result.next();
				return result.getBoolean(1);
			}
		}
	}

	/**
	 * Takes the oldest rows out of the outbox; they are gone when the transaction
	 * commits.
	 * @param connection a connection with an open transaction
	 * @param limit the most rows to take
	 * @return the rows, oldest first
	 * @throws SQLException when the database refuses
	 */
	List<Row> take(Connection connection, int limit) throws SQLException {
		return take(connection, this.take, limit);
	}

	/**
	 * Takes a certain row out of the outbox, waiting for whoever else is moving it.
	 * @param connection a connection with an open transaction
	 * @param row the row's id
	 * @return the row, or nothing where it has been moved
	 * @throws SQLException when the database refuses
	 */
	List<Row> takeOne(Connection connection, long row) throws SQLException {
		return take(connection, this.takeOne, row);
	}

	private List<Row> take(Connection connection, String sql, long parameter) throws SQLException {
		List<Row> rows = new ArrayList<>();
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			statement.setString(1, this.chain);
			statement.setLong(2, parameter);
			try (ResultSet result = statement.executeQuery()) {
				while (result.next()) {
					rows.add(new Row(result.getLong(1), result.getString(2)));
				}
			}
		}
		// RETURNING promises no order.
		rows.sort(Comparator.comparingLong(Row::id));
		return rows;
	}

	/**
	 * Keeps what the ledger refuses, for somebody to look at.
	 * @param connection a connection with an open transaction
	 * @param entries the refused entries, as the outbox holds them
	 * @param reason why they were refused
	 * @throws SQLException when the database refuses this too
	 */
	void quarantine(Connection connection, String entries, String reason) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(this.quarantine)) {
			statement.setString(1, this.chain);
			statement.setString(2, entries);
			statement.setString(3, reason.replace('\0', '\uFFFD'));
			statement.executeUpdate();
		}
	}

	void quarantine(Connection connection, List<Entry> entries, String reason) throws SQLException {
		quarantine(connection, EntryCodec.write(entries), reason);
	}

	/**
	 * Reads the entries of a row.
	 * @param row the row
	 * @return its entries
	 */
	List<Entry> read(Row row) {
		return EntryCodec.read(row.entries());
	}

	/**
	 * One transaction's entries.
	 *
	 * @param id the row's place
	 * @param entries the entries as the codec wrote them
	 */
	record Row(long id, String entries) {

		/**
		 * How many entries the row holds.
		 * @return that, or 1 where they cannot be read
		 */
		int count() {
			try {
				return EntryCodec.read(this.entries).size();
			}
			catch (RuntimeException ex) {
				return 1;
			}
		}

	}

}
