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
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.auditspring.capture.internal.value.LoggedFailure;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.GroupProtocol;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.ProducerFactory;

/**
 * Kafka's clients, connected as the application's own are, and otherwise with the
 * settings that what is sent here needs: bytes, every acknowledgement, no duplicates, no
 * transactions.
 */
class KafkaClients {

	/** An entry is at most about four parts of audit.capture.max-size. */
	static final int MOST_BYTES = 16 * 1024 * 1024;

	private static final int BUFFER = 2 * MOST_BYTES;

	private static final int TIMEOUT_MILLIS = 5_000;

	private static final int SESSION_MILLIS = 10_000;

	private static final List<String> FOR_OTHER_RECORDS = List.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG,
			ProducerConfig.INTERCEPTOR_CLASSES_CONFIG, ProducerConfig.PARTITIONER_CLASS_CONFIG,
			ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG, ConsumerConfig.GROUP_ID_CONFIG,
			ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);

	/** They fit times and sizes of other records, and not those that are set here. */
	private static final List<String> FOR_OTHER_READERS = List.of(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
			ConsumerConfig.FETCH_MIN_BYTES_CONFIG, ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
			ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, ConsumerConfig.MAX_POLL_RECORDS_CONFIG);

	private static final Set<String> NAMES = Stream
		.of(ProducerConfig.configNames(), ConsumerConfig.configNames(), AdminClientConfig.configNames())
		.flatMap(Set::stream)
		.collect(Collectors.toUnmodifiableSet());

	private final Map<String, Object> producer;

	private final Map<String, Object> consumer;

	KafkaClients(ProducerFactory<?, ?> producers, ConsumerFactory<?, ?> consumers, Map<String, String> overrides) {
		this.producer = new HashMap<>(producers.getConfigurationProperties());
		this.producer.putAll(Map.of(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd", ProducerConfig.BUFFER_MEMORY_CONFIG,
				BUFFER, ProducerConfig.LINGER_MS_CONFIG, 0, ProducerConfig.MAX_BLOCK_MS_CONFIG, TIMEOUT_MILLIS,
				ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS, ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
				3 * TIMEOUT_MILLIS, AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS));
		this.producer.putAll(overrides);
		// A chain stays in one partition, and nobody else's code reads its bytes.
		FOR_OTHER_RECORDS.forEach(this.producer::remove);
		this.producer.putAll(Map.of(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class,
				ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class, ProducerConfig.ACKS_CONFIG,
				"all", ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true, ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE,
				ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 5, ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
				MOST_BYTES));
		this.consumer = new HashMap<>(consumers.getConfigurationProperties());
		FOR_OTHER_READERS.forEach(this.consumer::remove);
		this.consumer.putAll(
				Map.of(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, MOST_BYTES, ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
						TIMEOUT_MILLIS, ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS));
		this.consumer.putAll(overrides);
		if (!GroupProtocol.CONSUMER.name()
			.equalsIgnoreCase(String.valueOf(this.consumer.get(ConsumerConfig.GROUP_PROTOCOL_CONFIG)))
				&& !overrides.containsKey(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG)) {
			// What a frozen instance reads another one takes over; both do no harm.
			this.consumer.putIfAbsent(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_MILLIS);
		}
		FOR_OTHER_RECORDS.forEach(this.consumer::remove);
		this.consumer.putAll(Map.of(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class,
				ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class,
				ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest", ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false,
				ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted",
				ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false));
	}

	Producer<byte[], byte[]> producer(String clientId) {
		Map<String, Object> settings = known(this.producer, ProducerConfig.configNames());
		settings.put(ProducerConfig.CLIENT_ID_CONFIG, clientId);
		return new KafkaProducer<>(settings);
	}

	/** One that is told which partitions to read, and belongs to no group. */
	Consumer<byte[], byte[]> consumer(String clientId) {
		Map<String, Object> settings = known(this.consumer, ConsumerConfig.configNames());
		settings.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
		return new KafkaConsumer<>(settings);
	}

	static List<TopicPartition> partitions(Consumer<?, ?> consumer, String topic) {
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
		settings.remove(AdminClientConfig.RETRIES_CONFIG);
		return Admin.create(settings);
	}

	/**
	 * What only another client knows it would warn of in the application's log. What none
	 * knows may be for what a setting names, as for a factory of connections.
	 */
	private static Map<String, Object> known(Map<String, Object> settings, Set<String> names) {
		Map<String, Object> known = new HashMap<>(settings);
		known.keySet().removeIf((key) -> NAMES.contains(key) && !names.contains(key));
		return known;
	}

	/**
	 * Goes on behind a record that cannot be read, as on a damaged disk: the client stays
	 * there for ever.
	 * @param consumer the client
	 * @param failure what it threw
	 * @return the record's place, or {@code null} if it was something else
	 */
	static @Nullable String skip(Consumer<?, ?> consumer, Exception failure) {
		TopicPartition partition = unreadable(consumer, failure);
		if (partition == null) {
			return null;
		}
		long offset = consumer.position(partition);
		consumer.seek(partition, offset + 1);
		return "the record at offset %s of %s".formatted(offset, partition);
	}

	/**
	 * Polls, and goes on at once behind what cannot be read, where all is said again.
	 * @param consumer the client
	 * @param wait how long to wait if there is nothing
	 * @param skipped is told what was skipped, in a sentence
	 * @return what has come
	 * @throws KafkaException if something else fails
	 */
	static ConsumerRecords<byte[], byte[]> poll(Consumer<byte[], byte[]> consumer, Duration wait,
			java.util.function.Consumer<String> skipped) {
		try {
			return consumer.poll(wait);
		}
		catch (KafkaException ex) {
			String record = skip(consumer, ex);
			if (record == null) {
				throw ex;
			}
			skipped.accept("%s cannot be read: %s".formatted(record, LoggedFailure.text(ex)));
			return ConsumerRecords.empty();
		}
	}

	/** Which partition has a record that cannot be read, as only the message tells. */
	static @Nullable TopicPartition unreadable(Consumer<?, ?> consumer, Exception failure) {
		String message = String.valueOf(failure.getMessage());
		return (failure instanceof KafkaException && message.contains("seek past the record")) ? consumer.assignment()
			.stream()
			.filter((partition) -> message.contains(" %s. ".formatted(partition)))
			.findFirst()
			.orElse(null) : null;
	}

}
