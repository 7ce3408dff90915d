package io.auditspring.delivery;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

import io.auditspring.capture.Sentences;
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

	private final String holds;

	private final String quarantine;

	private final OutboxDatabases databases;

	private final Sentences sentences;

	private final Backlog backlog;

	/**
	 * Creates it.
	 * @param schema where it is
	 * @param chain the chain that entries are for
	 * @param databases in which of several databases it may be
	 * @param sentences completes entries
	 */
	public Outbox(Schema schema, String chain, OutboxDatabases databases, Sentences sentences) {
		this.chain = chain;
		this.databases = databases;
		this.sentences = sentences;
		this.backlog = new Backlog(schema, chain);
		this.insert = """
				insert into %s (chain, entries)
				values (?, ?)
				returning id, pg_current_xact_id()::text::bigint
				""".formatted(schema.table("audit_outbox"));
		this.takeOne = """
				delete from %s
				where chain = ?
				and id = ?
				returning id, entries, octet_length(entries)
				""".formatted(schema.table("audit_outbox"));
		this.holds = """
				select exists (select from %s where chain = ? and id = ?)
				""".formatted(schema.table("audit_outbox"));
		// Rows that another relay is moving are passed over, not waited for.
		// Materialized, as a limit with locks must be evaluated once. However large rows
		// are, one is taken. The length of a large value is known without reading it. The
		// limit is no parameter, so that the planner knows how few rows there are.
		this.take = """
				with oldest as materialized (
					select chain, id, octet_length(entries) as bytes
					from %1$s
					where chain = ?
					and id > ?
					order by id
					limit %%s
					for update skip locked
				), fitting as materialized (
					select chain, id, bytes, sum(bytes) over (order by id) - bytes as before
					from oldest
				)
				delete from %1$s as outbox
				using fitting
				where outbox.chain = fitting.chain
				and outbox.id = fitting.id
				and fitting.before < ?
				returning outbox.id, outbox.entries, fitting.bytes
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
	 * @return their row
	 * @throws SQLException when the database refuses
	 */
	StagedRow stage(Connection connection, List<Entry> entries) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(this.insert)) {
			statement.setString(1, this.chain);
			statement.setString(2, EntryCodec.write(entries.stream().map(this.sentences::complete).toList()));
			try (ResultSet result = statement.executeQuery()) {
				result.next();
				return new StagedRow(result.getLong(1), result.getLong(2), entries.get(0).id(), entries.size(),
						this.databases.nameOf(connection));
			}
		}
		catch (SQLException ex) {
			throw this.databases.explained(connection, ex);
		}
	}

	/**
	 * Whether a transaction is still running.
	 * @param connection a connection with an open transaction
	 * @param row what it staged
	 * @return {@code false} where it has ended, or this server never knew it
	 * @throws SQLException when the database fails
	 */
	boolean isRunning(Connection connection, StagedRow row) throws SQLException {
		// A number that this server has not given out yet is one of the server before a
		// fail-over.
		try (PreparedStatement statement = connection.prepareStatement("""
				select case
					when ?::text::xid8 < pg_current_xact_id()
					then pg_xact_status(?::text::xid8) = 'in progress'
				end
				""")) {
			statement.setString(1, Long.toString(row.transaction()));
			statement.setString(2, Long.toString(row.transaction()));
			try (ResultSet result = statement.executeQuery()) {
				result.next();
				return result.getBoolean(1);
			}
		}
	}

	/**
	 * Whether a row is there.
	 * @param connection a connection with an open transaction
	 * @param row the row
	 * @return whether it is staged and committed
	 * @throws SQLException when the database fails
	 */
	boolean holds(Connection connection, StagedRow row) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(this.holds)) {
			statement.setString(1, this.chain);
			statement.setLong(2, row.id());
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
	 * @param after only rows with a higher id
	 * @param limit the most rows to take
	 * @param bytes no more when they hold so many bytes
	 * @return the rows, oldest first
	 * @throws SQLException when the database refuses
	 */
	List<Row> take(Connection connection, long after, int limit, long bytes) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(this.take.formatted(limit))) {
			statement.setString(1, this.chain);
			statement.setLong(2, after);
			statement.setLong(3, bytes);
			return rows(statement);
		}
	}

	/**
	 * Takes a certain row out of the outbox, waiting for whoever else is moving it.
	 * @param connection a connection with an open transaction
	 * @param row the row's id
	 * @return the row, or nothing where it has been moved
	 * @throws SQLException when the database refuses
	 */
	List<Row> takeOne(Connection connection, long row) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(this.takeOne)) {
			statement.setString(1, this.chain);
			statement.setLong(2, row);
			return rows(statement);
		}
	}

	private static List<Row> rows(PreparedStatement statement) throws SQLException {
		List<Row> rows = new ArrayList<>();
		try (ResultSet result = statement.executeQuery()) {
			while (result.next()) {
				rows.add(new Row(result.getLong(1), result.getString(2), result.getLong(3)));
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
	 * @param bytes how large they are
	 */
	record Row(long id, String entries, long bytes) {

		/**
		 * The ids of the row's entries.
		 * @return them; none where the entries cannot be read
		 */
		List<UUID> ids() {
			try {
				return EntryCodec.read(this.entries).stream().map(Entry::id).toList();
			}
			catch (RuntimeException ex) {
				return List.of();
			}
		}

	}

}
