package io.auditspring.delivery.internal.outbox;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.TestDatabase;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is staged reaches the ledger once, in its order, whatever lies between.
 */
class RelayTests {

	private final DataSource database = TestDatabase.migrated();

	private final AuditLog log = new AuditLog(this.database);

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
		.withBean(DataSource.class, () -> this.database);

	private static void record(ApplicationContext context, int from, int to) {
		AuditRecorder recorder = context.getBean(AuditRecorder.class);
		for (int i = from; i <= to; i++) {
			recorder.record(AuditRecord.action("no." + i).build());
		}
	}

	@Test
	void rowsThatCannotBeTakenAreSetAsideWithTheReasonAndTheOthersGoOn() {
		this.runner.run((context) -> {
			context.getBean(Relay.class).stop();
			record(context, 1, 3);
			this.log.jdbc().update("insert into audit.audit_outbox (chain, entries) values ('main', 'not json')");
			this.log.jdbc()
				.update("""
						insert into audit.audit_outbox (chain, entries)
						select chain, replace(entries, '"actorType":"system","actor":{"id":"system"', '"actorType":"system","actor":{"id":"forged"')
						from audit.audit_outbox
						where entries like '%no.3%'
						""");
			record(context, 4, 6);
			context.getBean(Relay.class).start();
			assertThat(this.log.await(6)).extracting("action")
				.containsExactly("no.1", "no.2", "no.3", "no.4", "no.5", "no.6");
			List<Map<String, Object>> quarantined = this.log.jdbc()
				.queryForList("select entries, reason from audit.audit_quarantine order by id");
			assertThat(quarantined).hasSize(2);
			assertThat(quarantined.get(0)).containsEntry("entries", "not json");
			assertThat((String) quarantined.get(1).get("reason")).contains("audit_log_system_actor");
		});
	}

	@Test
	void twoInstancesKeepTheOrderAmongRowsThatCannotBeTaken() {
		this.runner.run((one) -> this.runner.run((other) -> {
			one.getBean(Relay.class).stop();
			other.getBean(Relay.class).stop();
			for (int i = 1; i <= 200; i++) {
				record(one, i, i);
				if (i % 10 == 0) {
					this.log.jdbc()
						.update("insert into audit.audit_outbox (chain, entries) values ('main', 'not json')");
				}
			}
			one.getBean(Relay.class).start();
			other.getBean(Relay.class).start();
			assertThat(this.log.await(200)).extracting("action")
				.containsExactlyElementsOf(IntStream.rangeClosed(1, 200).mapToObj((i) -> "no." + i).toList());
			assertThat(this.log.jdbc().queryForObject("select count(*) from audit.audit_quarantine", Long.class))
				.isEqualTo(20);
		}));
	}

	@Test
	void whatAnInstanceThatIsGoneLeftBehindIsMovedByTheNextOne() {
		this.runner.run((context) -> {
			context.getBean(Relay.class).stop();
			record(context, 1, 5);
			assertThat(this.log.staged()).isEqualTo(5);
		});
		this.runner.run((context) -> assertThat(this.log.await(5)).extracting("action").startsWith("no.1"));
	}

	@Test
	void stoppingMovesWhatIsStaged() {
		this.runner.run((context) -> record(context, 1, 50));
		assertThat(this.log.staged()).isZero();
		assertThat(this.log.count()).isEqualTo(50);
	}

	@ParameterizedTest
	@ValueSource(strings = { "TRANSACTION_REPEATABLE_READ", "TRANSACTION_SERIALIZABLE" })
	void thePoolsIsolationLevelDoesNotMatter(String isolation) {
		HikariConfig config = new HikariConfig();
		config.setDataSource(this.database);
		config.setTransactionIsolation(isolation);
		config.setAutoCommit(false);
		ApplicationContextRunner strict = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withPropertyValues("audit.failure-policy=propagate", "audit.delivery=sync")
			.withBean(HikariDataSource.class, () -> new HikariDataSource(config));
		strict.run(RelayTests::strictly);
		this.log.await(400);
	}

	private static void strictly(ApplicationContext context) throws Exception {
		Thread[] threads = new Thread[4];
		for (int i = 0; i < threads.length; i++) {
			threads[i] = new Thread(() -> record(context, 1, 100));
			threads[i].start();
		}
		for (Thread thread : threads) {
			thread.join();
		}
	}

}
