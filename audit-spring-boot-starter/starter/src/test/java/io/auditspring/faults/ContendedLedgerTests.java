package io.auditspring.faults;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;

import io.auditspring.AuditLog;
import io.auditspring.TestDatabase;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Transactions of others get in the way of the relay.
 */
class ContendedLedgerTests {

	/** How long a transaction of somebody else stays open: minutes on demand. */
	private static final Duration OPEN = Duration.ofSeconds(Integer.getInteger("faults.open", 2));

	private final PGSimpleDataSource database = (PGSimpleDataSource) TestDatabase.migrated();

	private final AuditLog log = new AuditLog(this.database);

	private final Answers answers = new Answers();

	private ConfigurableApplicationContext start() {
		return FaultyApplication.start(this.database.getUrl(), "audit.sync.timeout=1m");
	}

	private Load load(ConfigurableApplicationContext context) {
		return new Load(context.getBean(OrderDesk.class), this.answers, "here");
	}

	private void settle(String fault, Work... works) {
		new FaultAssertions(fault, this.answers, this.database).settle(0, works);
	}

	@Test
	void aDeadlockIsEndedByTryingAgain() throws SQLException {
		try (ConfigurableApplicationContext context = start();
				Connection rival = this.database.getConnection();
				Statement statement = rival.createStatement()) {
			context.getBean(OrderDesk.class).sync("first");
			rival.setAutoCommit(false);
			// So that it is always the other one that is ended.
			statement.execute("set deadlock_timeout = '1h'");
			statement.execute("lock table audit.audit_log in share mode");
			Load load = load(context);
			load.start(Map.of(Work.TRANSACTIONAL, 1, Work.NOTE, 1), 20);
			load.awaitEnd();
			Awaitility.await().until(this::isSomebodyWaitingForTheLedger);
			// Comes through only when the relay, or the buffer, has given way.
			statement.execute("select from audit.audit_chain for update");
			rival.rollback();
		}
		// A server process tells its statistics a little later.
		Awaitility.await()
			.until(() -> this.log.jdbc()
				.queryForObject("select deadlocks > 0 from pg_stat_database where datname = current_database()",
						Boolean.class));
		settle("deadlock", Work.TRANSACTIONAL, Work.NOTE);
	}

	private boolean isSomebodyWaitingForTheLedger() {
		return this.log.jdbc()
			.queryForObject(
					"select exists (select from pg_locks where relation = 'audit.audit_log'::regclass and not granted)",
					Boolean.class);
	}

	@Test
	void whatCommitsLateIsNotPassedOver() throws SQLException {
		this.log.jdbc().execute("create table gate (id int)");
		try (ConfigurableApplicationContext context = start();
				Connection foreign = this.database.getConnection();
				Statement statement = foreign.createStatement()) {
			foreign.setAutoCommit(false);
			holdBackTheCommitOf("late", statement);
			Thread late = new Thread(() -> {
				context.getBean(OrderDesk.class).transactional("late");
				this.answers.acknowledged(Work.TRANSACTIONAL, "x-TRANSACTIONAL-late");
			});
			late.start();
			Awaitility.await().until(this::isCommitHeldBack);
			Load load = load(context);
			load.start(Map.of(Work.TRANSACTIONAL, 2), 200);
			load.awaitEnd();
			Awaitility.await().until(() -> this.log.count() == 400);
			assertThat(this.answers.failures()).isZero();
			foreign.rollback();
			this.log.await(401);
		}
		assertThat(this.log.entries()).last().extracting("target_name").isEqualTo("late");
	}

	// A deferred constraint runs within the commit, after the entry was staged.
	private void holdBackTheCommitOf(String reference, Statement foreign) throws SQLException {
		this.log.jdbc().execute("""
				create function wait_at_gate() returns trigger language plpgsql as $$
				begin
					lock table gate in share mode;
					return null;
				end
				$$
				""");
		this.log.jdbc().execute("""
				create constraint trigger late after insert on purchase_order deferrable initially deferred
				for each row when (new.reference = '%s') execute function wait_at_gate()
				""".formatted(reference));
		foreign.execute("lock table gate in exclusive mode");
	}

	private boolean isCommitHeldBack() {
		return this.log.jdbc()
			.queryForObject("select exists (select from pg_locks where relation = 'gate'::regclass and not granted)",
					Boolean.class);
	}

	@Test
	void aTransactionThatStaysOpenHoldsUpNobody() throws SQLException {
		try (ConfigurableApplicationContext context = start();
				Connection foreign = this.database.getConnection();
				Statement statement = foreign.createStatement()) {
			context.getBean(OrderDesk.class).sync("first");
			foreign.setAutoCommit(false);
			foreign.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
			statement.execute("insert into audit.audit_outbox (chain, entries) values ('main', 'never to be seen')");
			statement.execute("select count(*) from audit.audit_log");
			Instant begun = Instant.now();
			Work[] works = { Work.TRANSACTIONAL, Work.SYNC, Work.ASYNC, Work.NOTE, Work.REFUSED };
			Load load = Load.ofEach(context.getBean(OrderDesk.class), this.answers, "here", works);
			while (begun.plus(OPEN).isAfter(Instant.now())) {
				this.answers.awaitFurther(10, works);
				awaitNothingOlderThan(Duration.ofSeconds(10));
			}
			load.stop();
			// All of it while that transaction is still open.
			new FaultAssertions("", this.answers, this.database).awaitRelay();
			int calls = Arrays.stream(works).mapToInt(this.answers::count).sum();
			Awaitility.await().until(() -> this.log.count() == calls + 1);
			assertThat(this.answers.failures()).isZero();
			foreign.rollback();
		}
		settle("foreign transaction open for %d s, all the time".formatted(OPEN.toSeconds()), Work.values());
	}

	// What waits is moved on, and not held up until the end.
	private void awaitNothingOlderThan(Duration age) {
		Awaitility.await().until(() -> this.log.jdbc().queryForObject("""
				select coalesce(min(created_at) > now() - ?::interval, true) from audit.audit_outbox
				""", Boolean.class, age.toString()));
	}

}
