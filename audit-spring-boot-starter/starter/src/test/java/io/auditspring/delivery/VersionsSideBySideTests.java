package io.auditspring.delivery;

import java.util.UUID;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.signing.LedgerVerifier;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Services on an older and on a newer version of the starter share the tables, and move
 * each other's rows; and so does one whose database was set back.
 */
class VersionsSideBySideTests {

	/** What every version has said of an entry. */
	private static final String ENTRY = """
			{"id":"%s","occurredAt":"2026-01-02T03:04:05.000006Z","operation":"%1$s","action":"%s","severity":"info",\
			"outcome":"success","actorType":"%s","actor":{"id":"jane"%s},"data":{"message":"Paid"%4$s}%4$s}""";

	private static final String UNKNOWN = ",\"mood\":\"fine\",\"moods\":[{\"of\":null}],\"rank\":1e400";

	private final DataSource database = TestDatabase.newDatabase();

	private final AuditLog log = new AuditLog(this.database);

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
		.withBean(DataSource.class, () -> this.database);

	private static String entry(String action, String actorType, String more) {
		return ENTRY.formatted(UUID.randomUUID(), action, actorType, more);
	}

	private void stage(String... entries) {
		this.log.jdbc()
			.update("insert into audit.audit_outbox (chain, entries) values ('main', ?)",
					"[" + String.join(",", entries) + "]");
	}

	private void awaitAllMoved() {
		this.log.settled();
	}

	private static void record(ApplicationContext context, Delivery delivery, String action) {
		context.getBean(AuditRecorder.class).record(AuditRecord.action(action).delivery(delivery).build());
	}

	private static void assertIsTrue(ApplicationContext context) {
		assertThat(context.getBean(LedgerVerifier.class).verify().valid()).isTrue();
	}

	@Test
	void whatANewerOneSaysBesidesIsPassedOver() {
		this.runner.run((context) -> {
			stage(entry("newer.1", "user", UNKNOWN), entry("newer.2", "agent", UNKNOWN));
			stage(entry("older", "user", ""));
			this.log.await(3);
			assertThat(this.log.entries()).extracting("action").containsExactly("newer.1", "newer.2", "older");
			assertThat(this.log.jdbc().queryForList("select message from audit.audit_log", String.class))
				.containsOnly("Paid");
			assertIsTrue(context);
		});
	}

	@Test
	void whatAnOlderOneCannotStoreIsKeptForTheNewerOne() {
		this.runner.run((context) -> {
			stage(entry("before", "user", ""));
			stage(entry("newer", "robot", ""));
			stage(entry("after", "user", ""));
			this.log.await(2);
			awaitAllMoved();
			assertThat(this.log.entries()).extracting("action").containsExactly("before", "after");
			Quarantine quarantine = context.getBean(Quarantine.class);
			assertThat(quarantine.count()).isOne();
			assertThat(this.log.jdbc().queryForObject("select entries from audit.audit_quarantine", String.class))
				.contains("\"robot\"");
			// As the newer one does, when it tries again.
			this.log.jdbc().update("update audit.audit_quarantine set entries = replace(entries, 'robot', 'agent')");
			quarantine.retryAll();
			assertThat(quarantine.count()).isZero();
			assertThat(this.log.entries()).extracting("action").containsExactly("before", "after", "newer");
			assertIsTrue(context);
		});
	}

	@Test
	void anOlderOneGoesOnWithTheTablesOfANewerOne() {
		this.runner.run((older) -> {
			record(older, Delivery.SYNC, "first");
			this.log.jdbc().execute("""
					alter table audit.audit_log add column mood text;
					alter table audit.audit_chain add column mood text;
					alter table audit.audit_outbox add column mood text;
					alter table audit.audit_quarantine add column mood text;
					insert into audit.audit_schema_history
						select installed_rank + 100, '99', 'newer', type, script, checksum, installed_by, installed_on,
							execution_time, success
						from audit.audit_schema_history order by installed_rank desc limit 1
					""");
			this.runner.run((another) -> {
				assertThat(another).hasNotFailed();
				for (ApplicationContext context : new ApplicationContext[] { older, another }) {
					for (Delivery delivery : new Delivery[] { Delivery.SYNC, Delivery.TRANSACTIONAL, Delivery.ASYNC }) {
						record(context, delivery, "next");
					}
				}
				this.log.await(7);
				assertIsTrue(another);
			});
			assertIsTrue(older);
		});
	}

	/** As where the database of the application is set back, and the ledger is not. */
	@Test
	void whatIsStagedAgainIsStoredOnce() {
		String twice = entry("twice", "user", "");
		this.runner.run((context) -> {
			stage(twice);
			this.log.await(1);
			stage(twice, entry("beside", "user", ""));
			stage(entry("after", "user", ""));
			awaitAllMoved();
			assertThat(this.log.entries()).extracting("action").containsOnlyOnce("twice").contains("after");
			assertIsTrue(context);
		});
	}

	/** A backup that has staged rows, further entries, and then the backup again. */
	@Test
	void aRestoredDatabaseHasWhatItsBackupHadOnce() {
		this.runner.run((context) -> record(context, Delivery.SYNC, "stored"));
		stage(entry("staged", "user", ""));
		String name = this.log.jdbc().queryForObject("select current_database()", String.class);
		DataSource restored = TestDatabase.copyOf(name);
		this.runner.run((context) -> {
			this.log.await(2);
			record(context, Delivery.SYNC, "later");
			assertIsTrue(context);
		});
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withBean(DataSource.class, () -> restored)
			.run((context) -> {
				AuditLog restoredLog = new AuditLog(restored);
				restoredLog.await(2);
				assertThat(restoredLog.entries()).extracting("action").containsExactly("stored", "staged");
				record(context, Delivery.SYNC, "anew");
				restoredLog.await(3);
				assertIsTrue(context);
			});
	}

}
