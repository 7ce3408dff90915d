/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.ProducerFactory;

/**
 * Kafka's clients, connected as the application's own are, and otherwise with the
 * settings that what is sent here needs: bytes, every acknowledgement, no duplicates, no
 * transactions.
 */
final class KafkaClients {

	/** An entry is at most about four parts of audit.capture.max-size. */
	static final int MOST_BYTES = 16 * 1024 * 1024;

	private static final int BUFFER = 2 * MOST_BYTES;

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	private static final Duration DELIVERY = Duration.ofSeconds(15);

	private final Map<String, Object> producer;

	private final Map<String, Object> consumer;

	KafkaClients(ProducerFactory<?, ?> producers, ConsumerFactory<?, ?> consumers, Map<String, String> overrides) {
		this.producer = new HashMap<>(producers.getConfigurationProperties());
		this.producer.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
		this.producer.keySet()
			.removeIf((key) -> key.startsWith("spring.") || key.startsWith("value.") || key.startsWith("key."));
		this.producer.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
		this.producer.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
		this.producer.put(ProducerConfig.ACKS_CONFIG, "all");
		this.producer.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
		this.producer.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
		this.producer.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 5);
		this.producer.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
		this.producer.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MOST_BYTES);
		this.producer.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER);
		this.producer.put(ProducerConfig.LINGER_MS_CONFIG, 0);
		this.producer.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, (int) TIMEOUT.toMillis());
		this.producer.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) TIMEOUT.toMillis());
		this.producer.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) DELIVERY.toMillis());
		this.consumer = new HashMap<>(consumers.getConfigurationProperties());
		this.consumer.keySet()
			.removeIf((key) -> key.startsWith("spring.") || key.startsWith("value.") || key.startsWith("key."));
		this.consumer.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
		this.consumer.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
		this.consumer.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
		this.consumer.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
		this.consumer.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
		this.consumer.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
		this.consumer.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, MOST_BYTES);
		this.consumer.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) TIMEOUT.toMillis());
		this.consumer.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) TIMEOUT.toMillis());
		this.consumer.remove(ConsumerConfig.GROUP_ID_CONFIG);
		this.consumer.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
		this.producer.putAll(overrides);
		this.consumer.putAll(overrides);
	}

	KafkaProducer<byte[], byte[]> producer(String clientId) {
		Map<String, Object> settings = known(this.producer, ProducerConfig.configNames());
		settings.put(ProducerConfig.CLIENT_ID_CONFIG, clientId);
		return new KafkaProducer<>(settings);
	}

	/** One that is told which partitions to read, and belongs to no group. */
	KafkaConsumer<byte[], byte[]> consumer(String clientId) {
		Map<String, Object> settings = known(this.consumer, ConsumerConfig.configNames());
		settings.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
		return new KafkaConsumer<>(settings);
	}

	static List<TopicPartition> partitions(KafkaConsumer<?, ?> consumer, String topic) {
		List<PartitionInfo> found = consumer.partitionsFor(topic);
		if (found == null || found.isEmpty()) {
			throw new KafkaException("There is no topic " + topic);
		}
		return found.stream().map((partition) -> new TopicPartition(topic, partition.partition())).toList();
	}

	ConsumerFactory<byte[], byte[]> consumers(String group) {
		Map<String, Object> settings = known(this.consumer, ConsumerConfig.configNames());
		settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
		settings.put(ConsumerConfig.CLIENT_ID_CONFIG, "audit-receive");
		// A batch of them is verified in memory.
		settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 64);
		settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, MOST_BYTES / 2);
		return new DefaultKafkaConsumerFactory<>(settings);
	}

	Admin admin() {
		Map<String, Object> settings = known(this.producer, AdminClientConfig.configNames());
		settings.put(AdminClientConfig.CLIENT_ID_CONFIG, "audit-topics");
		settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) TIMEOUT.toMillis());
		settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) TIMEOUT.toMillis());
		settings.remove(AdminClientConfig.RETRIES_CONFIG);
		return Admin.create(settings);
	}

	/** What a client does not know it would warn of in the application's log. */
	private static Map<String, Object> known(Map<String, Object> settings, Set<String> names) {
		Map<String, Object> known = new HashMap<>(settings);
		known.keySet().removeIf((key) -> !names.contains(key) && !key.startsWith("ssl.") && !key.startsWith("sasl."));
		return known;
	}

}
