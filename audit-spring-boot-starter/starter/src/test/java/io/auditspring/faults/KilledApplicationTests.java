package io.auditspring.faults;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.auditspring.ledger.Roles;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The application is killed under load.
 */
class KilledApplicationTests {

	/** Rounds of faults at random moments: few in each build, many on demand. */
	private static final int ROUNDS = Integer.getInteger("faults.rounds", 2);

	/** The most that the buffer, a batch of it and the callers hold in these tests. */
	private static final int BUFFERED = 203;

	private final PostgresServer server = PostgresServer.create();

	private final Answers answers = new Answers();

	private final Random random = new Random();

	@AfterEach
	void stop() {
		this.server.close();
	}

	private Instance startWithLoad(String... as) {
		List<String> properties = new ArrayList<>(List.of(as));
		properties.addAll(List.of("load.transactional=2", "load.async=1", "load.sync=1", "load.note=1",
				"load.refused=1", "audit.async.capacity=100", "audit.batch.size=100"));
		return Instance.start(this.server.url(), this.answers, properties.toArray(String[]::new)).awaitStarted();
	}

	private void recover(FaultAssertions faultAssertions, String... as) {
		try (ConfigurableApplicationContext next = FaultyApplication.start(this.server.url(), as)) {
			faultAssertions.awaitRelay();
		}
	}

	@Test
	@Tag("faults")
	void atRandomMoments() {
		killAtRandomMoments("application killed at random moments");
	}

	@Test
	void atRandomMomentsAsAUserWhoMayOnlyAppend() {
		LedgerDatabase ledger = LedgerDatabase.empty(this.server.url() + "?user=postgres");
		Roles.apply(ledger.dataSource(), ledger.schema());
		ledger.execute("create role shop login", "grant audit_writer, audit_reader to shop",
				"grant create on schema public to shop");
		killAtRandomMoments("application with the role of writers killed at random moments",
				"spring.datasource.username=shop", "audit.flyway.enabled=false");
	}

	private void killAtRandomMoments(String fault, String... as) {
		for (int round = 0; round < ROUNDS; round++) {
			try (Instance instance = startWithLoad(as)) {
				instance.awaitAnswers(Work.TRANSACTIONAL, this.random.nextInt(500));
				instance.kill();
			}
		}
		FaultAssertions faultAssertions = new FaultAssertions("%s, %d rounds".formatted(fault, ROUNDS), this.answers,
				this.server.dataSource());
		recover(faultAssertions, as);
		faultAssertions.settle(ROUNDS * BUFFERED, Work.values());
	}

	@ParameterizedTest
	@EnumSource
	@Tag("faults")
	void atEachStep(Step step) throws SQLException {
		FaultyApplication.start(this.server.url()).close();
		try (Connection connection = this.server.dataSource().getConnection();
				Statement statement = connection.createStatement()) {
			connection.setAutoCommit(false);
			try (Instance instance = startWithLoad()) {
				this.answers.awaitFurther(20, Work.values());
				statement.execute(step.lock);
				Awaitility.await().until(() -> isSomebodyWaiting(step));
				step.before(instance);
				instance.kill();
			}
			connection.rollback();
		}
		FaultAssertions faultAssertions = new FaultAssertions("application killed " + step, this.answers,
				this.server.dataSource());
		recover(faultAssertions);
		faultAssertions.settle(BUFFERED, Work.values());
	}

	private boolean isSomebodyWaiting(Step step) {
		return new JdbcTemplate(this.server.dataSource()).queryForObject("""
				select exists (
					select
					from pg_stat_activity
					where wait_event_type = 'Lock'
					and query ~* ?
				)
				""", Boolean.class, step.waiting);
	}

	/**
	 * Where the application is when it is killed: a lock keeps it there.
	 */
	private enum Step {

		BEFORE_COMMIT("lock table audit.audit_outbox in access exclusive mode", "insert into .*audit_outbox"),

		AFTER_COMMIT_BEFORE_RELAY("select from audit.audit_chain for update", "audit_lock_chain"),

		DURING_BATCH_INSERT("lock table audit.audit_log in share mode", "copy .*audit_log"),

		DURING_SHUTDOWN("select from audit.audit_chain for update", "audit_lock_chain") {

			@Override
			void before(Instance instance) {
				instance.askToStop();
				// Long enough to have begun; the lock does not let it end.
				Awaitility.await().pollDelay(Duration.ofSeconds(2)).until(instance::isAlive);
			}

		};

		private final String lock;

		private final String waiting;

		Step(String lock, String waiting) {
			this.lock = lock;
			this.waiting = waiting;
		}

		void before(Instance instance) {
		}

		@Override
		public String toString() {
			return name().toLowerCase().replace('_', ' ');
		}

	}

}
