package io.auditspring.autoconfigure;

import java.nio.file.Path;
import java.util.Objects;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.TestDatabase;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.signing.VerificationWorker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Verification in the background of an application.
 */
class AuditVerificationAutoConfigurationTests {

	private static final String INTERVAL = "audit.verification.interval=1h";

	private final DataSource database = TestDatabase.migrated();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class, AuditCheckpointAutoConfiguration.class,
				AuditVerificationAutoConfiguration.class))
		.withBean(DataSource.class, () -> this.database)
		.withPropertyValues("spring.application.name=shop");

	@Test
	void nothingIsVerifiedUnlessAskedFor() {
		this.runner.run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context).doesNotHaveBean(VerificationWorker.class);
			assertThat(context).doesNotHaveBean("auditLedgerHealthIndicator");
			assertThat(context).doesNotHaveBean("auditVerificationMeters");
			assertThat(context.getBean(TrustPolicy.class).keys()).isNull();
		});
	}

	@Test
	void healthAndMetersTellWhatWasFound() {
		this.runner.withPropertyValues(INTERVAL).run((context) -> {
			VerificationWorker worker = context.getBean(VerificationWorker.class);
			HealthIndicator health = context.getBean("auditLedgerHealthIndicator", HealthIndicator.class);
			MeterRegistry meters = new SimpleMeterRegistry();
			context.getBean("auditVerificationMeters", MeterBinder.class).bindTo(meters);
			assertThat(worker.isRunning()).isTrue();
			assertThat(health.health().getStatus()).isEqualTo(Status.UNKNOWN);
			assertThat(meters.get("audit.verification.valid").gauge().value()).isNaN();

			context.getBean(AuditRecorder.class).record(AuditRecord.action("order.pay").build());
			new AuditLog(this.database).await(1);
			worker.run();
			assertThat(health.health().getStatus()).isEqualTo(Status.UP);
			assertThat(meters.get("audit.verification.valid").gauge().value()).isEqualTo(1);
			assertThat(meters.get("audit.verification.entries").gauge().value()).isEqualTo(1);

			new JdbcTemplate(this.database).execute("""
					alter table audit.audit_log disable trigger audit_log_only_redacted;
					update audit.audit_log set action = 'order.refund';
					alter table audit.audit_log enable always trigger audit_log_only_redacted
					""");
			worker.run();
			assertThat(health.health().getStatus()).isEqualTo(Status.DOWN);
			assertThat(health.health().getDetails()).containsEntry("problems", 1L);
			assertThat(meters.get("audit.verification.valid").gauge().value()).isZero();
			assertThat(meters.get("audit.verification.problems").gauge().value()).isEqualTo(1);

			new JdbcTemplate(this.database).execute("alter table audit.audit_log rename to gone");
			worker.run();
			assertThat(health.health().getStatus()).isEqualTo(Status.DOWN);
			assertThat(health.health().getDetails()).containsKey("failure");
		});
	}

	@Test
	void keysThatLeakedAreKnownAsSuch() {
		String replaced = VerifierKey.of(Ed25519Signer.ofPem("shop", Ed25519Signer.newPem())).toString();
		String leaked = VerifierKey.of(Ed25519Signer.ofPem("shop", Ed25519Signer.newPem())).toString();
		this.runner
			.withPropertyValues("audit.checkpoint.trusted-keys=" + replaced, "audit.checkpoint.retired-keys=" + leaked)
			.run((context) -> {
				TrustedKeys keys = Objects.requireNonNull(context.getBean(TrustPolicy.class).keys());
				assertThat(keys.keys()).map(VerifierKey::toString).containsExactly(replaced);
				assertThat(keys.retired()).map(VerifierKey::toString).containsExactly(leaked);
			});
		this.runner.withPropertyValues("audit.checkpoint.retired-keys=nonsense")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("A verifier key is written name+id+key"));
	}

	@Test
	void theKeyOfTheSignerAndTheOriginSpeakForTheLedger(@TempDir Path directory) {
		this.runner
			.withPropertyValues("audit.checkpoint.private-key=" + Ed25519Signer.newPem(),
					"audit.checkpoint.memory=" + directory, "audit.checkpoint.anchor-directory=" + directory)
			.run((context) -> {
				TrustPolicy evidence = context.getBean(TrustPolicy.class);
				assertThat(evidence.keys()).isNotNull();
				assertThat(evidence.origin()).isEqualTo("shop");
				assertThat(evidence.anchors()).hasSize(1);
			});
	}

	@Test
	void anApplicationNeedsNeitherHealthNorMeters() {
		this.runner.withPropertyValues(INTERVAL)
			.withClassLoader(new FilteredClassLoader(HealthIndicator.class, MeterBinder.class))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context).hasSingleBean(VerificationWorker.class);
			});
	}

	@Test
	void aWrongIntervalIsRefused() {
		this.runner.withPropertyValues("audit.verification.interval=10ms")
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining("at least 1s"));
	}

}
