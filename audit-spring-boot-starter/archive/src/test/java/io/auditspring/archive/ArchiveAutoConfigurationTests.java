package io.auditspring.archive;

import java.nio.file.Path;
import java.time.Instant;

import javax.sql.DataSource;

import io.auditspring.AuditSetupException;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.autoconfigure.AuditCheckpointAutoConfiguration;
import io.auditspring.autoconfigure.AuditUpkeepAutoConfiguration;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.verify.Verification;
import io.auditspring.ledger.verify.VerificationProgress;
import io.auditspring.retention.MonthArchive;
import io.auditspring.retention.Retention;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The archive as an application has it.
 */
class ArchiveAutoConfigurationTests {

	private static final String KEY = Ed25519Signer.newPem();

	@TempDir
	Path directory;

	@TempDir
	Path memory;

	private ArchivedLedger ledger() {
		return ArchivedLedger.create(new DirectoryArchiveStore(this.directory), KEY, this.memory);
	}

	private ApplicationContextRunner application(ArchivedLedger ledger) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(HibernateJpaAutoConfiguration.class, AuditAutoConfiguration.class,
					AuditCheckpointAutoConfiguration.class, AuditUpkeepAutoConfiguration.class,
					ArchiveAutoConfiguration.class))
			.withPropertyValues("audit.flyway.enabled=false", "audit.checkpoint.origin=example.com/audit",
					"audit.checkpoint.key-name=example.com/audit", "audit.checkpoint.private-key=" + KEY,
					"audit.checkpoint.memory=" + this.memory)
			.withBean(DataSource.class, ledger::dataSource);
	}

	@Test
	void monthsThatAreDueAreArchived() {
		ArchivedLedger ledger = ledger();
		ledger.appendAt(Instant.parse("2019-01-01T00:00:00Z"), "main", new SampleChain("main", 5).unplaced(20));
		application(ledger)
			.withPropertyValues("audit.retention.period=P2Y", "audit.retention.action=archive",
					"audit.archive.directory=" + this.directory, "audit.archive.memory=256MB")
			.run((context) -> {
				assertThat(context.getBean(Retention.class).apply().retired()).hasSize(1);
				Verification found = new ArchiveVerifier(context.getBean(ArchiveStore.class), ledger.evidence(),
						ArchiveOptions.DEFAULT, VerificationProgress.NONE)
					.verify();
				assertThat(found.chains()).hasToString("[main [0, 20): valid]");
			});
		assertThat(ledger.query("select string_agg(action, ' ' order by seq) from audit.audit_log"))
			.isEqualTo("audit.archive audit.retirement");
	}

	@Test
	void withoutAPlaceForItThereIsNone() {
		application(ledger()).run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(MonthArchive.class));
	}

	@Test
	void archivingWithoutAnArchiveStopsTheStart() {
		application(ledger()).withPropertyValues("audit.retention.period=P2Y", "audit.retention.action=archive")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(AuditSetupException.class)
				.hasMessageContaining("there is no archive"));
	}

	@Test
	void aStoreOfTheApplicationIsTaken() {
		ArchiveStore own = new FaultyStore(this.directory);
		application(ledger()).withPropertyValues("audit.archive.directory=" + this.directory)
			.withBean(ArchiveStore.class, () -> own)
			.run((context) -> {
				assertThat(context.getBeansOfType(ArchiveStore.class).values()).containsExactly(own);
				assertThat(context).hasSingleBean(MonthArchive.class);
			});
	}

}
