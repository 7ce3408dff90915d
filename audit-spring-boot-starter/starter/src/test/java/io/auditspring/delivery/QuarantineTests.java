package io.auditspring.delivery;

import java.sql.Connection;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.AuditSetupException;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.delivery.Quarantine.Retry;
import io.auditspring.signing.LedgerVerifier;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the ledger refused can be looked at, and brought home once the cause is gone.
 */
class QuarantineTests {

	private final DataSource database = TestDatabase.migrated();

	private final AuditLog log = new AuditLog(this.database);

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class));

	private ApplicationContextRunner runner(DataSource dataSource) {
		return this.runner.withBean(DataSource.class, () -> dataSource);
	}

	private void refuse() {
		this.log.jdbc().execute("alter table audit.audit_log add constraint refused check (action not like 'bad%')");
	}

	private void accept() {
		this.log.jdbc().execute("alter table audit.audit_log drop constraint refused");
	}

	private static void record(ApplicationContext context, String... actions) {
		for (String action : actions) {
			context.getBean(AuditRecorder.class)
				.record(AuditRecord.action(action).message("secret contents").delivery(Delivery.SYNC).build());
		}
	}

	@Test
	void whatWasRefusedIsListedWithTheReasonButNotItsContents() {
		runner(this.database).run((context) -> {
			refuse();
			record(context, "bad.1", "good", "bad.2");
			Quarantine quarantine = context.getBean(Quarantine.class);
			assertThat(quarantine.count()).isEqualTo(2);
			List<QuarantinedEntries> rows = quarantine.list(1);
			assertThat(rows).singleElement().satisfies((row) -> {
				assertThat(row.reason()).contains("violates check constraint \"refused\"").doesNotContain("contents");
				assertThat(row.entries()).extracting(QuarantinedEntries.Summary::action).containsExactly("bad.1");
			});
		});
	}

	@Test
	void whatIsTriedAgainIsAppendedOnceOrStaysWithTheNewReason() {
		runner(this.database).run((context) -> {
			refuse();
			record(context, "bad.1", "bad.2");
			Quarantine quarantine = context.getBean(Quarantine.class);
			assertThat(quarantine.retryAll().values()).extracting(Retry::outcome)
				.containsExactly(Retry.Outcome.REFUSED, Retry.Outcome.REFUSED);
			assertThat(quarantine.count()).isEqualTo(2);
			accept();
			long first = quarantine.list(1).get(0).id();
			assertThat(quarantine.retry(first)).isEqualTo(Retry.stored(1));
			assertThat(quarantine.retry(first)).isEqualTo(Retry.GONE);
			assertThat(quarantine.retryAll()).hasSize(1);
			assertThat(quarantine.count()).isZero();
			assertThat(this.log.entries()).extracting("action").containsExactly("bad.1", "bad.2");
			assertThat(context.getBean(LedgerVerifier.class).verify().valid()).isTrue();
		});
	}

	@Test
	void ofThoseWhoTryTheSameRowAtTheSameTimeOneStoresIt() throws Exception {
		runner(this.database).run((context) -> {
			refuse();
			record(context, "bad.1");
			accept();
			Quarantine quarantine = context.getBean(Quarantine.class);
			Thread[] threads = new Thread[4];
			for (int i = 0; i < threads.length; i++) {
				threads[i] = new Thread(quarantine::retryAll);
				threads[i].start();
			}
			for (Thread thread : threads) {
				thread.join();
			}
			assertThat(this.log.entries()).hasSize(1);
			assertThat(quarantine.count()).isZero();
		});
	}

	@Test
	void aRowThatCannotBeReadStaysWithItsReason() {
		runner(this.database).run((context) -> {
			this.log.jdbc()
				.update("insert into audit.audit_quarantine (chain, entries, reason) values ('main', 'not json', 'odd')");
			Quarantine quarantine = context.getBean(Quarantine.class);
			assertThat(quarantine.list(10)).singleElement().satisfies((row) -> {
				assertThat(row.reason()).isEqualTo("odd");
				assertThat(row.entries()).isEmpty();
			});
			Map<Long, Retry> retries = quarantine.retryAll();
			assertThat(retries.values()).extracting(Retry::outcome).containsExactly(Retry.Outcome.REFUSED);
			assertThat(quarantine.count()).isOne();
		});
	}

	@Test
	void whoMayOnlyInsertIsToldWhatIsMissing() throws Exception {
		runner(this.database).run((context) -> assertThat(context).hasNotFailed());
		this.log.jdbc().execute("""
				drop role if exists quarantine_writer;
				create role quarantine_writer login;
				grant usage on schema audit to quarantine_writer;
				grant select, insert, update, delete on audit.audit_chain, audit.audit_outbox to quarantine_writer;
				grant select, insert on audit.audit_log to quarantine_writer;
				grant insert on audit.audit_quarantine to quarantine_writer;
				grant select on audit.audit_masking_key to quarantine_writer;
				grant execute on function audit.audit_ensure_partition(date), audit.audit_lock_chain(text),
					audit.audit_ledger_id(text) to quarantine_writer;
				""");
		runner(new DriverManagerDataSource(url(), "quarantine_writer", ""))
			.withPropertyValues("audit.flyway.enabled=false")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				Quarantine quarantine = context.getBean(Quarantine.class);
				assertThatExceptionOfType(AuditSetupException.class).isThrownBy(quarantine::count)
					.extracting(AuditSetupException::getRemedy)
					.asString()
					.contains("SELECT and DELETE on \"audit\".audit_quarantine");
				assertThatExceptionOfType(AuditSetupException.class).isThrownBy(() -> quarantine.retry(1));
			});
	}

	private String url() throws Exception {
		try (Connection connection = this.database.getConnection()) {
			return connection.getMetaData().getURL();
		}
	}

}
