/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;

import io.auditspring.AuditSetupException;
import io.auditspring.capture.internal.value.LoggedFailure;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sure at the start that the topics are there and keep what they are to keep: long
 * enough that a ledger may be late, and not so long that what was erased stays there. A
 * Kafka that is away stops no start.
 */
final class Topics {

	private static final Logger logger = LoggerFactory.getLogger(Topics.class);

	private static final Duration SHORTEST = Duration.ofDays(7);

	private static final Duration LONGEST = Duration.ofDays(30);

	/** Whoever begins reads all receipts that are there: there may be one each second. */
	private static final Duration COMPACTED = Duration.ofHours(1);

	private static final Duration PAUSE = Duration.ofMillis(200);

	private static final int ATTEMPTS = 25;

	/** Of what is not as large as an entry can be. */
	static final int LARGE = 1_000_000;

	private static final String MOST_BYTES = String.valueOf(KafkaClients.MOST_BYTES);

	private final KafkaClients clients;

	private final AuditKafkaProperties properties;

	private final long largest;

	/**
	 * Creates it.
	 * @param clients makes clients of Kafka
	 * @param properties which topics
	 * @param largest how many bytes a bundle of entries may have that is sent
	 */
	Topics(KafkaClients clients, AuditKafkaProperties properties, long largest) {
		this.clients = clients;
		this.properties = properties;
		this.largest = largest;
	}

	/**
	 * Makes sure of them at the start.
	 * @throws AuditSetupException if one is missing, or keeps its records too short or
	 * too long
	 */
	void requireAtStart() {
		try {
			require();
		}
		catch (KafkaException ex) {
			logger.warn("Kafka cannot be asked for the topics {} and {}; it is tried again in the background: {}",
					this.properties.entriesTopic(), this.properties.receiptsTopic(), ex.getMessage());
		}
	}

	/**
	 * Makes sure of them now: Kafka may have been away at the start, and one may be gone
	 * since.
	 * @throws AuditSetupException if one is missing, or keeps its records too short or
	 * too long
	 * @throws KafkaException if Kafka does not answer
	 */
	void require() {
		try (Admin admin = this.clients.admin()) {
			if (this.properties.createTopics()) {
				create(admin, entries());
				create(admin, receipts());
			}
			requireEntriesAreKept(config(admin, entries()));
			requireReceiptsAreKept(config(admin, receipts()));
		}
	}

	/** What may be told of a failure: of topics all of it. */
	static String text(Exception failure) {
		return (failure instanceof AuditSetupException setup)
				? "%s. %s".formatted(setup.getMessage(), setup.getRemedy()) : LoggedFailure.text(failure);
	}

