package io.auditspring.autoconfigure;

import io.auditspring.actuate.AuditHealthIndicator;
import io.auditspring.database.PeriodicWorker;
import io.auditspring.delivery.internal.buffer.AsyncBuffer;
import io.auditspring.delivery.internal.outbox.Outbox;
import io.auditspring.delivery.internal.outbox.Relays;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * Tells the health of the audit trail. It is no part of the readiness of an application:
 * an instance that cannot write its trail is not helped by sending its load to the
 * others, which share the database.
 */
@AutoConfiguration(after = AuditAutoConfiguration.class, before = HealthContributorAutoConfiguration.class)
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBean(name = "auditDeliveryStatistics")
@ConditionalOnEnabledHealthIndicator("audit")
public final class AuditHealthAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "auditHealthIndicator")
	AuditHealthIndicator auditHealthIndicator(Relays auditRelays, AsyncBuffer auditAsyncBuffer, Outbox auditOutbox,
			DeliveryStatistics auditDeliveryStatistics, ObjectProvider<PeriodicWorker> upkeep,
			AuditProperties properties) {
		return new AuditHealthIndicator(auditRelays, auditAsyncBuffer, auditOutbox.backlog(), auditDeliveryStatistics,
				upkeep, properties.health().tolerance(), properties.health().maxBacklogAge());
	}

}
