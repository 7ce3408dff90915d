package io.auditspring.autoconfigure;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which service an entry names.
 */
@ExtendWith(OutputCaptureExtension.class)
class ServiceNameTests {

	private final DataSource database = TestDatabase.migrated();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
		.withBean(DataSource.class, () -> this.database);

	private void assertService(String expected, String... properties) {
		this.runner.withPropertyValues(properties).run((context) -> {
			context.getBean(AuditRecorder.class).record(AuditRecord.action("named").build());
			assertThat(new AuditLog(this.database).await(1)).last().extracting("service").isEqualTo(expected);
		});
	}

	@Test
	void theApplicationsNameUnlessThereIsOneForTheTrail(CapturedOutput output) {
		assertService("shop", "spring.application.name=shop");
		assertThat(output).doesNotContain("which service made them");
	}

	@Test
	void theNameForTheTrailGoesFirst(CapturedOutput output) {
		assertService("orders", "spring.application.name=shop", "audit.service-name=orders");
		assertThat(output).doesNotContain("which service made them");
	}

	@Test
	void aNameIsNotGuessedButMissedOnce(CapturedOutput output) {
		assertService(null, "spring.application.name=");
		assertThat(output).containsOnlyOnce("set spring.application.name, or audit.service-name");
	}

}
