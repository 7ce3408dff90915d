/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.outbox;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

import io.auditspring.capture.internal.entry.Sentences;
import io.auditspring.database.internal.OutboxDatabases;
import io.auditspring.database.internal.StagedRow;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryCodec;
import io.auditspring.ledger.internal.entry.InvalidEntryException;
import io.auditspring.ledger.internal.table.Sql;
import org.jspecify.annotations.Nullable;

/**
 * The table in which business transactions stage their entries. All entries of a
 * transaction are one row, so that staging costs one statement; very many are several, as
 * a row must fit into the memory of whoever moves it.
 */
public final class Outbox {

	/** How many characters a row has at most, unless one entry has more. */
	static final int ROW_LENGTH = 1_000_000;

	/** How much of a row that nobody may read as a whole is read at once. */
	private static final int PIECE_LENGTH = 4_000_000;

	private final Schema schema;

	private final String chain;

	private final long largest;

	private final Duration patience;

	private final String table;

	private final String quarantine;

	private final String insert;

	private final String insertInTime;

	private final OutboxDatabases databases;

	private final Sentences sentences;

	private final RecentlyStaged recent;

	private final Backlog backlog;

	/**
	 * Creates it.
	 * @param schema where it is
	 * @param chain the chain that entries are for
	 * @param databases in which of several databases it may be
	 * @param largest the most bytes of a row that is read
	 * @param patience how long a business transaction waits for whoever locks the table
	 * @param takeOverAfter how long rows of a chain wait until somebody else than those
	 * who serve it moves them
	 * @param sentences completes entries
	 * @param recent what this instance staged
	 */
	Outbox(Schema schema, String chain, OutboxDatabases databases, long largest, Duration patience,
			Duration takeOverAfter, Sentences sentences, RecentlyStaged recent) {
		this(schema, chain, databases, largest, patience, new Backlog(schema, chain, takeOverAfter), sentences, recent);
	}

	private Outbox(Schema schema, String chain, OutboxDatabases databases, long largest, Duration patience,
			Backlog backlog, Sentences sentences, RecentlyStaged recent) {
		this.schema = schema;
		this.chain = chain;
		this.databases = databases;
		this.largest = largest;
		this.patience = patience;
		this.backlog = backlog;
		this.sentences = sentences;
		this.recent = recent;
		this.table = schema.table("audit_outbox");
		this.quarantine = schema.table("audit_quarantine");
		this.insert = """
				insert into %s (chain, entries)
				values (?, ?)
				returning id, pg_current_xact_id()::text::bigint
				""".formatted(this.table);
		// One round trip. A shorter time-out of the application's own stays; it is as
		// before when the statement is done, and after a failure when its effects are
		// undone.
		this.insertInTime = """
				select set_config('audit_starter.lock_timeout', current_setting('lock_timeout'), true),
					case when current_setting('lock_timeout') = '0'
						or current_setting('lock_timeout')::interval > interval '%2$s ms'
						then set_config('lock_timeout', '%2$s', true) end;
				%1$s;
				select set_config('lock_timeout', current_setting('audit_starter.lock_timeout'), true)
				""".formatted(this.insert.strip(), patience.toMillis());
	}

	/**
	 * How much waits.
	 * @return its live measurements
	 */
	public Backlog backlog() {
		return this.backlog;
	}

	/**
	 * The most bytes of a row that is read.
	 * @return them
	 */
	public long largest() {
		return this.largest;
	}

	/**
	 * The rows of another chain.
	 * @param other the chain
	 * @return the same table
	 */
	Outbox of(String other) {
		return new Outbox(this.schema, other, this.databases, this.largest, this.patience, this.backlog, this.sentences,
				this.recent);
	}

	/**
	 * Stages entries in a transaction of ours that is open on the connection.
	 * @param connection the connection
	 * @param entries the entries, at least one
	 * @return their row
	 * @throws SQLException when the database refuses
	 */
	public StagedRow stage(Connection connection, List<Entry> entries) throws SQLException {
		return stage(connection, this.insert, 0, entries);
	}

	/**
	 * Stages entries in a business transaction. Who locks the table is not waited for
	 * without end; everything else of that transaction waits as before.
	 * @param connection its connection
	 * @param entries the entries, at least one
	 * @return their row
	 * @throws SQLException when the database refuses
	 */
	public StagedRow stageInTime(Connection connection, List<Entry> entries) throws SQLException {
		return stage(connection, this.insertInTime, 1, entries);
	}

