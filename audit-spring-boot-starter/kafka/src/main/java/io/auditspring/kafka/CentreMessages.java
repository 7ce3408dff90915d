/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.ObjLongConsumer;

import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.ReceiptNote;
import io.auditspring.ledger.checkpoint.RedactionRequest;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Takes what the receiving ledger says of a chain and of those in whose place it goes on:
 * receipts and requests go into the database here, where the application finds them. What
 * none of its keys signed is refused. For one thread.
 */
final class CentreMessages implements AutoCloseable {

	static final Duration NO_OLDER = Duration.ofMinutes(10);

	private final Consumer<byte[], byte[]> consumer;

	private final String topic;

	private final SourceTables tables;

	private final String chain;

	/** What notes name, by chain: this one, and those in whose place it goes on. */
	private final Map<String, String> logs = new HashMap<>();

	private final TrustedKeys keys;

	private final PublishingStatistics statistics;

	/**
	 * Where each partition ended when it was begun: a request before that is an old one.
	 */
	private final Map<TopicPartition, Long> old;

	private long holdsSaidAt;

	/** What receipts in the database say, while what has come at once is taken. */
	private final Map<String, Long> known = new HashMap<>();

	CentreMessages(Consumer<byte[], byte[]> consumer, String topic, SourceTables tables, SignedChain chain,
			List<SignedChain> closed, TrustedKeys keys, PublishingStatistics statistics) throws SQLException {
		this.consumer = consumer;
		this.topic = topic;
		this.tables = tables;
		this.chain = chain.chain();
		closed.forEach((before) -> this.logs.put(before.chain(), before.log()));
		this.logs.put(chain.chain(), chain.log());
		this.keys = keys;
		this.statistics = statistics;
		List<TopicPartition> partitions = KafkaClients.partitions(consumer, topic);
		consumer.assign(partitions);
		consumer.seekToBeginning(partitions);
		this.old = consumer.endOffsets(partitions);
		tellReceipts();
	}

	private void tellReceipts() throws SQLException {
		this.statistics.receipts(known(ReceiptNote.STORED, this.chain), known(ReceiptNote.SAFE, this.chain));
	}

	/**
	 * Takes what has come.
	 * @param wait how long to wait if there is nothing
	 * @param resend takes the chain, and the place from which on to send it again
	 * @param one takes the chain, and the place of a bundle to send again
	 * @return whether something has come
	 * @throws SQLException if the database fails
	 */
	boolean take(Duration wait, ObjLongConsumer<String> resend, ObjLongConsumer<String> one) throws SQLException {
		// The topic may hold a receipt of each second of each chain.
		ConsumerRecords<byte[], byte[]> records = KafkaClients.poll(this.consumer, wait, this.statistics::refused);
		this.known.clear();
		for (ConsumerRecord<byte[], byte[]> record : records) {
			if (record.value() != null && !CentreMessage.isOfAnother(record.key(), this.logs.keySet())) {
				take(record, resend, one);
			}
		}
		return !records.isEmpty();
	}

	private void take(ConsumerRecord<byte[], byte[]> record, ObjLongConsumer<String> resend,
			ObjLongConsumer<String> one) throws SQLException {
		CentreMessage message;
		try {
			message = CentreMessage.read(record.value());
		}
		catch (IllegalArgumentException ex) {
			this.statistics.refused(String.valueOf(ex.getMessage()));
			return;
		}
		String log = this.logs.get(message.chain());
		if (log != null && !take(message, log, isOld(record), resend, one)) {
			this.statistics.refused("no key of audit.retention.centre-keys signed the '%s' of chain '%s'"
				.formatted(message.kind(), message.chain()));
		}
	}

	private boolean isOld(ConsumerRecord<byte[], byte[]> record) {
		Long end = this.old.get(new TopicPartition(record.topic(), record.partition()));
		return end != null && record.offset() < end;
	}

	/** Whether it was signed. */
	private boolean take(CentreMessage message, String log, boolean old, ObjLongConsumer<String> resend,
			ObjLongConsumer<String> one) throws SQLException {
		return switch (message.kind()) {
			case STORED -> takeReceipt(ReceiptNote.STORED, message, log);
			case SAFE -> takeReceipt(ReceiptNote.SAFE, message, log);
			case RESEND -> takePlace(CentreNote.RESEND, message, log, old, resend);
			case TRY -> takePlace(CentreNote.TRY, message, log, old, one);
			case REDACTION -> takeRequest(message, log);
			case HOLDS -> takeHolds(message, log, old);
		};
	}

