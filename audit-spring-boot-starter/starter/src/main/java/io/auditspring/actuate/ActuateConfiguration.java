/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.actuate;

import io.auditspring.AuditRecorder;
import io.auditspring.capture.internal.state.HistoryTablesCheck;
import io.auditspring.capture.internal.value.EntryProperties;
import io.auditspring.database.internal.AuditDatabase;
import io.auditspring.database.internal.PeriodicWorker;
import io.auditspring.delivery.Quarantine;
import io.auditspring.delivery.internal.buffer.AsyncBuffer;
import io.auditspring.delivery.internal.outbox.Outbox;
import io.auditspring.delivery.internal.outbox.Relays;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.intercept.internal.catalogue.ActionCatalogue;
import io.auditspring.query.AuditTrail;
import io.auditspring.signing.CheckpointWorker;
import io.auditspring.signing.VerificationWorker;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.observation.ObservationRegistry;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.security.AbstractAuthenticationAuditListener;
import org.springframework.boot.actuate.security.AbstractAuthorizationAuditListener;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.function.SingletonSupplier;

/**
 * Wires what Spring Boot Actuator and Micrometer show.
 *
 * @since 0.1.0
 */
public final class ActuateConfiguration {

	private ActuateConfiguration() {
	}

	/**
	 * Keeps the audit events of Spring Boot Actuator.
	 */
	@Configuration(proxyBeanMethods = false)
	public static class Events {

		@Bean
		LedgerAuditEventRepository auditLedgerAuditEventRepository(AuditRecorder auditRecorder, AuditTrail auditTrail) {
			return new LedgerAuditEventRepository(auditRecorder, auditTrail);
		}

		@Bean
		@ConditionalOnMissingBean(AbstractAuthenticationAuditListener.class)
		SilentAuthenticationListener auditSilentAuthenticationListener() {
			return new SilentAuthenticationListener();
		}

		@Bean
		@ConditionalOnMissingBean(AbstractAuthorizationAuditListener.class)
		SilentAuthorizationListener auditSilentAuthorizationListener() {
			return new SilentAuthorizationListener();
		}

	}

	/**
	 * Shows delivery and the quarantine.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties(EntryProperties.class)
	public static class Delivery {

		@Bean
		@ConditionalOnMissingBean
		AuditEndpoint auditEndpoint(Relays auditRelays, AsyncBuffer auditAsyncBuffer, Outbox auditOutbox,
				DeliveryStatistics auditDeliveryStatistics, Quarantine auditQuarantine, EntryProperties properties,
				ActionCatalogue auditActionCatalogue, AuditDatabase auditDatabase) {
			return new AuditEndpoint(auditRelays, auditAsyncBuffer, auditOutbox.backlog(), auditDeliveryStatistics,
					auditQuarantine, properties.delivery(), auditActionCatalogue, auditDatabase::schemaStatus);
		}

	}

	/**
	 * Shows what Envers writes to.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
	@ConditionalOnAvailableEndpoint(HistoryEndpoint.class)
	public static class History {

		@Bean
		@ConditionalOnBean(name = "auditDatabase")
		@ConditionalOnMissingBean
		HistoryEndpoint auditHistoryEndpoint(HistoryTablesCheck auditHistoryTablesCheck, AuditDatabase auditDatabase) {
			return new HistoryEndpoint(auditHistoryTablesCheck::all, auditDatabase.businessDataSource());
		}

	}

	/**
	 * Tells the health of delivery.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties(HealthProperties.class)
	public static class Health {

		@Bean
		@ConditionalOnMissingBean(name = "auditHealthIndicator")
		AuditHealthIndicator auditHealthIndicator(Relays auditRelays, AsyncBuffer auditAsyncBuffer, Outbox auditOutbox,
				DeliveryStatistics auditDeliveryStatistics, ObjectProvider<PeriodicWorker> upkeep,
				HealthProperties properties) {
			return new AuditHealthIndicator(auditRelays, auditAsyncBuffer, auditOutbox.backlog(),
					auditDeliveryStatistics, upkeep, properties.tolerance(), properties.maxBacklogAge());
		}

	}

	/**
	 * Meters of delivery.
	 */
	@Configuration(proxyBeanMethods = false)
	public static class Meters {

		@Bean
		DeliveryMeters auditDeliveryMeters(DeliveryStatistics auditDeliveryStatistics, Relays auditRelays,
				AsyncBuffer auditAsyncBuffer, Outbox auditOutbox, ObjectProvider<PeriodicWorker> upkeep) {
			return new DeliveryMeters(auditDeliveryStatistics, auditRelays, auditAsyncBuffer, auditOutbox.backlog(),
					upkeep);
		}

	}

	/**
	 * Copies of entries for those who watch logs.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(OpenTelemetry.class)
	@ConditionalOnBooleanProperty("audit.opentelemetry.copy")
	public static class Copies {

		@Bean
		OpenTelemetryCopy auditOpenTelemetryCopy(ObjectProvider<OpenTelemetry> openTelemetry,
				DeliveryStatistics auditDeliveryStatistics) {
			// An agent registers its own.
			OpenTelemetryCopy copy = new OpenTelemetryCopy(openTelemetry.getIfAvailable(GlobalOpenTelemetry::get));
			auditDeliveryStatistics.follow(copy);
			return copy;
		}

	}

	/**
	 * Spans of batches for those who trace.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ObservationRegistry.class)
	@ConditionalOnBooleanProperty("audit.relay.observed")
	public static class Observations {

		@Bean
		ObservedBatches auditBatchWatcher(ObjectProvider<ObservationRegistry> registry) {
			return new ObservedBatches(
					SingletonSupplier.of(() -> registry.getIfAvailable(() -> ObservationRegistry.NOOP)));
		}

	}

	/**
	 * Tells how checkpoints are doing.
	 */
	@Configuration(proxyBeanMethods = false)
	public static class Checkpoints {

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

	/**
	 * Tells what verification in the background found.
	 */
	@Configuration(proxyBeanMethods = false)
	public static class Verification {

		@Configuration(proxyBeanMethods = false)
		@ConditionalOnClass({ HealthIndicator.class, HealthContributorAutoConfiguration.class })
		@ConditionalOnProperty("audit.verification.interval")
		@ConditionalOnEnabledHealthIndicator("audit-ledger")
		static class HealthConfiguration {

			@Bean
			@ConditionalOnMissingBean(name = "auditLedgerHealthIndicator")
			LedgerHealthIndicator auditLedgerHealthIndicator(VerificationWorker auditVerificationWorker) {
				return new LedgerHealthIndicator(auditVerificationWorker);
			}

		}

		@Configuration(proxyBeanMethods = false)
		@ConditionalOnClass(MeterBinder.class)
		@ConditionalOnProperty("audit.verification.interval")
		static class MetersConfiguration {

			@Bean
			VerificationMeters auditVerificationMeters(VerificationWorker auditVerificationWorker) {
				return new VerificationMeters(auditVerificationWorker);
			}

		}

	}

}
