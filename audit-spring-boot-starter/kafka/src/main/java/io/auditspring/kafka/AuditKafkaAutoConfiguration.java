/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

import io.auditspring.AuditSetupException;
import io.auditspring.autoconfigure.AuditCheckpointAutoConfiguration;
import io.auditspring.capture.internal.value.CaptureProperties;
import io.auditspring.capture.internal.value.Sole;
import io.auditspring.database.internal.AuditDatabase;
import io.auditspring.database.internal.OncePerDatabase;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.receive.ReceiveAutoConfiguration;
import io.auditspring.receive.internal.BundleReceiver;
import io.auditspring.receive.internal.Receipts;
import io.auditspring.receive.internal.ReceivingStatistics;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.util.unit.DataSize;

/**
 * Sends the chain of this application by Kafka, or receives those of others, where
 * {@code audit.kafka} says so.
 *
 * @since 0.1.0
 */
@AutoConfiguration(
		after = { KafkaAutoConfiguration.class, AuditCheckpointAutoConfiguration.class,
				ReceiveAutoConfiguration.class },
		beforeName = "org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration")
@ConditionalOnBean(name = "auditDatabase")
@OncePerDatabase
@EnableConfigurationProperties(AuditKafkaProperties.class)
@Import({ AuditKafkaAutoConfiguration.Publish.class, AuditKafkaAutoConfiguration.Receive.class,
		AuditKafkaAutoConfiguration.Shown.class })
public final class AuditKafkaAutoConfiguration {

	/** Each ledger has these. */
	private static final List<String> OWN = List.of("main", "root", "local");

	@Bean
	@Lazy
	KafkaClients auditKafkaClients(ObjectProvider<ProducerFactory<?, ?>> producers,
			ObjectProvider<ConsumerFactory<?, ?>> consumers, AuditKafkaProperties properties) {
		return new KafkaClients(sole(producers, "ProducerFactory"), sole(consumers, "ConsumerFactory"),
				properties.properties());
	}

	private static <T> T sole(ObjectProvider<T> factories, String type) {
		T factory = Sole.of(factories, type + " beans",
				"Mark the one as @Primary by which audit.kafka is to connect. What differs can be set by audit.kafka.properties.");
		if (factory == null) {
			throw new AuditSetupException("audit.kafka is switched on, but there is no %s bean".formatted(type),
					"Set spring.kafka.bootstrap-servers, and do not exclude KafkaAutoConfiguration.");
		}
		return factory;
	}

	/**
	 * Sends.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBooleanProperty("audit.kafka.publish.enabled")
	static class Publish {

		@Bean
		PublishingStatistics auditPublishingStatistics() {
			return new PublishingStatistics();
		}

		@Bean
		ChainPublisher auditChainPublisher(AuditDatabase auditDatabase, AuditKafkaProperties properties,
				ObjectProvider<CheckpointSigning> auditCheckpointSigning, ObjectProvider<TrustPolicy> auditTrustPolicy,
				ObjectProvider<KafkaClients> auditKafkaClients, PublishingStatistics auditPublishingStatistics,
				Environment environment) {
			CheckpointSigning signing = auditCheckpointSigning.getIfAvailable();
			TrustPolicy trust = auditTrustPolicy.getIfAvailable();
			if (signing == null || trust == null || trust.keys() == null || trust.origin() == null) {
				throw new AuditSetupException(
						"audit.kafka.publish.enabled is true, but nothing signs what is sent: none of it would be received",
						"Set audit.checkpoint.private-key-location (audit.checkpoint.generate-key=true creates it), or "
								+ "define a CheckpointSigner bean.");
			}
			String chain = auditDatabase.chain();
			if (OWN.contains(chain)) {
				throw new AuditSetupException(
						"audit.kafka.publish.enabled is true, but chain '%s' is not sent: each ledger has one"
							.formatted(chain),
						"Set audit.chain to the name of this service, such as 'orders'. What is in chain '%s' stays there: "
							.formatted(chain) + "let the ledger's owner close it by audit_close_chain.");
			}
			requireRole(auditDatabase);
			TrustedKeys centre = centre(environment);
			KafkaClients clients = auditKafkaClients.getObject();
			Topics topics = new Topics(clients, properties, largest(environment));
			topics.requireAtStart();
			SignedChain signed = new SignedChain(auditDatabase.workDataSource(), auditDatabase.schema(), chain,
					trust.origin(), signing, trust.keys());
			return new ChainPublisher(signed, new SourceTables(auditDatabase.workDataSource(), auditDatabase.schema()),
					clients, topics::require, properties, centre, auditPublishingStatistics);
		}

		/** An entry has four parts of that many characters, each of up to three bytes. */
		private static long largest(Environment environment) {
			DataSize maxSize = Binder.get(environment).bindOrCreate("audit.capture", CaptureProperties.class).maxSize();
			if (4 * maxSize.toBytes() > KafkaClients.MOST_BYTES) {
				throw new AuditSetupException(
						"audit.kafka.publish.enabled is true, but entries with audit.capture.max-size=%s are too large to be sent"
							.formatted(maxSize),
						"Set audit.capture.max-size to at most 4MB, or let the chain be received over JDBC.");
			}
			return Math.max(Topics.LARGE, Math.min(KafkaClients.MOST_BYTES, 12 * maxSize.toBytes()));
		}

