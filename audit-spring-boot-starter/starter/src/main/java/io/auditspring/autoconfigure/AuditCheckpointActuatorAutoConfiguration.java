package io.auditspring.autoconfigure;

import io.auditspring.actuate.CheckpointHealthIndicator;
import io.auditspring.actuate.CheckpointMeters;
import io.auditspring.database.OncePerDatabase;
import io.auditspring.signing.CheckpointWorker;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Tells how checkpoints are doing: health and meters.
 */
@AutoConfiguration(after = AuditCheckpointAutoConfiguration.class,
		beforeName = "org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration")
@ConditionalOnBean(name = "auditCheckpointWorker")
@OncePerDatabase
public final class AuditCheckpointActuatorAutoConfiguration {

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ HealthIndicator.class, HealthContributorAutoConfiguration.class })
	@ConditionalOnEnabledHealthIndicator("audit-checkpoint")
	static class HealthConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "auditCheckpointHealthIndicator")
		CheckpointHealthIndicator auditCheckpointHealthIndicator(CheckpointWorker auditCheckpointWorker) {
			return new CheckpointHealthIndicator(auditCheckpointWorker);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterBinder.class)
	static class MetersConfiguration {

		@Bean
		CheckpointMeters auditCheckpointMeters(CheckpointWorker auditCheckpointWorker) {
			return new CheckpointMeters(auditCheckpointWorker);
		}

	}

}
