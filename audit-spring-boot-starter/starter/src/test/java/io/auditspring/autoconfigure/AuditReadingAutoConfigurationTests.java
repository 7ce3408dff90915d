package io.auditspring.autoconfigure;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import javax.sql.DataSource;

import io.auditspring.TestDatabase;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.Lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Which applications keep the sums that statistics are read from.
 */
class AuditReadingAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class, AuditDisabledAutoConfiguration.class,
				AuditReadingAutoConfiguration.class))
		.withBean(DataSource.class, TestDatabase::newDatabase);

	@Test
	void whereNobodyReadsNothingIsSummedUp() {
		this.runner.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("auditActivityCounter"));
		this.runner.withPropertyValues("audit.web.enabled=true", "audit.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("auditActivityCounter"));
	}

	@Test
	void whereTheTrailIsReadItRunsUntilTheApplicationStops() {
		AtomicReference<Lifecycle> counter = new AtomicReference<>();
		for (String lazily : List.of("true", "false")) {
			this.runner.withPropertyValues("audit.web.enabled=true", "spring.main.lazy-initialization=" + lazily)
				.run((context) -> {
					counter.set(context.getBean("auditActivityCounter", Lifecycle.class));
					assertThat(counter.get().isRunning()).isTrue();
				});
			assertThat(counter.get().isRunning()).isFalse();
		}
		await().until(() -> Thread.getAllStackTraces()
			.keySet()
			.stream()
			.noneMatch((thread) -> thread.getName().equals("audit-activity")));
	}

}