		private static void requireRole(AuditDatabase database) {
			if (!database.mayExecute("audit_publish(text, uuid, bigint)")
					|| !database.mayExecute("audit_take_receipt(text, text, text)")) {
				throw new AuditSetupException(
						"audit.kafka.publish.enabled is true, but the database user may not send chains of the audit ledger",
						"Run classpath:io/auditspring/db/roles.sql of this version, and grant the role audit_centre to it.");
			}
		}

		private static TrustedKeys centre(Environment environment) {
			List<String> keys = Binder.get(environment)
				.bind("audit.retention.centre-keys", Bindable.listOf(String.class))
				.orElse(List.of());
			if (keys.isEmpty()) {
				throw new AuditSetupException(
						"audit.kafka.publish.enabled is true, but nothing says whose receipts and requests count",
						"Set audit.retention.centre-keys to the key of the ledger that receives the chain, as its log names "
								+ "it at its start ('Audit checkpoints are signed; the key to verify them with is …').");
			}
			try {
				return new TrustedKeys(keys.stream().map(VerifierKey::parse).toList(), List.of());
			}
			catch (IllegalArgumentException ex) {
				throw new AuditSetupException("audit.retention.centre-keys cannot be used: " + ex.getMessage(),
						"Let each be written name+id+key, as the log of the receiving application names it.", ex);
			}
		}

		/**
		 * Tells the health of what is sent.
		 */
		@Configuration(proxyBeanMethods = false)
		@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
		@ConditionalOnEnabledHealthIndicator("audit-kafka-publish")
		static class Health {

			@Bean
			@ConditionalOnMissingBean(name = "auditKafkaPublishHealthIndicator")
			PublishingHealthIndicator auditKafkaPublishHealthIndicator(PublishingStatistics auditPublishingStatistics,
					ChainPublisher auditChainPublisher, AuditKafkaProperties properties) {
				return new PublishingHealthIndicator(auditPublishingStatistics, auditChainPublisher,
						properties.publish().maxLag());
			}

		}

		/**
		 * Meters of what is sent.
		 */
		@Configuration(proxyBeanMethods = false)
		@ConditionalOnClass(MeterBinder.class)
		static class Meters {

