/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.auditspring.kafka.Carriers.Service;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.query.AuditRedaction;
import io.auditspring.receive.internal.BundleReceiver;
import io.auditspring.receive.internal.ReceivingStatistics;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Chains that come with erasures which are declared a thousand entries later.
 */
class LateDeclarationsTests {

	private static final int ENTRIES = 1500;

	@TempDir
	private Path directory;

	private Carriers carriers;

	private ConfigurableApplicationContext centre;

	@BeforeEach
	void startACentreThatReadsNothing() {
		this.carriers = new Carriers(this.directory);
		this.carriers.prepareTheCentre();
		Map<String, String> properties = new HashMap<>(this.carriers.receiving());
		properties.put("audit.kafka.entries-topic", this.carriers.entriesTopic() + "-of-nobody");
		// The test reads by its clients, and tries nothing again.
		properties.put("audit.kafka.properties.default.api.timeout.ms", "60000");
		this.centre = this.carriers.run("centre", this.carriers.centreDatabase, properties);
	}

	@AfterEach
	void stop() {
		this.centre.close();
		this.carriers.close();
	}

	/** Writes entries, the first of which is erased before any is sent. */
	private List<ConsumerRecord<byte[], byte[]>> send(String name) {
		Service service = this.carriers.service(name);
		Map<String, String> silent = new HashMap<>(service.properties());
		silent.put("audit.kafka.publish.enabled", "false");
		try (ConfigurableApplicationContext context = this.carriers.run(name, service.database, silent)) {
			service.record(context, "service.begin", 1);
			service.record(context, "order.place", ENTRIES);
			Carriers.await(() -> assertThat(
					service.query("select size from audit.audit_chain where name = '%s'".formatted(name)))
				.isEqualTo(String.valueOf(ENTRIES + 1)));
			context.getBean(AuditRedaction.class)
				.redact(UUID.fromString(
						service.query("select id from audit.audit_log where seq = 1 and chain = '%s'".formatted(name))),
						EntryGroup.DATA, "Wrong customer");
		}
		this.carriers.register(service);
		service.context();
		// With the note that there is nothing new.
		Carriers.await(() -> {
			List<ConsumerRecord<byte[], byte[]>> sent = records(name);
			assertThat(sent).isNotEmpty();
			assertThat(last(sent).end()).isEqualTo(ENTRIES + 2);
			assertThat(last(sent).count()).isZero();
		});
		service.stop();
		return records(name);
	}

	private static EntriesRecord last(List<ConsumerRecord<byte[], byte[]>> records) {
		return EntriesRecord.of(records.get(records.size() - 1));
	}

	private List<ConsumerRecord<byte[], byte[]>> records(String chain) {
		KafkaClients clients = this.centre.getBean(KafkaClients.class);
		List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
		try (Consumer<byte[], byte[]> consumer = clients.consumer("reader")) {
			List<TopicPartition> partitions = KafkaClients.partitions(consumer, this.carriers.entriesTopic());
			consumer.assign(partitions);
			consumer.seekToBeginning(partitions);
			Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
			while (ends.entrySet().stream().anyMatch((end) -> consumer.position(end.getKey()) < end.getValue())) {
				consumer.poll(Duration.ofMillis(100)).forEach(records::add);
			}
		}
		// From the last time on that it was sent from its beginning.
		List<ConsumerRecord<byte[], byte[]>> own = records.stream()
			.filter((record) -> EntriesRecord.chain(record).equals(chain))
			.toList();
		int start = 0;
		for (int i = 0; i < own.size(); i++) {
			start = (EntriesRecord.of(own.get(i)).first() == 0) ? i : start;
		}
		return own.subList(start, own.size());
	}

	@Test
	void takeNoMoreMemoryTogetherThanTheyMay() {
		List<ConsumerRecord<byte[], byte[]>> orders = send("orders");
		List<ConsumerRecord<byte[], byte[]>> invoices = send("invoices");
		long bytes = Math.max(bytes(orders), bytes(invoices));
		EntriesListener listener = new EntriesListener(this.centre.getBean(BundleReceiver.class),
				this.centre.getBean(ReceivingStatistics.class), this.centre.getBean(ReceiptSender.class),
				this.centre.getBean(Reading.class), DataSize.ofBytes(bytes));
		for (int i = 0; i < Math.max(orders.size(), invoices.size()); i++) {
			listen(listener, orders, i);
			listen(listener, invoices, i);
			assertThat(listener.waitingBytes()).isLessThanOrEqualTo(bytes);
		}
		assertThat(List.of(this.carriers.atTheCentre("orders"), this.carriers.atTheCentre("invoices")))
			.as("one of them had to give way")
			.containsExactlyInAnyOrder(ENTRIES + 2L, 0L);
		for (List<ConsumerRecord<byte[], byte[]>> again : List.of(orders, invoices)) {
			again.forEach((record) -> listener.onMessage(List.of(record)));
		}
		assertThat(this.carriers.atTheCentre("orders")).isEqualTo(ENTRIES + 2L);
		assertThat(this.carriers.atTheCentre("invoices")).isEqualTo(ENTRIES + 2L);
		assertThat(listener.waitingBytes()).isZero();
		this.centre.close();
		this.carriers.assertVerified();
	}

	private static long bytes(List<ConsumerRecord<byte[], byte[]>> records) {
		return records.stream().mapToLong((record) -> record.value().length).sum();
	}

	private static void listen(EntriesListener listener, List<ConsumerRecord<byte[], byte[]>> records, int index) {
		if (index < records.size()) {
			listener.onMessage(List.of(records.get(index)));
		}
	}

}
