/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.ReceiptNote;
import io.auditspring.ledger.checkpoint.RedactionRequest;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Takes what the receiving ledger says of a chain: receipts and requests go into the
 * database here, where the application finds them. What none of its keys signed is
 * refused. For one thread.
 */
final class CentreMessages implements AutoCloseable {

	private static final Duration NO_OLDER = Duration.ofMinutes(10);

	private final Consumer<byte[], byte[]> consumer;

	private final SourceTables tables;

	private final String chain;

	private final String log;

	private final TrustedKeys keys;

	private final PublishingStatistics statistics;

	/**
	 * Where each partition ended when it was begun: a request before that is an old one.
	 */
	private final Map<TopicPartition, Long> old;

	private long holdsSaidAt;

	CentreMessages(Consumer<byte[], byte[]> consumer, String topic, SourceTables tables, SignedChain chain,
			TrustedKeys keys, PublishingStatistics statistics) throws SQLException {
		this.consumer = consumer;
		this.tables = tables;
		this.chain = chain.chain();
		this.log = chain.log();
		this.keys = keys;
		this.statistics = statistics;
		List<TopicPartition> partitions = KafkaClients.partitions(consumer, topic);
		consumer.assign(partitions);
		consumer.seekToBeginning(partitions);
		this.old = consumer.endOffsets(partitions);
		statistics.receipts(known(ReceiptNote.STORED), known(ReceiptNote.SAFE));
	}

	/**
	 * Takes what has come.
	 * @param wait how long to wait if there is nothing
	 * @param resend takes the place from which on to send again
	 * @param one takes the place of a bundle to send again
	 * @throws SQLException if the database fails
	 */
	void take(Duration wait, LongConsumer resend, LongConsumer one) throws SQLException {
		for (ConsumerRecord<byte[], byte[]> record : this.consumer.poll(wait)) {
			if (record.value() != null) {
				take(record, resend, one);
			}
		}
	}

	private void take(ConsumerRecord<byte[], byte[]> record, LongConsumer resend, LongConsumer one)
			throws SQLException {
		CentreMessage message;
		try {
			message = CentreMessage.read(record.value());
		}
		catch (IllegalArgumentException ex) {
			this.statistics.refused(String.valueOf(ex.getMessage()));
			return;
		}
		if (message.chain().equals(this.chain) && !take(message, isOld(record), resend, one)) {
			this.statistics.refused("no key of audit.retention.centre-keys signed the '%s' of chain '%s'"
				.formatted(message.kind(), this.chain));
		}
	}

	private boolean isOld(ConsumerRecord<byte[], byte[]> record) {
		Long end = this.old.get(new TopicPartition(record.topic(), record.partition()));
		return end != null && record.offset() < end;
	}

	/** Whether it was signed. */
	private boolean take(CentreMessage message, boolean old, LongConsumer resend, LongConsumer one)
			throws SQLException {
		return switch (message.kind()) {
			case STORED -> takeReceipt(ReceiptNote.STORED, message);
			case SAFE -> takeReceipt(ReceiptNote.SAFE, message);
			case RESEND -> takePlace(CentreNote.RESEND, message, old, resend);
			case TRY -> takePlace(CentreNote.TRY, message, old, one);
			case REDACTION -> takeRequest(message);
			case HOLDS -> takeHolds(message);
		};
	}

	/**
	 * The database may be another one than at the last receipt, as a replica that lagged.
	 */
	private boolean takeReceipt(ReceiptNote kind, CentreMessage message) throws SQLException {
		long size = size(kind, message.note());
		if (size > known(kind)) {
			this.tables.answers().takeReceipt(this.chain, kind.kind(), message.note());
			this.statistics.receipts(known(ReceiptNote.STORED), known(ReceiptNote.SAFE));
		}
		return size >= 0;
	}

	/** What a receipt in the database says, if it is one. */
	private long known(ReceiptNote kind) throws SQLException {
		Checkpoint receipt = receipt(kind);
		return (receipt != null) ? receipt.size() : 0;
	}

	private @Nullable Checkpoint receipt(ReceiptNote kind) throws SQLException {
		String note = this.tables.receipt(this.chain, kind);
		return (note != null) ? kind.open(note, this.log, this.keys).orElse(null) : null;
	}

	private long size(ReceiptNote kind, String note) {
		return kind.open(note, this.log, this.keys).map(Checkpoint::size).orElse(-1L);
	}

	/**
	 * What the ledger that receives the chain has of it, as far as the database knows.
	 * @return its receipt, or {@code null} if there is none
	 * @throws SQLException if the database fails
	 */
	@Nullable Checkpoint stored() throws SQLException {
		return receipt(ReceiptNote.STORED);
	}

	/** Whether all was read that had been said before it was begun. */
	boolean isReadToItsEnd() {
		return this.old.entrySet().stream().allMatch((end) -> this.consumer.position(end.getKey()) >= end.getValue());
	}

	private boolean takePlace(CentreNote kind, CentreMessage message, boolean old, LongConsumer asked) {
		OptionalLong from = kind.open(message.note(), this.log, "", this.keys);
		if (from.isPresent() && !old) {
			asked.accept(from.getAsLong());
		}
		return from.isPresent();
	}

	private boolean takeRequest(CentreMessage message) throws SQLException {
		RedactionRequest request = message.request(this.log);
		boolean signed = request != null && request.isSigned(message.note(), this.keys);
		if (signed) {
			this.tables.answers().takeRequest(this.chain, request, message.note());
		}
		return signed;
	}

	/** What was said before must not be said again later by somebody else. */
	private boolean takeHolds(CentreMessage message) throws SQLException {
		String holds = message.holds();
		OptionalLong saidAt = (holds != null) ? CentreNote.HOLDS.open(message.note(), this.log, holds, this.keys)
				: OptionalLong.empty();
		if (holds == null || saidAt.isEmpty()) {
			return false;
		}
		long now = this.statistics.now().toEpochMilli();
		if (saidAt.getAsLong() > this.holdsSaidAt && saidAt.getAsLong() > now - NO_OLDER.toMillis()) {
			this.tables.answers().takeHolds(this.chain, holds);
			this.holdsSaidAt = saidAt.getAsLong();
		}
		return true;
	}

	@Override
	public void close() {
		this.consumer.close();
	}

}
