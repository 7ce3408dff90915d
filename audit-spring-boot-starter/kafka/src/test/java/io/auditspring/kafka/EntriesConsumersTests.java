/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.auditspring.receive.internal.Reception;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of consumers that cannot be built, and that cannot read.
 */
class EntriesConsumersTests {

	@TempDir
	private Path memory;

	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void consumersThatCannotBeBuiltAreBuiltLater(int fails) {
		CarriedLab lab = new CarriedLab(this.memory);
		AtomicInteger built = new AtomicInteger();
		List<MockConsumer<byte[], byte[]>> consumers = new CopyOnWriteArrayList<>();
		DefaultKafkaConsumerFactory<byte[], byte[]> factory = new DefaultKafkaConsumerFactory<>(Map.of()) {

			@Override
			protected Consumer<byte[], byte[]> createRawConsumer(Map<String, Object> settings) {
				if (built.incrementAndGet() == fails) {
					throw new KafkaException("No resolvable bootstrap urls");
				}
				MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
				consumers.add(consumer);
				return consumer;
			}

		};
		AuditKafkaProperties properties = new AuditKafkaProperties("audit.entries", MockKafka.RECEIPTS, false, 1,
				(short) 1, Map.of(),
				new AuditKafkaProperties.Publish(false, Duration.ofMillis(20), Duration.ofMinutes(1)),
				new AuditKafkaProperties.Receive(true, null, 2, DataSize.ofMegabytes(64)));
		EntriesConsumers receiving = new EntriesConsumers(factory, properties, "audit", lab.listener, lab.reading,
				lab.statistics);
		receiving.start();
		try {
			Carriers.await(
					() -> assertThat(consumers.stream().filter((consumer) -> !consumer.closed())).as("those that read")
						.hasSize(2)
						.allMatch((consumer) -> consumer.subscription().contains("audit.entries")));
			assertThat(lab.statistics.failures()).containsEntry("kafka", "KafkaException");
		}
		finally {
			receiving.stop();
		}
		Carriers.await(() -> assertThat(consumers).allMatch(MockConsumer::closed));
	}

	@Test
	void aRecordThatCannotBeReadIsSkippedAfterSomeTries() {
		CarriedLab lab = new CarriedLab(this.memory);
		TopicPartition partition = new TopicPartition("audit.entries", 1);
		MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
		consumer.assign(List.of(new TopicPartition("audit.entries", 11), partition));
		consumer.seek(partition, 5);
		EntriesConsumers.Patience patience = new EntriesConsumers.Patience(lab.statistics, lab.listener);
		ConcurrentMessageListenerContainer<byte[], byte[]> stopped = new ConcurrentMessageListenerContainer<>(
				new DefaultKafkaConsumerFactory<>(Map.of()), new ContainerProperties("audit.entries"));
		KafkaException unreadable = new KafkaException("Received exception when fetching the next record from "
				+ "audit.entries-1. If needed, please seek past the record to continue consumption.");
		for (int attempt = 0; attempt < 2; attempt++) {
			patience.handleOtherException(unreadable, consumer, stopped, true);
			patience.handleOtherException(new KafkaException("A broker is away"), consumer, stopped, true);
			assertThat(consumer.position(partition)).isEqualTo(5);
		}
		patience.handleOtherException(unreadable, consumer, stopped, true);
		assertThat(consumer.position(partition)).isEqualTo(6);
		patience.handleOtherException(unreadable, consumer, stopped, true);
		assertThat(consumer.position(partition)).as("one that lies beside it").isEqualTo(7);
		consumer.seek(partition, 20);
		patience.handleOtherException(unreadable, consumer, stopped, true);
		assertThat(consumer.position(partition)).isEqualTo(20);
		assertThat(lab.statistics.bundles(Reception.Kind.REFUSED)).isEqualTo(2);
	}

}