	/**
	 * The database may be another one than at the last receipt, as a replica that lagged.
	 */
	private boolean takeReceipt(ReceiptNote kind, CentreMessage message, String log) throws SQLException {
		long claimed = message.claimedSize();
		if (claimed >= 0 && claimed <= known(kind, message.chain())) {
			// It says nothing new, whoever signed it.
			return true;
		}
		boolean signed = kind.open(message.note(), log, this.keys).isPresent();
		if (signed) {
			this.tables.answers().takeReceipt(message.chain(), kind.kind(), message.note());
			this.known.clear();
			tellReceipts();
		}
		return signed;
	}

	/** What a receipt in the database says, if it is one. */
	private long known(ReceiptNote kind, String chain) throws SQLException {
		String key = kind.kind() + "/" + chain;
		Long known = this.known.get(key);
		if (known == null) {
			Checkpoint receipt = receipt(kind, chain);
			known = (receipt != null) ? receipt.size() : 0L;
			this.known.put(key, known);
		}
		return known;
	}

	private @Nullable Checkpoint receipt(ReceiptNote kind, String chain) throws SQLException {
		String note = this.tables.receipt(chain, kind);
		String log = Objects.requireNonNull(this.logs.get(chain));
		return (note != null) ? kind.open(note, log, this.keys).orElse(null) : null;
	}

	/**
	 * What the ledger that receives a chain has of it, as far as the database knows.
	 * @param chain the chain, or one in whose place it goes on
	 * @return its receipt, or {@code null} if there is none
	 * @throws SQLException if the database fails
	 */
	@Nullable Checkpoint stored(SignedChain chain) throws SQLException {
		return receipt(ReceiptNote.STORED, chain.chain());
	}

	/**
	 * Whether the topic has other partitions by now than are read. Kafka's client knows
	 * after five minutes, and is not kept waiting.
	 */
	boolean isOutgrown() {
		return KafkaClients.partitions(this.consumer, this.topic).size() != this.old.size();
	}

	/** Whether all was read that had been said before it was begun. */
	boolean isReadToItsEnd() {
		return this.old.entrySet().stream().allMatch((end) -> this.consumer.position(end.getKey()) >= end.getValue());
	}

	private boolean takePlace(CentreNote kind, CentreMessage message, String log, boolean old,
			ObjLongConsumer<String> asked) {
		OptionalLong from = kind.open(message.note(), log, "", this.keys);
		if (from.isPresent() && !old) {
			asked.accept(message.chain(), from.getAsLong());
		}
		return from.isPresent();
	}

	private boolean takeRequest(CentreMessage message, String log) throws SQLException {
		RedactionRequest request = message.request(log);
		boolean signed = request != null && request.isSigned(message.note(), this.keys);
		if (signed) {
			String obstacle = this.tables.answers().takeRequest(message.chain(), request, message.note());
			if (obstacle != null) {
				this.statistics.cannotTake(obstacle);
			}
		}
		return signed;
	}

	/**
	 * What was said before must not be said again later by somebody else. Of each chain
	 * the same is said, also of one in whose place this one goes on.
	 */
	private boolean takeHolds(CentreMessage message, String log, boolean old) throws SQLException {
		String holds = message.holds();
		OptionalLong saidAt = (holds != null) ? CentreNote.HOLDS.open(message.note(), log, holds, this.keys)
				: OptionalLong.empty();
		if (holds == null || saidAt.isEmpty()) {
			return false;
		}
		Duration age = Duration.between(Instant.ofEpochMilli(saidAt.getAsLong()), this.statistics.now());
		if (age.abs().compareTo(NO_OLDER) > 0) {
			if (!old || age.isNegative()) {
				this.statistics.holdsOfAnotherTime(age);
			}
		}
		else if (saidAt.getAsLong() > this.holdsSaidAt) {
			this.tables.answers().takeHolds(this.chain, holds).forEach(this.statistics::cannotTake);
			this.holdsSaidAt = saidAt.getAsLong();
		}
		return true;
	}

	@Override
	public void close() {
		this.consumer.close();
	}

}