			@Bean
			PublishingMeters auditPublishingMeters(PublishingStatistics auditPublishingStatistics) {
				return new PublishingMeters(auditPublishingStatistics);
			}

		}

	}

	/**
	 * Receives.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBooleanProperty("audit.kafka.receive.enabled")
	static class Receive {

		@Bean
		Reading auditKafkaReading(AuditKafkaProperties properties) {
			return new Reading(properties.entriesTopic());
		}

		@Bean
		ReceiptSender auditReceiptSender(ObjectProvider<Receipts> auditCentreReceipts, AuditKafkaProperties properties,
				ObjectProvider<KafkaClients> auditKafkaClients, ReceivingStatistics auditReceivingStatistics,
				Reading auditKafkaReading) {
			Receipts receipts = auditCentreReceipts.getIfAvailable();
			if (receipts == null) {
				throw new AuditSetupException(
						"audit.kafka.receive.enabled is true, but nothing signs here: no source would take its receipts and requests",
						"Set audit.checkpoint.private-key-location (audit.checkpoint.generate-key=true creates it), or "
								+ "define a CheckpointSigner bean.");
			}
			KafkaClients clients = auditKafkaClients.getObject();
			Topics topics = new Topics(clients, properties, Topics.LARGE);
			topics.requireAtStart();
			return new ReceiptSender(receipts, auditReceivingStatistics,
					elsewhere(auditKafkaReading, auditReceivingStatistics), clients, topics::require,
					properties.receiptsTopic());
		}

		/** A chain that is read from its source's database may have any name. */
		static Predicate<String> elsewhere(Reading reading, ReceivingStatistics statistics) {
			return (chain) -> reading.isElsewhere(chain) && !statistics.isRead(chain);
		}

		@Bean
		EntriesConsumers auditEntriesConsumers(BundleReceiver auditBundleReceiver,
				ReceivingStatistics auditReceivingStatistics, ReceiptSender auditReceiptSender,
				Reading auditKafkaReading, AuditKafkaProperties properties, KafkaClients auditKafkaClients,
				AuditDatabase auditDatabase, Environment environment) {
			String group = group(properties.receive().group(), auditDatabase, environment);
			return new EntriesConsumers(auditKafkaClients.consumers(group), properties, group,
					new EntriesListener(auditBundleReceiver, auditReceivingStatistics, auditReceiptSender,
							auditKafkaReading, properties.receive().maxIncomplete()),
					auditKafkaReading, auditReceivingStatistics);
		}

		/**
		 * Applications of one name with other ledgers would take each other's records.
		 */
		private static String group(@Nullable String configured, AuditDatabase database, Environment environment) {
			if (configured != null) {
				return configured;
			}
			String id = "select %s(?)".formatted(database.schema().table("audit_ledger_id"));
			try {
				return "%s-audit-%.8s".formatted(environment.getProperty("spring.application.name", "application"),
						OwnTransaction.run(database.workDataSource(), (connection) -> Sql.get(connection, id,
								(row) -> Objects.requireNonNull(row.getString(1)), database.chain())));
			}
			catch (SQLException ex) {
				throw new AuditSetupException(
						"audit.kafka.receive.enabled is true, but the id of the ledger here cannot be read: "
								+ ex.getMessage(),
						"Make sure that the database can be reached, or set audit.kafka.receive.group.", ex);
			}
		}

	}

	/**
	 * Shows both.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
	@Conditional(OnEither.class)
	@ConditionalOnAvailableEndpoint(KafkaEndpoint.class)
	static class Shown {

		@Bean
		@ConditionalOnMissingBean
		KafkaEndpoint auditKafkaEndpoint(ObjectProvider<PublishingStatistics> sent,
				ObjectProvider<ReceivingStatistics> received, ObjectProvider<Reading> reading) {
			return new KafkaEndpoint(sent.getIfAvailable(), received.getIfAvailable(), reading.getIfAvailable());
		}

	}

	/** Where something is sent or received. */
	static final class OnEither extends AnyNestedCondition {

		OnEither() {
			super(ConfigurationPhase.PARSE_CONFIGURATION);
		}

		@ConditionalOnBooleanProperty("audit.kafka.publish.enabled")
		static class Published {

		}

		@ConditionalOnBooleanProperty("audit.kafka.receive.enabled")
		static class Received {

		}

	}

}
