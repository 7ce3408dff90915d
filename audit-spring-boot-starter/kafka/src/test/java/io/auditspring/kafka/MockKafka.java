/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;

/**
 * Clients that talk to nobody: what they send is remembered, and what is said in the
 * topic of receipts is read by each of them from its beginning.
 */
final class MockKafka extends KafkaClients {

	static final String RECEIPTS = "audit.receipts";

	private static final TopicPartition PARTITION = new TopicPartition(RECEIPTS, 0);

	/** What was sent, in its order. */
	final List<ProducerRecord<byte[], byte[]>> sent = new CopyOnWriteArrayList<>();

	private final List<CentreMessage> said = new CopyOnWriteArrayList<>();

	private final List<MockConsumer<byte[], byte[]>> consumers = new CopyOnWriteArrayList<>();

	/** What is too large for the topic has this in it. */
	String tooLarge = "(nothing)";

	MockKafka() {
		super(new DefaultKafkaProducerFactory<>(Map.of()), new DefaultKafkaConsumerFactory<>(Map.of()), Map.of());
	}

	/** Says something in the topic of receipts. */
	void say(CentreMessage message) {
		this.said.add(message);
		for (MockConsumer<byte[], byte[]> consumer : this.consumers) {
			if (!consumer.closed()) {
				consumer.addRecord(record(this.said.size() - 1));
			}
		}
	}

	private ConsumerRecord<byte[], byte[]> record(int offset) {
		CentreMessage message = this.said.get(offset);
		return new ConsumerRecord<>(RECEIPTS, 0, offset, message.key(), message.value());
	}

	/** What was sent, as text. */
	List<String> texts() {
		return this.sent.stream().map((record) -> new String(record.value(), StandardCharsets.UTF_8)).toList();
	}

	@Override
	Producer<byte[], byte[]> producer(String clientId) {
		return new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()) {

			@Override
			public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
				if (new String(record.value(), StandardCharsets.UTF_8).contains(MockKafka.this.tooLarge)) {
					return CompletableFuture.failedFuture(new RecordTooLargeException("It is too large"));
				}
				MockKafka.this.sent.add(record);
				return super.send(record);
			}

		};
	}

	@Override
	Consumer<byte[], byte[]> consumer(String clientId) {
		MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest") {

			@Override
			public synchronized void seekToBeginning(Collection<TopicPartition> partitions) {
				super.seekToBeginning(partitions);
				for (int offset = 0; offset < MockKafka.this.said.size(); offset++) {
					addRecord(MockKafka.this.record(offset));
				}
			}

		};
		consumer.updatePartitions(RECEIPTS, List.of(new PartitionInfo(RECEIPTS, 0, null, null, null)));
		consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
		consumer.updateEndOffsets(Map.of(PARTITION, (long) this.said.size()));
		this.consumers.add(consumer);
		return consumer;
	}

}
