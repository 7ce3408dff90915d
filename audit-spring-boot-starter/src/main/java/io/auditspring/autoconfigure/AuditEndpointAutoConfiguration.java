package io.auditspring.autoconfigure;

import io.auditspring.actuate.AuditEndpoint;
import io.auditspring.delivery.AsyncBuffer;
import io.auditspring.delivery.DeliveryStatistics;
import io.auditspring.delivery.Outbox;
import io.auditspring.delivery.Quarantine;
import io.auditspring.delivery.Relays;

import io.auditspring.intercept.ActionCatalogue;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Offers the state of delivery and the quarantine to Spring Boot Actuator, where the
 * endpoint is exposed.
 */
@AutoConfiguration(after = AuditAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBean(DeliveryStatistics.class)
@ConditionalOnAvailableEndpoint(AuditEndpoint.class)
public final class AuditEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	AuditEndpoint auditEndpoint(Relays relays, AsyncBuffer buffer, Outbox outbox, DeliveryStatistics statistics,
			Quarantine quarantine, AuditProperties properties, ActionCatalogue catalogue, AuditDatabase database) {
		return new AuditEndpoint(relays, buffer, outbox.backlog(), statistics, quarantine, properties.delivery(),
				catalogue, database::schemaStatus);
	}

}
