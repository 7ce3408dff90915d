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
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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

	/** What was sent, in its order. */
	final List<ProducerRecord<byte[], byte[]>> sent = new CopyOnWriteArrayList<>();

	private final List<ConsumerRecord<byte[], byte[]>> said = new CopyOnWriteArrayList<>();

	private final List<MockConsumer<byte[], byte[]>> consumers = new CopyOnWriteArrayList<>();

	/** What is too large for the topic has this in it. */
	String tooLarge = "(nothing)";

	MockKafka() {
		super(new DefaultKafkaProducerFactory<>(Map.of()), new DefaultKafkaConsumerFactory<>(Map.of()), Map.of());
	}

	private int partitions = 1;

	/**
	 * The topic of receipts gets another partition, in which all is said from then on.
	 */
	void addPartition() {
		this.partitions++;
		this.consumers.forEach(this::updatePartitions);
	}

	private void updatePartitions(MockConsumer<byte[], byte[]> consumer) {
		consumer.updatePartitions(RECEIPTS,
				partitions().map((partition) -> new PartitionInfo(RECEIPTS, partition.partition(), null, null, null))
					.toList());
	}

	private Stream<TopicPartition> partitions() {
		return IntStream.range(0, this.partitions).mapToObj((partition) -> new TopicPartition(RECEIPTS, partition));
	}

	/** Says something in the topic of receipts. */
	void say(CentreMessage message) {
		int partition = this.partitions - 1;
		ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>(RECEIPTS, partition,
				end(new TopicPartition(RECEIPTS, partition)), message.key(), message.value());
		this.said.add(record);
		for (MockConsumer<byte[], byte[]> consumer : this.consumers) {
			if (!consumer.closed() && consumer.assignment().contains(new TopicPartition(RECEIPTS, partition))) {
				consumer.addRecord(record);
			}
		}
	}

	private long end(TopicPartition partition) {
		return this.said.stream().filter((record) -> record.partition() == partition.partition()).count();
	}

	/** What was sent, as text. */
	List<String> texts() {
		return this.sent.stream().map(MockKafka::text).toList();
	}

	private static String text(ProducerRecord<byte[], byte[]> record) {
		return (record.value() != null) ? new String(record.value(), StandardCharsets.UTF_8) : "";
	}

	@Override
	Producer<byte[], byte[]> producer(String clientId) {
		return new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()) {

			@Override
			public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
				if (text(record).contains(MockKafka.this.tooLarge)) {
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
				MockKafka.this.said.forEach(this::addRecord);
			}

		};
		updatePartitions(consumer);
		consumer.updateBeginningOffsets(partitions().collect(Collectors.toMap(Function.identity(), (each) -> 0L)));
		consumer.updateEndOffsets(partitions().collect(Collectors.toMap(Function.identity(), this::end)));
		this.consumers.add(consumer);
		return consumer;
	}

}
