package io.auditspring.delivery;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

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

	private final String quarantine;

	public Outbox(Schema schema, String chain) {
		this.chain = chain;
		this.insert = """
				insert into %s (chain, entries)
				values (?, ?)
				""".formatted(schema.table("audit_outbox"));
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
	 * Stages entries in the transaction that is open on the connection.
	 * @param connection the business transaction's connection
	 * @param entries the entries, at least one
	 * @throws SQLException when the database refuses
	 */
	void stage(Connection connection, List<Entry> entries) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(this.insert)) {
			statement.setString(1, this.chain);
			statement.setString(2, EntryCodec.write(entries));
			statement.executeUpdate();
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
		List<Row> rows = new ArrayList<>();
		try (PreparedStatement statement = connection.prepareStatement(this.take)) {
			statement.setString(1, this.chain);
			statement.setInt(2, limit);
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
			statement.setString(3, reason);
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

	}

}
