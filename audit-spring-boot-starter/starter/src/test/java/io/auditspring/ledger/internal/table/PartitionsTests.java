package io.auditspring.ledger.internal.table;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.YearMonth;

import io.auditspring.ledger.internal.entry.Entries;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PartitionsTests {

	private final LedgerDatabase database = LedgerDatabase.create();

	private final Partitions partitions = new Partitions(this.database.schema());

	@Test
	void theCurrentMonthIsThereFromTheStart() {
		assertThat(partitionNames()).isEqualTo(LedgerDatabase.partition(LedgerDatabase.thisMonth()));
	}

	@Test
	void upcomingMonthsAreMadeOnce() throws SQLException {
		YearMonth month = LedgerDatabase.thisMonth();
		try (Connection connection = this.database.connect()) {
			this.partitions.ensureUpcoming(connection, 2);
			this.partitions.ensureUpcoming(connection, 2);
		}
		assertThat(partitionNames()).isEqualTo(String.join(" ", LedgerDatabase.partition(month),
				LedgerDatabase.partition(month.plusMonths(1)), LedgerDatabase.partition(month.plusMonths(2))));
	}

	@Test
	void monthsBeginAndEndInUtc() throws SQLException {
		try (Connection connection = this.database.connect(); Statement statement = connection.createStatement()) {
			statement.execute("set timezone = 'Pacific/Kiritimati'");
			LedgerDatabase.makeMonth(connection, YearMonth.of(2098, 12));
		}
		assertThat(this.database.query("""
				select pg_get_expr(relpartbound, oid)
				from pg_class
				where relname = 'audit_log_2098_12'
				""")).isEqualTo("FOR VALUES FROM ('2098-12-01 00:00:00+00') TO ('2099-01-01 00:00:00+00')");
	}

	@Test
	void writersAndReadersGoOnWhileAMonthIsMade() throws SQLException {
		this.database.append("main", Entries.entries(1));
		try (Connection maker = this.database.begin(); Connection writer = this.database.begin()) {
			LedgerDatabase.makeMonth(maker, YearMonth.of(2098, 12));
			try (Statement statement = writer.createStatement()) {
				statement.execute("set local lock_timeout = '10s'");
				new LedgerWriter(this.database.schema()).append(writer, "main", Entries.entries(1));
				statement.execute("select * from audit.audit_log");
			}
			writer.commit();
			maker.commit();
		}
		assertThat(this.database.query("select count(*) from audit.audit_log")).isEqualTo("2");
	}

	@Test
	void whoComesSecondFindsTheMonthMade() throws Exception {
		try (Connection first = this.database.begin(); Connection second = this.database.begin()) {
			LedgerDatabase.makeMonth(first, YearMonth.of(2098, 12));
			Thread waiting = new Thread(() -> ensureAndCommit(second));
			waiting.start();
			awaitLock(waiting);
			first.commit();
			waiting.join();
		}
		assertThat(partitionNames()).contains("audit_log_2098_12");
	}

	private void ensureAndCommit(Connection connection) {
		try {
			LedgerDatabase.makeMonth(connection, YearMonth.of(2098, 12));
			connection.commit();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void awaitLock(Thread waiting) {
		while (waiting.isAlive() && "0".equals(this.database.query("""
				select count(*)
				from pg_locks
				where not granted and database = (select oid from pg_database where datname = current_database())
				"""))) {
			Thread.onSpinWait();
		}
	}

	private String partitionNames() {
		return String.valueOf(this.database.query("""
				select string_agg(inhrelid::regclass::text, ' ' order by inhrelid::regclass::text)
				from pg_inherits
				where inhparent = 'audit.audit_log'::regclass
				""")).replace("audit.", "");
	}

}
