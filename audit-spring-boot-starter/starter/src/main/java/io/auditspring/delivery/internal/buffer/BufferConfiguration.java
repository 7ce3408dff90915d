/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.buffer;

import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.capture.internal.entry.Sentences;
import io.auditspring.capture.internal.value.EntryProperties;
import io.auditspring.database.internal.AuditDatabase;
import io.auditspring.delivery.internal.outbox.Outbox;
import io.auditspring.delivery.internal.outbox.TransactionOutcomes;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.delivery.internal.worker.WritingProperties;
import io.auditspring.ledger.internal.table.LedgerWriter;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Wires the buffer and what empties it.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({ BufferProperties.class, EntryProperties.class, WritingProperties.class })
public class BufferConfiguration {

	@Bean
	DirectWriter auditDirectWriter(AuditDatabase auditDatabase, LedgerWriter auditLedgerWriter, Outbox auditOutbox,
			Sentences auditSentences, DeliveryStatistics auditDeliveryStatistics) {
		return new DirectWriter(auditDatabase.workDataSource(), auditLedgerWriter, auditOutbox, auditDatabase.chain(),
				auditSentences, auditDeliveryStatistics);
	}

	@Bean
	Spool auditSpool(AuditDatabase auditDatabase, LedgerWriter auditLedgerWriter, BufferProperties properties,
			EntryProperties entries, Environment environment) {
		return new Spool(properties.spool().directory(), new SpoolOwner(entries.service(environment),
				auditDatabase.chain(), auditDatabase.ledgerId(auditLedgerWriter, auditDatabase.chain())));
	}

	@Bean
	AsyncBuffer auditAsyncBuffer(DirectWriter auditDirectWriter, TransactionOutcomes auditTransactionOutcomes,
			EntryFactory auditEntryFactory, Spool auditSpool, BufferProperties properties, WritingProperties writing,
			DeliveryStatistics auditDeliveryStatistics) {
		BufferProperties.Async async = properties.async();
		return new AsyncBuffer(auditDirectWriter, auditTransactionOutcomes, new Discards(auditEntryFactory), auditSpool,
				new AsyncBuffer.Settings(async.capacity(), async.maxBytes().toBytes(), async.overflow(),
						async.blockTimeout(), writing.batch().size(), writing.batch().linger()),
				auditDeliveryStatistics);
	}

}
