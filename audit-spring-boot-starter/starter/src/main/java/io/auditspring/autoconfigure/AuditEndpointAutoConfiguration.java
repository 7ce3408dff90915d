package io.auditspring.autoconfigure;

import io.auditspring.actuate.AuditEndpoint;
import io.auditspring.database.AuditDatabase;
import io.auditspring.delivery.Quarantine;
import io.auditspring.delivery.internal.buffer.AsyncBuffer;
import io.auditspring.delivery.internal.outbox.Outbox;
import io.auditspring.delivery.internal.outbox.Relays;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.intercept.internal.catalogue.ActionCatalogue;

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
@ConditionalOnBean(name = "auditDeliveryStatistics")
@ConditionalOnAvailableEndpoint(AuditEndpoint.class)
public final class AuditEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	AuditEndpoint auditEndpoint(Relays auditRelays, AsyncBuffer auditAsyncBuffer, Outbox auditOutbox,
			DeliveryStatistics auditDeliveryStatistics, Quarantine auditQuarantine, AuditProperties properties,
			ActionCatalogue auditActionCatalogue, AuditDatabase auditDatabase) {
		return new AuditEndpoint(auditRelays, auditAsyncBuffer, auditOutbox.backlog(), auditDeliveryStatistics,
				auditQuarantine, properties.delivery(), auditActionCatalogue, auditDatabase::schemaStatus);
	}

}
