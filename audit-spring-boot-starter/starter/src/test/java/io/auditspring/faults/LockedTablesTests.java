package io.auditspring.faults;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

import io.auditspring.TestDatabase;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Somebody holds a lock on the tables of the audit trail. Business calls do not wait for
 * it, and nothing is lost.
 */
class LockedTablesTests {

	private static final int CALLS = 100;

	private final PGSimpleDataSource database = (PGSimpleDataSource) TestDatabase.migrated();

	private final Answers answers = new Answers();

	private ConfigurableApplicationContext start(String... properties) {
		return FaultyApplication.start(this.database.getUrl(), properties);
	}

	private void whileLocked(String lock, Runnable work) throws SQLException {
		try (Connection connection = this.database.getConnection();
				Statement statement = connection.createStatement()) {
			connection.setAutoCommit(false);
			statement.execute(lock);
			work.run();
			connection.rollback();
		}
	}

	@Test
	void theLedgersDoNotHoldUpBusinessCalls() throws SQLException {
		try (ConfigurableApplicationContext context = start()) {
			OrderDesk desk = context.getBean(OrderDesk.class);
			desk.sync("first");
			for (String lock : List.of("lock table audit.audit_log in access exclusive mode",
					"lock table audit.audit_chain in access exclusive mode", "select from audit.audit_chain for update",
					"lock table audit.audit_log in share mode")) {
				whileLocked(lock, () -> {
					Load load = new Load(desk, this.answers, lock);
					load.start(Map.of(Work.TRANSACTIONAL, 1, Work.ASYNC, 1, Work.NOTE, 1, Work.REFUSED, 1), CALLS);
					load.awaitEnd();
					assertThat(this.answers.failures()).isZero();
				});
			}
		}
		new FaultAssertions("ledger locked by another session", this.answers, this.database).settle(0,
				Work.TRANSACTIONAL, Work.ASYNC, Work.NOTE, Work.REFUSED);
	}

	@Test
	void theOutboxDoesNotHoldUpAsynchronousCalls() throws SQLException {
		try (ConfigurableApplicationContext context = start()) {
			whileLocked("lock table audit.audit_outbox in access exclusive mode", () -> {
				Load load = new Load(context.getBean(OrderDesk.class), this.answers, "here");
				load.start(Map.of(Work.ASYNC, 1, Work.NOTE, 1), CALLS);
				load.awaitEnd();
				assertThat(this.answers.failures()).isZero();
			});
		}
		new FaultAssertions("`audit_outbox` locked by another session", this.answers, this.database).settle(0,
				Work.ASYNC, Work.NOTE);
	}

	@Test
	void aBufferOfAThousandThatIsFullLosesNothing() throws SQLException {
		try (ConfigurableApplicationContext context = start("audit.async.capacity=1024")) {
			OrderDesk desk = context.getBean(OrderDesk.class);
			desk.sync("first");
			Load load = new Load(desk, this.answers, "here");
			whileLocked("select from audit.audit_chain for update", () -> {
				load.start(Map.of(Work.NOTE, 4), 1_000);
				this.answers.awaitFurther(1_024, Work.NOTE);
			});
			load.awaitEnd();
			assertThat(this.answers.failures()).isZero();
		}
		new FaultAssertions("buffer of 1,024 full, `overflow=block`", this.answers, this.database).settle(0, Work.NOTE);
	}

}