	private StagedRow stage(Connection connection, String sql, int before, List<Entry> entries) throws SQLException {
		List<Entry> complete = entries.stream().map(this.sentences::complete).toList();
		List<String> texts = EntryCodec.write(complete, ROW_LENGTH);
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			long[] row = insert(statement, before, texts.get(0));
			List<Long> further = (texts.size() == 1) ? List.of() : new ArrayList<>();
			for (String text : texts.subList(1, texts.size())) {
				further.add(insert(statement, before, text)[0]);
			}
			if (further.isEmpty()) {
				this.recent.add(texts.get(0), complete);
			}
			return new StagedRow(row[0], row[1], entries.get(0).id(), entries.size(), this.databases.nameOf(connection),
					further);
		}
		catch (SQLException ex) {
			throw this.databases.explained(connection, ex);
		}
	}

	private long[] insert(PreparedStatement statement, int before, String text) throws SQLException {
		statement.setString(1, this.chain);
		statement.setString(2, text);
		statement.execute();
		for (int i = 0; i < before; i++) {
			statement.getMoreResults();
		}
		try (ResultSet result = statement.getResultSet()) {
			result.next();
			return new long[] { result.getLong(1), result.getLong(2) };
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
		String transaction = Long.toString(row.transaction());
		return Sql.is(connection, """
				select case
					when ?::text::xid8 < pg_current_xact_id()
					then pg_xact_status(?::text::xid8) = 'in progress'
				end
				""", transaction, transaction);
	}

	/**
	 * Whether a row is there. After a fail-over somebody else's may have its number.
	 * @param connection a connection with an open transaction
	 * @param row the row
	 * @return whether it is staged and committed
	 * @throws SQLException when the database fails
	 */
	boolean holds(Connection connection, StagedRow row) throws SQLException {
		return Sql.is(connection, "select exists (select from %s where chain = ? and id = ? and strpos(entries, ?) > 0)"
			.formatted(this.table), this.chain, row.id(), row.entry().toString());
	}

	/**
	 * Whether an entry was set aside with its row, as one of them was refused.
	 * @param connection a connection to the database of the ledger, with an open
	 * transaction
	 * @param row the row
	 * @return whether it is in quarantine
	 * @throws SQLException when the database fails
	 */
	boolean isSetAside(Connection connection, StagedRow row) throws SQLException {
		return Sql.is(connection, "select %s(?)".formatted(this.schema.table("audit_is_quarantined")), row.entry());
	}

	/**
	 * Whether a row of any chain holds a text. Reads them all.
	 * @param connection a connection with an open transaction
	 * @param text the text
	 * @return whether one that is staged and committed does
	 * @throws SQLException when the database fails
	 */
	public boolean mentions(Connection connection, String text) throws SQLException {
		return Sql.is(connection, "select exists (select from %s where strpos(entries, ?) > 0)".formatted(this.table),
				text);
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
		// Rows that another relay is moving are passed over, not waited for. They are
		// deleted by their place, since a join would be planned for an empty table.
		// Materialized, as a limit with locks must be evaluated once. However large rows
		// are, one is taken. The length of a large value is known without reading it. The
		// limit is no parameter, so that the planner knows how few rows there are.
		List<Row> rows = Sql.list(connection, """
				with oldest as materialized (
					select ctid as place, id, octet_length(entries) as bytes
					from %1$s
					where chain = ?
					and id > ?
					order by id
					limit %3$s
					for update skip locked
				), sized as (
					select place, sum(bytes) over (order by id) - bytes as before
					from oldest
				)
				delete from %1$s
				where ctid = any (array(select place from sized where before < ?))
				returning id, case when octet_length(entries) <= %2$s then entries end, octet_length(entries)
				""".formatted(this.table, this.largest, limit), Row::read, this.chain, after, bytes);
		// RETURNING promises no order.
		rows.sort(Comparator.comparingLong(Row::id));
		return rows;
	}

	/**
	 * Takes a certain row out of the outbox, waiting for whoever else is moving it.
	 * @param connection a connection with an open transaction
	 * @param row the row's id
	 * @return the row, or nothing where it has been moved
	 * @throws SQLException when the database refuses
	 */
	List<Row> takeOne(Connection connection, long row) throws SQLException {
		return Sql.list(connection, """
				delete from %s
				where chain = ?
				and id = ?
				returning id, case when octet_length(entries) <= %s then entries end, octet_length(entries)
				""".formatted(this.table, this.largest), Row::read, this.chain, row);
	}

	/**
	 * The same for several rows.
	 * @param connection a connection with an open transaction
	 * @param rows the rows' ids
	 * @return those that have not been moved yet, oldest first
	 * @throws SQLException when the database refuses
	 */
	List<Row> takeAll(Connection connection, List<Long> rows) throws SQLException {
		List<Row> taken = Sql.list(connection, """
				delete from %s
				where chain = ?
				and id = any (?)
				returning id, case when octet_length(entries) <= %s then entries end, octet_length(entries)
				""".formatted(this.table, this.largest), Row::read, this.chain, Sql.array("bigint", rows));
		taken.sort(Comparator.comparingLong(Row::id));
		return taken;
	}

	/**
	 * Which rows are the oldest, without what is in them.
	 * @param connection a connection with an open transaction
	 * @param most how many at most
	 * @return their ids
	 * @throws SQLException when the database fails
	 */
	List<Long> oldest(Connection connection, int most) throws SQLException {
		return Sql.list(connection, """
				select id
				from %s
				where chain = ?
				order by id
				limit ?
				""".formatted(this.table), (row) -> row.getLong(1), this.chain, most);
	}

	/**
	 * Moves a row to the quarantine of the same database, without reading it.
	 * @param connection a connection with an open transaction
	 * @param row the row's id
	 * @param reason why
	 * @return how many rows that were; none where somebody else has moved it
	 * @throws SQLException when the database refuses
	 */
	int setAside(Connection connection, long row, String reason) throws SQLException {
		return Sql.update(connection, """
				with removed as (
					delete from %s
					where chain = ?
					and id = ?
					returning chain, entries
				)
				insert into %s (chain, entries, reason)
				select chain, entries, ?
				from removed
				""".formatted(this.table, this.quarantine), this.chain, row, storable(reason));
	}

	/**
	 * Reads a part of a row.
	 * @param connection a connection with an open transaction
	 * @param row the row's id
	 * @param part which part, from 0
	 * @return the text; empty behind the end, and where there is no such row
	 * @throws SQLException when the database refuses
	 */
	String piece(Connection connection, long row, int part) throws SQLException {
		String piece = Sql.find(connection, """
				select substring(entries from ? for ?)
				from %s
				where chain = ?
				and id = ?
				for update
				""".formatted(this.table), (text) -> text.getString(1), part * PIECE_LENGTH + 1, PIECE_LENGTH,
				this.chain, row);
		return (piece != null) ? piece : "";
	}

	/**
	 * Keeps what the ledger refuses, for somebody to look at.
	 * @param connection a connection with an open transaction
	 * @param entries the refused entries, as the outbox holds them
	 * @param reason why they were refused
	 * @return how many rows they are in quarantine
	 * @throws SQLException when the database refuses this too
	 */
	public int quarantine(Connection connection, String entries, String reason) throws SQLException {
		return Sql.update(connection,
				"insert into %s (chain, entries, reason) values (?, ?, ?)".formatted(this.quarantine), this.chain,
				entries, storable(reason));
	}

	private static String storable(String reason) {
		return reason.replace('\0', '\uFFFD');
	}

	public int quarantine(Connection connection, List<Entry> entries, String reason) throws SQLException {
		return quarantine(connection, EntryCodec.write(entries), reason);
	}

	/**
	 * Reads the entries of a row.
	 * @param row the row
	 * @return its entries
	 */
	List<Entry> read(Row row) {
		if (row.entries() == null) {
			throw new InvalidEntryException(new IllegalArgumentException(tooLarge(row)));
		}
		List<Entry> known = this.recent.take(row.entries());
		return (known != null) ? known : read(row.entries());
	}

	/**
	 * Reads entries that were staged.
	 * @param entries the text of their row
	 * @return the entries
	 * @throws InvalidEntryException if they cannot be read
	 */
	public static List<Entry> read(String entries) {
		try {
			return EntryCodec.read(entries);
		}
		catch (RuntimeException ex) {
			throw new InvalidEntryException(ex);
		}
	}

	String tooLarge(Row row) {
		return "The row has %s bytes, and one of more than %s is not read".formatted(row.bytes(), this.largest);
	}

	/**
	 * One transaction's entries.
	 *
	 * @param id the row's place
	 * @param entries the entries as the codec wrote them, or {@code null} where they are
	 * too large to be read
	 * @param bytes how large they are
	 */
	record Row(long id, @Nullable String entries, long bytes) {

		private static Row read(ResultSet row) throws SQLException {
			return new Row(row.getLong(1), row.getString(2), row.getLong(3));
		}

		/**
		 * The ids of the row's entries.
		 * @return them; none where the entries cannot be read
		 */
		List<UUID> ids() {
			try {
				return (this.entries == null) ? List.of()
						: EntryCodec.read(this.entries).stream().map(Entry::id).toList();
			}
			catch (RuntimeException ex) {
				return List.of();
			}
		}

	}

}
