/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntConsumer;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

import org.springframework.kafka.listener.ConsumerAwareRebalanceListener;

/**
 * What this instance reads of the topic of entries: which partitions, and where each
 * chain was heard last. Safe for use by several threads.
 */
final class Reading implements ConsumerAwareRebalanceListener {

	private final String topic;

	private final Set<Integer> partitions = ConcurrentHashMap.newKeySet();

	private final Map<String, Place> places = new ConcurrentHashMap<>();

	/** How many partitions the topic has, or 0 while it is unknown who reads them. */
	private volatile int count;

	private volatile IntConsumer revoked = (partition) -> {
	};

	Reading(String topic) {
		this.topic = topic;
	}

	/** Who is told of each partition that is not read here any more. */
	void whenRevoked(IntConsumer revoked) {
		this.revoked = revoked;
	}

	/**
	 * Where a chain was heard last.
	 *
	 * @param partition the partition
	 * @param offset the record's place in it
	 * @param size how many entries the record's note is signed for
	 */
	record Place(int partition, long offset, long size) {

	}

	String topic() {
		return this.topic;
	}

	/**
	 * Whether other instances read a chain, as far as it is known.
	 * @param chain the chain's name
	 * @return whether its records are in a partition that is not read here
	 */
	boolean isElsewhere(String chain) {
		int all = this.count;
		// Where publishers put it, as they know no other way than Kafka's own.
		return all > 0 && !this.partitions.contains(Utils.toPositive(Utils.murmur2(EntriesRecord.bytes(chain))) % all);
	}

	/**
	 * Remembers where a chain was heard whose signature was verified.
	 * @param chain the chain's name
	 * @param place where
	 */
	void heard(String chain, Place place) {
		this.places.put(chain, place);
	}

	@Nullable Place place(String chain) {
		return isElsewhere(chain) ? null : this.places.get(chain);
	}

	@Override
	public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> assigned) {
		assigned.forEach((partition) -> this.partitions.add(partition.partition()));
		this.count = consumer.partitionsFor(this.topic).size();
	}

	@Override
	public void onPartitionsRevokedAfterCommit(Consumer<?, ?> consumer, Collection<TopicPartition> revoked) {
		for (TopicPartition partition : revoked) {
			this.partitions.remove(partition.partition());
			this.revoked.accept(partition.partition());
		}
	}

	/** Perhaps nobody reads them. */
	@Override
	public void onPartitionsLost(Consumer<?, ?> consumer, Collection<TopicPartition> lost) {
		this.count = 0;
		onPartitionsRevokedAfterCommit(consumer, lost);
	}

}
