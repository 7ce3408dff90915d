package io.auditspring.delivery.internal.outbox;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.TestDatabase;
import io.auditspring.delivery.Recorders;
import io.auditspring.signing.LedgerVerifier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static io.auditspring.delivery.Recorders.record;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Callers who wait until their entries are chained share batches, and no failure.
 */
class SharedMovesTests {

	private static final int CALLERS = 8;

	private final DataSource database = TestDatabase.migrated();

	private final AuditLog log = new AuditLog(this.database);

	@TempDir
	Path directory;

	private ApplicationContextRunner runner() {
		return Recorders.runner(this.database, this.directory.resolve("spool"), "audit.delivery=sync",
				"audit.sync.timeout=30s");
	}

	/** Lets callers wait for the head of the chain, and then go on together. */
	private void recordAtOnce(ApplicationContext context) throws Exception {
		List<Thread> threads = new ArrayList<>();
		try (Connection connection = this.database.getConnection();
				Statement statement = connection.createStatement()) {
			connection.setAutoCommit(false);
			statement.execute("select from audit.audit_chain where name = 'main' for update");
			for (int i = 1; i <= CALLERS; i++) {
				int number = i;
				threads.add(new Thread(() -> record(context, number, number)));
			}
			threads.forEach(Thread::start);
			Callable<Boolean> waiting = () -> this.log.staged() == CALLERS && threads.stream()
				.filter((thread) -> thread.getState() == Thread.State.TIMED_WAITING)
				.count() == CALLERS - 1;
			Awaitility.await().until(waiting);
			connection.commit();
		}
		for (Thread thread : threads) {
			thread.join();
		}
	}

	@Test
	void thoseWhoWaitMeanwhileAreMovedTogether() {
		this.runner().run((context) -> {
			record(context, 0, 0);
			recordAtOnce(context);
			assertThat(this.log.staged()).isZero();
			assertThat(this.log.count()).isEqualTo(CALLERS + 1);
			assertThat(this.log.jdbc()
				.queryForObject("select count(distinct recorded_at) from audit.audit_log", Integer.class)).isEqualTo(3);
			assertThat(context.getBean(LedgerVerifier.class).verify().valid()).isTrue();
		});
	}

	@Test
	void oneThatIsRefusedHoldsUpNoOther() {
		this.runner().run((context) -> {
			record(context, 0, 0);
			this.log.jdbc().execute("alter table audit.audit_log add check (action <> 'no.5')");
			recordAtOnce(context);
			assertThat(this.log.staged()).isZero();
			assertThat(this.log.entries()).extracting("action")
				.containsExactlyInAnyOrderElementsOf(
						IntStream.rangeClosed(0, CALLERS).filter((i) -> i != 5).mapToObj((i) -> "no." + i).toList());
			assertThat(this.log.jdbc().queryForList("select entries from audit.audit_quarantine", String.class))
				.singleElement()
				.asString()
				.contains("no.5");
		});
	}

}
