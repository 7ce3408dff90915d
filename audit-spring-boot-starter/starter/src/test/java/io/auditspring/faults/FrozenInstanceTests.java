package io.auditspring.faults;

import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.Consumer;

import io.auditspring.AuditLog;
import io.auditspring.delivery.internal.outbox.Relay;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An instance stops in its tracks while it holds the head of the chain. The others' calls
 * go on; what they leave behind is chained when it lets go.
 */
class FrozenInstanceTests {

	private static final Work[] WORKS = { Work.TRANSACTIONAL, Work.ASYNC, Work.NOTE, Work.REFUSED };

	private static final Duration PATIENCE = Duration.ofMinutes(3);

	private final PostgresServer server = PostgresServer.create();

	private final AuditLog log = new AuditLog(this.server.dataSource());

	private final Answers answers = new Answers();

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void holdsUpNobodysCalls() throws Exception {
		// It never hears that it may go on with its COPY.
		freeze("in the midst of COPY", "lock table audit.audit_log in share mode", Instance::thaw);
	}

	@Test
	@Tag("faults")
	void losesTheHeadAfterAWhile() throws Exception {
		freeze("between two statements", "select from audit.audit_chain for update", (frozen) -> {
		});
	}

	private void freeze(String where, String lock, Consumer<Instance> end) throws Exception {
		try (ConfigurableApplicationContext context = FaultyApplication.start(this.server.url());
				Instance frozen = freezeWithTheHead(context, lock)) {
			long stored = this.log.count();
			Load load = Load.ofEach(context.getBean(OrderDesk.class), this.answers, "here", WORKS);
			this.answers.awaitFurther(100, WORKS);
			load.stop();
			assertThat(this.answers.failures()).isZero();
			assertThat(this.log.count()).isEqualTo(stored);
			end.accept(frozen);
			new FaultAssertions("", this.answers, this.server.dataSource()).awaitRelay();
			frozen.thaw();
			frozen.stop();
		}
		new FaultAssertions("holder of the head frozen " + where, this.answers, this.server.dataSource()).settle(0,
				WORKS);
	}

	// The lock keeps its relay where it has the head already, or gets it next.
	private Instance freezeWithTheHead(ConfigurableApplicationContext context, String lock) throws Exception {
		context.getBean(OrderDesk.class).sync("first");
		context.getBean(Relay.class).stop();
		try (Connection connection = this.server.dataSource().getConnection();
				Statement statement = connection.createStatement()) {
			connection.setAutoCommit(false);
			statement.execute(lock);
			Instance instance = Instance.start(this.server.url(), this.answers, "load.transactional=1", "load.calls=10")
				.awaitDone();
			Awaitility.await().atMost(PATIENCE).until(() -> isHeadHeldWaitingFor("Lock"));
			instance.freeze();
			connection.rollback();
			Awaitility.await().atMost(PATIENCE).until(() -> isHeadHeldWaitingFor("Client"));
			context.getBean(Relay.class).start();
			return instance;
		}
	}

	private boolean isHeadHeldWaitingFor(String what) {
		return this.log.jdbc().queryForObject("""
				select exists (
					select
					from pg_locks as held
					join pg_stat_activity as holder using (pid)
					where held.relation = 'audit.audit_chain'::regclass
					and held.mode = 'RowShareLock'
					and holder.wait_event_type = ?
				)
				""", Boolean.class, what);
	}

}
