/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.outbox;

import java.util.Objects;

import io.auditspring.capture.internal.entry.Sentences;
import io.auditspring.capture.internal.value.CaptureProperties;
import io.auditspring.database.internal.AuditDatabase;
import io.auditspring.database.internal.OutboxDatabases;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.delivery.internal.worker.WritingProperties;
import io.auditspring.ledger.internal.table.LedgerWriter;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Wires the outbox and what empties it.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({ CaptureProperties.class, WritingProperties.class })
public class OutboxConfiguration {

	@Bean
	LedgerWriter auditLedgerWriter(AuditDatabase auditDatabase) {
		return new LedgerWriter(auditDatabase.schema());
	}

	@Bean
	RecentlyStaged auditRecentlyStaged() {
		return new RecentlyStaged();
	}

	@Bean
	Outbox auditOutbox(AuditDatabase auditDatabase, WritingProperties properties, CaptureProperties capture,
			Sentences auditSentences, RecentlyStaged auditRecentlyStaged) {
		return outbox(auditDatabase, properties, capture, auditSentences, auditRecentlyStaged);
	}

	private static Outbox outbox(AuditDatabase database, WritingProperties properties, CaptureProperties capture,
			Sentences sentences, RecentlyStaged recent) {
		return new Outbox(database.schema(), database.chain(), database.outboxes(), largestRow(capture),
				properties.sync().timeout(), properties.relay().takeOverAfter(), sentences, recent);
	}

	// Whatever one entry can be, written with as many escapes as it may need, and that of
	// a service that captures more; but not what fills the memory.
	private static long largestRow(CaptureProperties capture) {
		long ofAnEntry = (8L << 20) + 24 * capture.maxSize().toBytes();
		return Math.max(ofAnEntry, Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 16));
	}

	@Bean
	DeliveryStatistics auditDeliveryStatistics() {
		return new DeliveryStatistics();
	}

	@Bean
	LedgerTarget auditLedgerTarget(AuditDatabase auditDatabase, LedgerWriter auditLedgerWriter, Outbox auditOutbox) {
		return new LedgerTarget(auditDatabase.outboxes().main().holdsLedger() ? null : auditDatabase.workDataSource(),
				auditLedgerWriter, auditOutbox, auditDatabase.chain());
	}

	@Bean
	Relay auditRelay(AuditDatabase auditDatabase, Outbox auditOutbox, LedgerTarget auditLedgerTarget,
			WritingProperties properties, DeliveryStatistics auditDeliveryStatistics,
			ObjectProvider<BatchWatcher> auditBatchWatcher) {
		OutboxDatabases outboxes = auditDatabase.outboxes();
		return new Relay(outboxes.connections(outboxes.main()), auditOutbox, auditLedgerTarget,
				properties.batch().size(), properties.batch().linger(), properties.relay().pollInterval(),
				auditDeliveryStatistics, auditBatchWatcher.getIfAvailable(() -> BatchWatcher.NONE));
	}

	@Bean
	Relays auditRelays(AuditDatabase auditDatabase, Relay auditRelay, Outbox auditOutbox,
			LedgerWriter auditLedgerWriter, WritingProperties properties, CaptureProperties capture,
			Sentences auditSentences, RecentlyStaged auditRecentlyStaged) {
		return new Relays(auditRelay, auditDatabase.outboxes(), (other) -> {
			Outbox from = outbox(auditDatabase, properties, capture, auditSentences, auditRecentlyStaged);
			auditOutbox.backlog().include(from.backlog());
			return auditRelay.from(Objects.requireNonNull(other.name()), auditDatabase.outboxes().connections(other),
					from,
					new LedgerTarget(auditDatabase.workDataSource(), auditLedgerWriter, from, auditDatabase.chain()));
		}, properties.relay().pollInterval());
	}

	@Bean
	TransactionOutcomes auditTransactionOutcomes(AuditDatabase auditDatabase, Outbox auditOutbox,
			LedgerWriter auditLedgerWriter) {
		return new TransactionOutcomes(auditDatabase.outboxes(), auditDatabase.workDataSource(), auditOutbox,
				auditLedgerWriter);
	}

}
