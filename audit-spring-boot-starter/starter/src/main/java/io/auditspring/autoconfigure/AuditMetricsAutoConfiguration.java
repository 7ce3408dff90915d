package io.auditspring.autoconfigure;

import io.auditspring.actuate.DeliveryMeters;
import io.auditspring.database.OncePerDatabase;
import io.auditspring.database.PeriodicWorker;
import io.auditspring.delivery.internal.buffer.AsyncBuffer;
import io.auditspring.delivery.internal.outbox.Outbox;
import io.auditspring.delivery.internal.outbox.Relays;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/**
 * Publishes meters of delivery to Micrometer.
 */
@AutoConfiguration(after = AuditAutoConfiguration.class)
@ConditionalOnClass(MeterBinder.class)
@ConditionalOnBean(name = "auditDeliveryStatistics")
@OncePerDatabase
public final class AuditMetricsAutoConfiguration {

	@Bean
	DeliveryMeters auditDeliveryMeters(DeliveryStatistics auditDeliveryStatistics, Relays auditRelays,
			AsyncBuffer auditAsyncBuffer, Outbox auditOutbox, ObjectProvider<PeriodicWorker> upkeep) {
		return new DeliveryMeters(auditDeliveryStatistics, auditRelays, auditAsyncBuffer, auditOutbox.backlog(),
				upkeep);
	}

}
