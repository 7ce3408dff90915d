package io.auditspring.autoconfigure;

import java.util.Objects;

import io.auditspring.capture.EntryFactory;
import io.auditspring.capture.Sentences;
import io.auditspring.database.AuditDatabase;
import io.auditspring.database.OncePerDatabase;
import io.auditspring.database.OutboxDatabases;
import io.auditspring.delivery.EntryDelivery;
import io.auditspring.delivery.Quarantine;
import io.auditspring.delivery.Receipts;
import io.auditspring.delivery.internal.buffer.AsyncBuffer;
import io.auditspring.delivery.internal.buffer.DirectWriter;
import io.auditspring.delivery.internal.buffer.Discards;
import io.auditspring.delivery.internal.buffer.Spool;
import io.auditspring.delivery.internal.buffer.SpoolOwner;
import io.auditspring.delivery.internal.outbox.LedgerTarget;
import io.auditspring.delivery.internal.outbox.Outbox;
import io.auditspring.delivery.internal.outbox.Relay;
import io.auditspring.delivery.internal.outbox.Relays;
import io.auditspring.delivery.internal.outbox.TransactionOutcomes;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.ledger.internal.table.LedgerWriter;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

/**
 * Brings entries into the ledger of the {@link AuditDatabase}.
 */
@Configuration(proxyBeanMethods = false)
@OncePerDatabase
@ConditionalOnBean(name = "auditDatabase")
final class AuditDeliveryConfiguration {

	@Bean
	LedgerWriter auditLedgerWriter(AuditDatabase auditDatabase) {
		return new LedgerWriter(auditDatabase.schema());
	}

	@Bean
	Outbox auditOutbox(AuditDatabase auditDatabase, AuditProperties properties, Sentences auditSentences) {
		return outbox(auditDatabase, properties, auditSentences);
	}

	private static Outbox outbox(AuditDatabase database, AuditProperties properties, Sentences sentences) {
		return new Outbox(database.schema(), properties.chain(), database.outboxes(), largestRow(properties),
				properties.sync().timeout(), properties.relay().takeOverAfter(), sentences);
	}

	// Whatever one entry can be, written with as many escapes as it may need, and that of
	// a service that captures more; but not what fills the memory.
	private static long largestRow(AuditProperties properties) {
		long ofAnEntry = (8L << 20) + 24 * properties.capture().maxSize().toBytes();
		return Math.max(ofAnEntry, Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 16));
	}

	@Bean
	DeliveryStatistics auditDeliveryStatistics() {
		return new DeliveryStatistics();
	}

	@Bean
	LedgerTarget auditLedgerTarget(AuditDatabase auditDatabase, LedgerWriter auditLedgerWriter, Outbox auditOutbox,
			AuditProperties properties) {
		return new LedgerTarget(auditDatabase.outboxes().main().holdsLedger() ? null : auditDatabase.workDataSource(),
				auditLedgerWriter, auditOutbox, properties.chain());
	}

	@Bean
	Relay auditRelay(AuditDatabase auditDatabase, Outbox auditOutbox, LedgerTarget auditLedgerTarget,
			AuditProperties properties, DeliveryStatistics auditDeliveryStatistics) {
		OutboxDatabases outboxes = auditDatabase.outboxes();
		return new Relay(outboxes.connections(outboxes.main()), auditOutbox, auditLedgerTarget,
				properties.batch().size(), properties.relay().pollInterval(), auditDeliveryStatistics);
	}

	@Bean
	Relays auditRelays(AuditDatabase auditDatabase, Relay auditRelay, Outbox auditOutbox,
			LedgerWriter auditLedgerWriter, AuditProperties properties, Sentences auditSentences) {
		return new Relays(auditRelay, auditDatabase.outboxes(), (other) -> {
			Outbox from = outbox(auditDatabase, properties, auditSentences);
			auditOutbox.backlog().include(from.backlog());
			return auditRelay.from(Objects.requireNonNull(other.name()), auditDatabase.outboxes().connections(other),
					from,
					new LedgerTarget(auditDatabase.workDataSource(), auditLedgerWriter, from, properties.chain()));
		}, properties.relay().pollInterval());
	}

	@Bean
	@Lazy
	Quarantine auditQuarantine(AuditDatabase auditDatabase, LedgerWriter auditLedgerWriter, AuditProperties properties,
			DeliveryStatistics auditDeliveryStatistics) {
		return new Quarantine(auditDatabase.dataSource(), auditDatabase.schema(), properties.chain(), auditLedgerWriter,
				auditDeliveryStatistics, largestRow(properties));
	}

	@Bean
	Receipts auditReceipts(AuditDatabase auditDatabase, Quarantine auditQuarantine, AuditProperties properties,
			DeliveryStatistics auditDeliveryStatistics) {
		Receipts receipts = new Receipts(auditDatabase.workDataSource(), auditDatabase.schema(), auditQuarantine,
				properties.relay().pollInterval());
		receipts.follow(auditDeliveryStatistics);
		return receipts;
	}

	@Bean
	DirectWriter auditDirectWriter(AuditDatabase auditDatabase, LedgerWriter auditLedgerWriter, Outbox auditOutbox,
			AuditProperties properties, Sentences auditSentences, DeliveryStatistics auditDeliveryStatistics) {
		return new DirectWriter(auditDatabase.workDataSource(), auditLedgerWriter, auditOutbox, properties.chain(),
				auditSentences, auditDeliveryStatistics);
	}

	@Bean
	TransactionOutcomes auditTransactionOutcomes(AuditDatabase auditDatabase, Outbox auditOutbox,
			LedgerWriter auditLedgerWriter) {
		return new TransactionOutcomes(auditDatabase.outboxes(), auditDatabase.workDataSource(), auditOutbox,
				auditLedgerWriter);
	}

	@Bean
	Spool auditSpool(AuditDatabase auditDatabase, LedgerWriter auditLedgerWriter, AuditProperties properties,
			Environment environment) {
		return new Spool(properties.spool().directory(), new SpoolOwner(properties.service(environment),
				properties.chain(), auditDatabase.ledgerId(auditLedgerWriter, properties.chain())));
	}

	@Bean
	AsyncBuffer auditAsyncBuffer(DirectWriter auditDirectWriter, TransactionOutcomes auditTransactionOutcomes,
			EntryFactory auditEntryFactory, Spool auditSpool, AuditProperties properties,
			DeliveryStatistics auditDeliveryStatistics) {
		AuditProperties.Async async = properties.async();
		return new AsyncBuffer(auditDirectWriter, auditTransactionOutcomes, new Discards(auditEntryFactory), auditSpool,
				new AsyncBuffer.Settings(async.capacity(), async.maxBytes().toBytes(), async.overflow(),
						async.blockTimeout(), properties.batch().size(), properties.batch().linger()),
				auditDeliveryStatistics);
	}

	@Bean
	EntryDelivery auditEntryDelivery(AuditDatabase auditDatabase, Outbox auditOutbox,
			TransactionOutcomes auditTransactionOutcomes, Relays auditRelays, AsyncBuffer auditAsyncBuffer,
			AuditProperties properties, DeliveryStatistics auditDeliveryStatistics) {
		return new EntryDelivery(auditDatabase.businessDataSource(), auditDatabase.outboxes(), auditOutbox,
				auditTransactionOutcomes, auditRelays, auditAsyncBuffer, properties.failurePolicy(),
				properties.sync().timeout(), auditDeliveryStatistics);
	}

}
