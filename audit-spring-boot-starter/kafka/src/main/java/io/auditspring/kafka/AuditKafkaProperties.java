/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.time.Duration;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;
import org.springframework.util.unit.DataSize;

/**
 * Chains that Kafka carries from services to one ledger.
 *
 * @param entriesTopic the topic of entries, one partition or more
 * @param receiptsTopic the topic of what the receiving ledger sends back: receipts and
 * requests; compacted
 * @param createTopics whether topics that are missing are created at the start
 * @param partitions how many partitions topics get that are created
 * @param replication how many replicas topics get that are created
 * @param properties settings of Kafka's clients, which win over those of spring.kafka,
 * such as bootstrap.servers of another cluster
 * @param publish sends the chain of this application
 * @param receive receives the chains that are registered here
 */
@ConfigurationProperties("audit.kafka")
record AuditKafkaProperties(@DefaultValue("audit.entries") String entriesTopic,
		@DefaultValue("audit.receipts") String receiptsTopic, @DefaultValue("false") boolean createTopics,
		@DefaultValue("6") int partitions, @DefaultValue("3") short replication,
		@DefaultValue Map<String, String> properties, @DefaultValue Publish publish, @DefaultValue Receive receive) {

	AuditKafkaProperties {
		Assert.isTrue(partitions > 0, () -> "audit.kafka.partitions takes a number of at least 1, not " + partitions);
		Assert.isTrue(replication > 0,
				() -> "audit.kafka.replication takes a number of at least 1, not " + replication);
	}

	/** Without what may be a password. */
	@Override
	public String toString() {
		return "AuditKafkaProperties[entriesTopic=%s, receiptsTopic=%s, properties=%s]".formatted(this.entriesTopic,
				this.receiptsTopic, this.properties.keySet());
	}

	/**
	 * Sending.
	 *
	 * @param enabled whether the chain of this application is sent
	 * @param interval how often to look whether there are new entries
	 * @param maxLag how long entries may wait for Kafka until health says so
	 */
	record Publish(@DefaultValue("false") boolean enabled, @DefaultValue("200ms") Duration interval,
			@DefaultValue("1m") Duration maxLag) {

		Publish {
			Assert.isTrue(interval.toMillis() > 0,
					() -> "audit.kafka.publish.interval takes a duration of at least 1ms, not " + interval);
			Assert.isTrue(maxLag.toMillis() > 0,
					() -> "audit.kafka.publish.max-lag takes a duration of at least 1ms, not " + maxLag);
		}

	}

	/**
	 * Receiving.
	 *
	 * @param enabled whether chains are received; they are registered as others are
	 * @param group the consumer group, the same for all instances of this application; by
	 * default the application's name with "-audit-" and the beginning of its ledger's id
	 * @param concurrency how many threads receive; not more than there are partitions
	 * @param maxIncomplete how much is kept in memory, of all chains together, where data
	 * was erased and the entry that declares the erasure has not come yet
	 */
	record Receive(@DefaultValue("false") boolean enabled, @Nullable String group, @DefaultValue("1") int concurrency,
			@DefaultValue("64MB") DataSize maxIncomplete) {

		Receive {
			Assert.isTrue(concurrency > 0,
					() -> "audit.kafka.receive.concurrency takes a number of at least 1, not " + concurrency);
			Assert.isTrue(!maxIncomplete.isNegative(),
					() -> "audit.kafka.receive.max-incomplete takes a size of 0 or more, not " + maxIncomplete);
		}

	}

}
