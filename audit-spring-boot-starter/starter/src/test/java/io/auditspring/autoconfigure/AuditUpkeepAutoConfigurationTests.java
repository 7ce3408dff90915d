package io.auditspring.autoconfigure;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.AuditSetupException;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Roles;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditRedaction;
import io.auditspring.retention.ErasureReport;
import io.auditspring.retention.LegalHolds;
import io.auditspring.retention.Retention;
import io.auditspring.retention.RetentionReport;
import io.auditspring.retention.Subject;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.Lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Erasure, retention and legal holds as an application has them.
 */
class AuditUpkeepAutoConfigurationTests {

	private final LedgerDatabase database = LedgerDatabase.create();

	private final AuditLog log = new AuditLog(this.database.dataSource());

	private ApplicationContextRunner as(String... roles) {
		Roles.apply(this.database.dataSource(), this.database.schema());
		DataSource user = Roles.user(this.database.dataSource(), roles);
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(HibernateJpaAutoConfiguration.class, AuditAutoConfiguration.class,
					AuditUpkeepAutoConfiguration.class))
			.withPropertyValues("audit.flyway.enabled=false", "audit.delivery=sync")
			.withBean(DataSource.class, () -> user);
	}

	@Test
	void aPersonIsErasedByWhoeverAsks() {
		as("audit_writer", "audit_reader", "audit_redactor").run((context) -> {
			AuditRecorder recorder = context.getBean(AuditRecorder.class);
			for (String actor : List.of("jane", "john", "jane")) {
				AuditContext.runAs(Actor.user(actor, "J. Doe"), () -> {
					recorder.record(AuditRecord.action("order.pay").target("Order", 42).build());
					return null;
				});
			}
			ErasureReport report = AuditContext.runAs(Actor.user("lawyer", "L."),
					() -> context.getBean(AuditRedaction.class).erase(Subject.actor("jane"), "request 7"));
			assertThat(report.erased()).isEqualTo(Map.of(EntryGroup.ACTOR, 2L));
			assertThat(this.log.entries()).extracting("actor_id")
				.containsExactly(null, "john", null, "lawyer", "lawyer");
			assertThat(context.getBean(AuditRedaction.class)
				.redact(AuditQuery.all().target("Order", 42).limit(1), EntryGroup.DATA, "r")
				.erased()).isEqualTo(Map.of(EntryGroup.DATA, 3L));
			UUID unknown = UUID.randomUUID();
			assertThat(context.getBean(AuditRedaction.class).redact(unknown, EntryGroup.DATA, "r").left())
				.containsOnlyKeys(ErasureReport.Cause.MISSING);
		});
	}

	@Test
	void nothingIsRetiredUnlessToldTo() {
		as("audit_writer").run((context) -> {
			assertThat(context).hasBean("auditLedgerUpkeep").doesNotHaveBean(Retention.class);
			assertThat(context.getBean("auditLedgerUpkeep", Lifecycle.class).isRunning()).isTrue();
		});
	}

	@Test
	void whatIsDueIsRetired() {
		this.database.appendAt(Instant.parse("2019-01-01T00:00:00Z"), "main",
				io.auditspring.ledger.internal.entry.Entries.entry("january"));
		as("audit_writer", "audit_retention").withPropertyValues("audit.retention.period=P2Y").run((context) -> {
			long hold = context.getBean(LegalHolds.class).placeOnActor("jane", "case 12");
			assertThat(context.getBean(Retention.class).apply().reason()).contains("legal hold");
			context.getBean(LegalHolds.class).lift(hold, "closed");
			assertThat(context.getBean(Retention.class).apply()).extracting(RetentionReport::retired)
				.asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
				.hasSize(1);
		});
		assertThat(this.log.entries()).extracting("action")
			.containsExactly("audit.hold", "audit.release", "audit.retirement");
	}

	@Test
	void aUserThatMayNotRetireStopsTheStart() {
		as("audit_writer").withPropertyValues("audit.retention.period=P7Y")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(AuditSetupException.class)
				.hasMessageContaining("may not retire months"));
	}

	@Test
	void wrongPeriodsAreRefused() {
		for (String period : List.of("P20D", "P-1Y", "never")) {
			as("audit_writer", "audit_retention").withPropertyValues("audit.retention.period=" + period)
				.run((context) -> assertThat(context).getFailure().hasStackTraceContaining("audit.retention.period"));
		}
	}

}
