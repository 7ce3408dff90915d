package io.auditspring.delivery;

import java.nio.file.Path;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The database likes to quote the row it refuses. No log line of ours does.
 */
@ExtendWith(OutputCaptureExtension.class)
class LoggedFailureTests {

	private static final String PERSONAL = "jane.doe@example.com";

	private final DataSource database = TestDatabase.migrated();

	private final AuditLog log = new AuditLog(this.database);

	@TempDir
	Path directory;

	private ApplicationContextRunner runner(String... properties) {
		return Recorders.runner(this.database, this.directory.resolve("spool"), properties);
	}

	private static void record(ApplicationContext context, Delivery mode) {
		context.getBean(AuditRecorder.class)
			.record(AuditRecord.action("bad").message(PERSONAL).metadata("n", 1).delivery(mode).build());
	}

	@ParameterizedTest
	@EnumSource(value = Delivery.class, mode = EnumSource.Mode.EXCLUDE, names = "DEFAULT")
	void aRefusalIsLoggedWithTheIdsOfTheEntriesAndTheStateOnly(Delivery mode, CapturedOutput output) {
		runner().run((context) -> {
			this.log.jdbc().execute("alter table audit.audit_log add constraint refused check (action <> 'bad')");
			record(context, mode);
			Quarantine quarantine = context.getBean(Quarantine.class);
			Awaitility.await().until(() -> quarantine.count() == 1);
			QuarantinedEntries row = quarantine.list(1).get(0);
			Awaitility.await().until(() -> output.getAll().contains(row.entries().get(0).id().toString()));
			assertThat(output).contains("23514", "refused").doesNotContain(PERSONAL, "Failing row");
			assertThat(row.reason()).contains("refused").doesNotContain(PERSONAL);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "raise exception 'not with %', new.message", "perform new.message::int",
			"perform new.message::timestamptz" })
	void whatADatabaseRuleSaysIsNotLogged(String rule, CapturedOutput output) {
		runner().run((context) -> {
			this.log.jdbc().execute("""
					create function rule() returns trigger language plpgsql as $$
					begin
						%s;
						return new;
					end
					$$
					""".formatted(rule));
			this.log.jdbc()
				.execute("create trigger rule before insert on audit.audit_log for each row execute function rule()");
			record(context, Delivery.TRANSACTIONAL);
			Quarantine quarantine = context.getBean(Quarantine.class);
			Awaitility.await().until(() -> quarantine.count() == 1);
			if (!rule.startsWith("raise")) {
				assertThat(quarantine.list(1).get(0).reason()).contains("invalid input").doesNotContain(PERSONAL);
			}
			Awaitility.await().until(() -> output.getAll().contains("audit_quarantine"));
			assertThat(output).doesNotContain(PERSONAL);
		});
	}

	@Test
	void whatTheOutboxRefusesIsNotQuoted(CapturedOutput output) {
		runner("audit.failure-policy=log").run((context) -> {
			this.log.jdbc()
				.execute("alter table audit.audit_outbox add constraint refused check (entries not like '%bad%')");
			record(context, Delivery.TRANSACTIONAL);
			assertThat(this.log.await(1)).extracting("message").containsExactly(PERSONAL);
			assertThat(output).contains("could not be stored where they belong", "23514")
				.doesNotContain(PERSONAL, "Failing row");
		});
	}

}