	private NewTopic entries() {
		return topic(this.properties.entriesTopic(),
				Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE,
						TopicConfig.RETENTION_MS_CONFIG, String.valueOf(Duration.ofDays(14).toMillis()),
						TopicConfig.RETENTION_BYTES_CONFIG, "-1", TopicConfig.MAX_MESSAGE_BYTES_CONFIG, MOST_BYTES));
	}

	private NewTopic receipts() {
		return topic(this.properties.receiptsTopic(),
				Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT,
						TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG, String.valueOf(COMPACTED.toMillis()),
						TopicConfig.MAX_MESSAGE_BYTES_CONFIG, MOST_BYTES));
	}

	private NewTopic topic(String name, Map<String, String> settings) {
		Map<String, String> all = new HashMap<>(settings);
		if (this.properties.replication() > 2) {
			all.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, "2");
		}
		return new NewTopic(name, this.properties.partitions(), this.properties.replication()).configs(all);
	}

	private static void create(Admin admin, NewTopic topic) {
		try {
			if (!get(admin.listTopics().names()).contains(topic.name())) {
				get(admin.createTopics(List.of(topic)).all());
				logger.info("Kafka's topic {} was created", topic.name());
			}
		}
		catch (TopicExistsException ex) {
			// Another application was faster.
			logger.debug("Kafka's topic {} is there already", topic.name());
		}
	}

	private Config config(Admin admin, NewTopic wanted) {
		String topic = wanted.name();
		for (int attempt = 1;; attempt++) {
			try {
				get(admin.describeTopics(Set.of(topic)).allTopicNames());
				ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
				Config config = get(admin.describeConfigs(Set.of(resource)).all()).get(resource);
				return (config != null) ? config : new Config(List.of());
			}
			catch (UnknownTopicOrPartitionException ex) {
				// One that was just created is not known to every broker yet.
				if (!this.properties.createTopics() || attempt == ATTEMPTS) {
					throw missing(wanted, ex);
				}
				pause();
			}
		}
	}

	private static AuditSetupException missing(NewTopic wanted, Exception cause) {
		List<String> settings = new ArrayList<>();
		wanted.configs().forEach((name, value) -> settings.add("--config %s=%s".formatted(name, value)));
		settings.sort(null);
		return new AuditSetupException(
				"Kafka has no topic '%s', by which audit entries are to be carried".formatted(wanted.name()),
				"Let whoever runs Kafka create it: kafka-topics.sh --create --topic %s --partitions %s --replication-factor %s %s; or set audit.kafka.create-topics=true."
					.formatted(wanted.name(), wanted.numPartitions(), wanted.replicationFactor(),
							String.join(" ", settings)),
				cause);
	}

	private static void pause() {
		try {
			Thread.sleep(PAUSE.toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new KafkaException(ex);
		}
	}

	private void requireEntriesAreKept(Config config) {
		String topic = this.properties.entriesTopic();
		String policy = value(config, TopicConfig.CLEANUP_POLICY_CONFIG);
		if (policy != null && policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
			throw unfit(topic, TopicConfig.CLEANUP_POLICY_CONFIG, policy,
					"which loses all entries of a chain but the last ones", TopicConfig.CLEANUP_POLICY_DELETE);
		}
		String retention = value(config, TopicConfig.RETENTION_MS_CONFIG);
		if (retention != null) {
			long millis = Long.parseLong(retention);
			String wanted = String.valueOf(Duration.ofDays(14).toMillis());
			if (millis >= 0 && millis < SHORTEST.toMillis()) {
				throw unfit(topic, TopicConfig.RETENTION_MS_CONFIG, retention,
						"less than 7 days: entries would be gone before a ledger that was away has them", wanted);
			}
			if (millis < 0 || millis > LONGEST.toMillis()) {
				throw unfit(topic, TopicConfig.RETENTION_MS_CONFIG, retention,
						"more than 30 days: what is erased in the ledgers would still be there", wanted);
			}
		}
		requireLargeMessages(topic, config, this.largest, "less than a bundle of entries may have");
	}

	private void requireReceiptsAreKept(Config config) {
		String topic = this.properties.receiptsTopic();
		String policy = value(config, TopicConfig.CLEANUP_POLICY_CONFIG);
		if (policy != null && !policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
			throw unfit(topic, TopicConfig.CLEANUP_POLICY_CONFIG, policy, "which loses receipts with time",
					TopicConfig.CLEANUP_POLICY_COMPACT);
		}
		requireLargeMessages(topic, config, LARGE, "less than what is said of legal holds may have");
	}

	private static void requireLargeMessages(String topic, Config config, long bytes, String what) {
		String most = value(config, TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
		if (most != null && Long.parseLong(most) < bytes) {
			throw unfit(topic, TopicConfig.MAX_MESSAGE_BYTES_CONFIG, most, what, MOST_BYTES);
		}
	}

	private static AuditSetupException unfit(String topic, String setting, String value, String what, String wanted) {
		return new AuditSetupException("Kafka's topic '%s' has %s=%s, %s".formatted(topic, setting, value, what),
				"Let whoever runs Kafka change it: kafka-configs.sh --alter --entity-type topics --entity-name %s --add-config %s=%s"
					.formatted(topic, setting, wanted));
	}

	private static @Nullable String value(Config config, String setting) {
		ConfigEntry entry = config.get(setting);
		return (entry != null) ? entry.value() : null;
	}

	private static <T> T get(KafkaFuture<T> future) {
		try {
			return future.get();
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof KafkaException cause) ? cause : new KafkaException(ex.getCause());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new KafkaException(ex);
		}
	}

}
