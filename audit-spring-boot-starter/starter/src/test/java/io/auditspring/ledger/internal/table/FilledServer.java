package io.auditspring.ledger.internal.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.SixWeeks;
import io.auditspring.ledger.internal.entry.Timestamps;
import io.auditspring.ledger.internal.entry.YearOfEntries;

/**
 * Fills an empty database with a ledger of a year up to now, for measurements that
 * several programs make:
 * {@code FilledServer jdbc:postgresql://localhost:54400/ledger?user=postgres 10000000}.
 * The entries are chained and stored by what stores all entries; only the clock and the
 * triggers, which would refuse the past, are left out.
 */
public final class FilledServer {

	private static final String CHAIN = "main";

	/** How many entries share their time of recording. */
	private static final int BATCH = 50;

	private static final int BATCHES_PER_COMMIT = 100;

	private final LedgerDatabase database;

	private final EntryRows rows;

	private final YearOfEntries year = new YearOfEntries(42);

	private FilledServer(LedgerDatabase database) {
		this.database = database;
		this.rows = new EntryRows(database.schema());
	}

	public static void main(String[] arguments) throws SQLException {
		new FilledServer(LedgerDatabase.at(arguments[0]).migrated()).fill(Long.parseLong(arguments[1]));
	}

	/**
	 * Fills a new database on the server of the tests.
	 * @param entries how many entries
	 * @return the database
	 */
	public static LedgerDatabase of(long entries) throws SQLException {
		LedgerDatabase database = LedgerDatabase.create();
		new FilledServer(database).fill(entries);
		return database;
	}

	/**
	 * Fills a new database on the server of the tests.
	 * @param moments entries with the times at which they were recorded, oldest first
	 * @return the database
	 */
	public static LedgerDatabase of(List<SixWeeks.Moment> moments) throws SQLException {
		LedgerDatabase database = LedgerDatabase.create();
		new FilledServer(database).fill(moments);
		return database;
	}

	private void fill(List<SixWeeks.Moment> moments) throws SQLException {
		this.database.execute("alter table audit.audit_log disable trigger user");
		try (Connection connection = this.database.begin()) {
			ChainHead head = new ChainHeads(this.database.schema()).lock(connection, CHAIN);
			for (SixWeeks.Moment moment : moments) {
				head = append(connection, head, Timestamps.truncate(moment.time()), moment.entries());
			}
			moveHead(connection, head);
			connection.commit();
		}
		this.database.guard();
		this.database.execute("vacuum analyze");
	}

	private void fill(long entries) throws SQLException {
		List<String> indexes = this.database.withoutSearchIndexes();
		this.database.execute("alter table audit.audit_log disable trigger user");
		append(entries);
		for (String index : indexes) {
			this.database.execute(index);
		}
		this.database.guard();
		this.database.execute("vacuum analyze");
	}

	private void append(long entries) throws SQLException {
		Duration step = YearOfEntries.between(BATCH, entries);
		try (Connection connection = this.database.begin()) {
			ChainHead head = new ChainHeads(this.database.schema()).lock(connection, CHAIN);
			Instant time = Timestamps.truncate(Instant.now().minus(Duration.ofDays(365)));
			for (int batch = 1; head.size() < entries; batch++) {
				head = append(connection, head, time, (int) Math.min(BATCH, entries - head.size()));
				time = Timestamps.truncate(time.plus(step));
				if (batch % BATCHES_PER_COMMIT == 0) {
					connection.commit();
				}
				if (batch % 2_000 == 0) {
					System.out.printf("%,d of %,d entries%n", head.size(), entries);
				}
			}
			moveHead(connection, head);
			connection.commit();
		}
	}

	private ChainHead append(Connection connection, ChainHead head, Instant time, int count) throws SQLException {
		List<Entry> batch = new ArrayList<>(count);
		for (int i = 0; i < count; i++) {
			batch.add(this.year.next(time));
		}
		return append(connection, head, time, batch);
	}

	private ChainHead append(Connection connection, ChainHead head, Instant time, List<Entry> batch)
			throws SQLException {
		if (head.size() == 0 || !month(Objects.requireNonNull(head.recordedAt())).equals(month(time))) {
			LedgerDatabase.makeMonth(connection, month(time));
		}
		this.rows.append(connection, new ChainHead(CHAIN, head.ledgerId(), head.size(), head.hash(), time), batch);
		return new ChainHead(CHAIN, head.ledgerId(), head.size() + batch.size(),
				hash(connection, head.size() + batch.size() - 1, time), time);
	}

	private static byte[] hash(Connection connection, long seq, Instant time) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement("""
				select hash from audit.audit_log where chain = 'main' and seq = ? and recorded_at = ?
				""")) {
			statement.setLong(1, seq);
			statement.setObject(2, time.atOffset(ZoneOffset.UTC));
			try (ResultSet row = statement.executeQuery()) {
				row.next();
				return row.getBytes("hash");
			}
		}
	}

	private static YearMonth month(Instant time) {
		return YearMonth.from(time.atOffset(ZoneOffset.UTC));
	}

	private static void moveHead(Connection connection, ChainHead head) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute("""
					update audit.audit_chain
					set (size, head, recorded_at) = (
						select seq + 1, hash, recorded_at
						from audit.audit_log
						where chain = name and seq = %d
					)
					where name = '%s'
					""".formatted(head.size() - 1, head.chain()));
		}
	}

}
