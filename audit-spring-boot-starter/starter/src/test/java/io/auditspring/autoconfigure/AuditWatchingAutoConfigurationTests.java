package io.auditspring.autoconfigure;

import javax.sql.DataSource;

import io.auditspring.TestDatabase;
import io.auditspring.actuate.AuditEndpoint;
import io.auditspring.delivery.internal.outbox.Relay;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which parts that let delivery be watched are there when.
 */
class AuditWatchingAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class, AuditDisabledAutoConfiguration.class,
				AuditEndpointAutoConfiguration.class, AuditHealthAutoConfiguration.class,
				AuditMetricsAutoConfiguration.class))
		.withBean(DataSource.class, TestDatabase::newDatabase);

	@Test
	void metersAndHealthAreThereTheEndpointOnlyWhereExposed() {
		this.runner.run((context) -> assertThat(context).hasBean("auditDeliveryMeters")
			.hasBean("auditHealthIndicator")
			.doesNotHaveBean(AuditEndpoint.class));
		this.runner.withPropertyValues("management.endpoints.jmx.exposure.include=audit", "spring.jmx.enabled=true")
			.run((context) -> assertThat(context).hasSingleBean(AuditEndpoint.class));
	}

	@Test
	void withoutTheTrailThereIsNothingToWatch() {
		this.runner.withPropertyValues("audit.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("auditDeliveryMeters")
				.doesNotHaveBean("auditHealthIndicator"));
	}

	@Test
	void healthCanBeSwitchedOffOrReplaced() {
		this.runner.withPropertyValues("management.health.audit.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean("auditHealthIndicator"));
		this.runner.withBean("auditHealthIndicator", String.class, () -> "own")
			.run((context) -> assertThat(context).getBean("auditHealthIndicator").isEqualTo("own"));
	}

	@Test
	void missingLibrariesAreNotMissed() {
		this.runner.withClassLoader(new FilteredClassLoader(MeterBinder.class, HealthIndicator.class, Endpoint.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(Relay.class)
				.doesNotHaveBean("auditDeliveryMeters")
				.doesNotHaveBean("auditHealthIndicator"));
	}

	@Test
	void wrongValuesAreNamed() {
		this.runner.withPropertyValues("audit.capture.max-size=1KB")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("audit.capture.max-size takes a size of 4KB to 16MB"));
		this.runner.withPropertyValues("audit.health.tolerance=-1s")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("audit.health.tolerance takes a duration of 0 or more"));
	}

}
