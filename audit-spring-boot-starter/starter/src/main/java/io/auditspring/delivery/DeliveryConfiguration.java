/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery;

import io.auditspring.database.internal.AuditDatabase;
import io.auditspring.database.internal.OncePerDatabase;
import io.auditspring.delivery.internal.buffer.AsyncBuffer;
import io.auditspring.delivery.internal.buffer.BufferConfiguration;
import io.auditspring.delivery.internal.outbox.Outbox;
import io.auditspring.delivery.internal.outbox.OutboxConfiguration;
import io.auditspring.delivery.internal.outbox.Relays;
import io.auditspring.delivery.internal.outbox.TransactionOutcomes;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.delivery.internal.worker.WritingProperties;
import io.auditspring.ledger.internal.table.LedgerWriter;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;

/**
 * Wires what brings entries into the ledger.
 *
 * @since 0.1.0
 */
@Configuration(proxyBeanMethods = false)
@OncePerDatabase
@ConditionalOnBean(name = "auditDatabase")
@EnableConfigurationProperties({ DeliveryProperties.class, WritingProperties.class })
@Import({ OutboxConfiguration.class, BufferConfiguration.class })
public class DeliveryConfiguration {

	@Bean
	@Lazy
	Quarantine auditQuarantine(AuditDatabase auditDatabase, LedgerWriter auditLedgerWriter, Outbox auditOutbox,
			DeliveryStatistics auditDeliveryStatistics) {
		return new Quarantine(auditDatabase.dataSource(), auditDatabase.schema(), auditDatabase.chain(),
				auditLedgerWriter, auditDeliveryStatistics, auditOutbox.largest());
	}

	@Bean
	Receipts auditReceipts(AuditDatabase auditDatabase, Quarantine auditQuarantine, WritingProperties properties,
			DeliveryStatistics auditDeliveryStatistics) {
		Receipts receipts = new Receipts(auditDatabase.workDataSource(), auditDatabase.schema(), auditQuarantine,
				properties.relay().pollInterval());
		receipts.follow(auditDeliveryStatistics);
		return receipts;
	}

	@Bean
	EntryDelivery auditEntryDelivery(AuditDatabase auditDatabase, Outbox auditOutbox,
			TransactionOutcomes auditTransactionOutcomes, Relays auditRelays, AsyncBuffer auditAsyncBuffer,
			DeliveryProperties properties, WritingProperties writing, DeliveryStatistics auditDeliveryStatistics) {
		return new EntryDelivery(auditDatabase.businessDataSource(), auditDatabase.outboxes(), auditOutbox,
				auditTransactionOutcomes, auditRelays, auditAsyncBuffer, properties.failurePolicy(),
				writing.sync().timeout(), auditDeliveryStatistics);
	}

}
