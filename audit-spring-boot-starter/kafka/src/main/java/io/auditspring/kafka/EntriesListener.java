/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.receive.internal.Bundle;
import io.auditspring.receive.internal.BundleReceiver;
import io.auditspring.receive.internal.ReceivingStatistics;
import io.auditspring.receive.internal.Reception;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import org.springframework.kafka.listener.BatchConsumerAwareMessageListener;
import org.springframework.util.unit.DataSize;

/**
 * Takes entries that come by Kafka into the ledger. Bundles that follow each other become
 * one transaction. What cannot be taken now is not waited for: its source is asked to
 * send it again from where the chain ends here, so that no chain holds up another, and no
 * offset matters. Only a database that fails is waited for. Safe for use by several
 * threads.
 */
final class EntriesListener implements BatchConsumerAwareMessageListener<byte[], byte[]> {

	/** What Kafka is called among the sources. */
	static final String SOURCE = "kafka";

	/** A chain is as far as its source, if no more lies behind what is so young. */
	private static final Duration AT_ONCE = Duration.ofSeconds(10);

	/** So much is read before the chain is locked, as others wait for that. */
	private static final int MUCH = 1024 * 1024;

	private final BundleReceiver receiver;

	private final ReceivingStatistics statistics;

	private final ReceiptSender answers;

	private final Reading reading;

	private final Map<String, Run> waiting = new ConcurrentHashMap<>();

	private final long mostWaiting;

	/**
	 * Creates the listener.
	 * @param mostWaiting how much is kept in memory, of all chains together, until the
	 * entry comes that declares an erasure in it
	 */
	EntriesListener(BundleReceiver receiver, ReceivingStatistics statistics, ReceiptSender answers, Reading reading,
			DataSize mostWaiting) {
		this.mostWaiting = mostWaiting.toBytes();
		this.receiver = receiver;
		this.statistics = statistics;
		this.answers = answers;
		this.reading = reading;
		// Another instance is sent it again, and has its own memory.
		reading.whenRevoked((partition) -> this.waiting.values()
			.removeIf((run) -> run.place != null && run.place.partition() == partition));
	}

	@Override
	public void onMessage(List<ConsumerRecord<byte[], byte[]>> records) {
		take(records, null);
	}

	@Override
	public void onMessage(List<ConsumerRecord<byte[], byte[]>> records, Consumer<?, ?> consumer) {
		take(records, consumer);
	}

	private void take(List<ConsumerRecord<byte[], byte[]>> records, @Nullable Consumer<?, ?> consumer) {
		try {
			Map<String, Run> runs = new LinkedHashMap<>();
			for (ConsumerRecord<byte[], byte[]> record : records) {
				EntriesRecord read = read(record);
				if (read != null) {
					Run run = runs.get(read.chain());
					if (run == null || !run.add(read)) {
						take(run);
						run = new Run(read);
						runs.put(read.chain(), run);
					}
					run.place = new Reading.Place(record.partition(), record.offset(), read.end());
					run.behindSince = isBehind(record, consumer) ? Instant.ofEpochMilli(record.timestamp()) : null;
				}
			}
			for (Run run : runs.values()) {
				take(run);
			}
			this.statistics.reached(SOURCE);
		}
		catch (SQLException ex) {
			this.statistics.failed(SOURCE, "the ledger here cannot take what comes: " + LoggedFailure.text(ex));
			throw new IllegalStateException(ex);
		}
		catch (RuntimeException ex) {
			this.statistics.failed(SOURCE, "what comes cannot be taken: " + LoggedFailure.text(ex));
			throw ex;
		}
	}

	/**
	 * Whether it is an old one, and more of its partition are there: then its source may
	 * have said more since.
	 */
	private static boolean isBehind(ConsumerRecord<byte[], byte[]> record, @Nullable Consumer<?, ?> consumer) {
		if (consumer == null || record.timestamp() < 0
				|| record.timestamp() >= System.currentTimeMillis() - AT_ONCE.toMillis()) {
			return false;
		}
		// While it was read another instance may have taken the partition over.
		TopicPartition partition = new TopicPartition(record.topic(), record.partition());
		return consumer.assignment().contains(partition) && consumer.currentLag(partition).orElse(0) > 0;
	}

	/** What no client of Kafka can read. */
	void refuse(String reason) {
		this.receiver.refuse("", reason);
	}

	private @Nullable EntriesRecord read(ConsumerRecord<byte[], byte[]> record) throws SQLException {
		try {
			EntriesRecord read = EntriesRecord.of(record);
			// Nothing joins what waits that is not signed.
			if (this.waiting.containsKey(read.chain())
					&& !this.receiver.isSigned(read.chain(), read.end(), read.note())) {
				this.receiver.refuse(read.chain(), "its signature does not count");
				return null;
			}
			return read;
		}
		catch (IllegalArgumentException ex) {
			this.receiver.refuse(EntriesRecord.chain(record), "its record cannot be read: " + ex.getMessage());
			return null;
		}
	}

	private void take(@Nullable Run run) throws SQLException {
		if (run == null) {
			return;
		}
		Run before = this.waiting.get(run.chain());
		if (before == null || before.end() != run.first()) {
			takeAlone(run);
			return;
		}
		Run both = before.with(run);
		if (both.isToWait() && hasRoomFor(both)) {
			this.waiting.put(both.chain(), both);
			return;
		}
		Reception reception = receive(both);
		if (reception.kind() == Reception.Kind.INCOMPLETE) {
			waitOrGiveWay(both, reception);
		}
		else if (isTaken(reception)) {
			heard(both, reception);
		}
		else {
			// One of those that joined it is at fault.
			this.waiting.put(before.chain(), before.tried());
			takeAlone(run);
		}
	}

	private void takeAlone(Run run) throws SQLException {
		Reception reception = receive(run);
		if (reception.kind() == Reception.Kind.INCOMPLETE) {
			waitOrGiveWay(run, reception);
		}
		else if (run.records.size() > 1 && !isTaken(reception) && reception.kind() != Reception.Kind.PARKED) {
			// One of them is at fault; those before it are taken.
			for (EntriesRecord record : run.records) {
				Run single = new Run(record);
				single.behindSince = run.behindSince;
				heard(single, receive(single));
			}
		}
		else {
			heard(run, reception);
		}
	}

	/** What finds no room leaves it to others, and is asked for again. */
	private void waitOrGiveWay(Run run, Reception reception) {
		if (hasRoomFor(run)) {
			wait(run);
		}
		else {
			this.waiting.remove(run.chain());
			heard(run, reception);
		}
	}

	private boolean hasRoomFor(Run run) {
		Run own = this.waiting.get(run.chain());
		return waitingBytes() - ((own != null) ? own.bytes : 0) + run.bytes <= this.mostWaiting;
	}

	/** How much waits in memory, of all chains together. */
	long waitingBytes() {
		return this.waiting.values().stream().mapToLong((run) -> run.bytes).sum();
	}

	/** One that is repeated does not take the place of what goes further. */
	private void wait(Run run) {
		Run before = this.waiting.get(run.chain());
		if (before == null || before.tried().end() < run.end()) {
			run.tried = run.records.size();
			run.read = null;
			this.waiting.put(run.chain(), run);
		}
	}

	private static boolean isTaken(Reception reception) {
		return reception.kind() == Reception.Kind.APPENDED || reception.kind() == Reception.Kind.SEEN;
	}

	private Reception receive(Run run) throws SQLException {
		if (run.bytes > MUCH && this.receiver.isSigned(run.chain(), run.end(), run.note())) {
			run.firstTimeIfReadable();
		}
		return this.receiver.receive(new Bundle(run.chain(), run.first(), run.note(), run::read, true));
	}

	private void heard(Run run, Reception reception) {
		EntriesRecord record = run.records.get(run.records.size() - 1);
		// It may have come another way, or by another instance.
		this.waiting.computeIfPresent(run.chain(),
				(chain, waits) -> (reception.kind() == Reception.Kind.APPENDED || waits.end() <= reception.size())
						? null : waits);
		switch (reception.kind()) {
			case APPENDED, SEEN -> {
				remember(run);
				// What it says of its end beyond that is not signed, and counts for
				// nothing else.
				long missing = Math.max(0, record.known() - reception.size());
				Instant behind = run.behindSince;
				Instant oldest = (missing > 0) ? since(run.lastTime) : behind;
				this.statistics.heard(record.chain(), (behind != null) ? Math.max(1, missing) : missing,
						(behind != null && oldest.isAfter(behind)) ? behind : oldest);
			}
			case GAP -> {
				remember(run);
				this.statistics.heard(record.chain(), record.end() - reception.size(), missingSince(run));
				this.answers.askAgain(record.chain(), reception.kind());
			}
			case REFUSED -> {
			}
			case FORK, PARKED -> this.waiting.remove(run.chain());
			default -> this.answers.askAgain(record.chain(), reception.kind());
		}
	}

	/** Only what is signed, or whoever can send could fill the memory. */
	private void remember(Run run) {
		if (run.place != null) {
			this.reading.heard(run.chain(), run.place);
		}
	}

	/** Since when the oldest entry waits that is missing, as far as it is known. */
	private Instant missingSince(Run run) {
		ReceivingStatistics.Standing before = this.statistics.standings().get(run.chain());
		Instant known = (before != null) ? before.oldestMissing() : null;
		return (known != null) ? known : since(run.firstTimeIfReadable());
	}

	private static Instant since(@Nullable Instant recordedAt) {
		return (recordedAt != null) ? recordedAt : Instant.now();
	}

	/** Records of a chain that follow each other. */
	private static final class Run {

		private final List<EntriesRecord> records = new ArrayList<>();

		private long bytes;

		/** How many there were when it was tried to take them. */
		private int tried;

		/** Where the last one was. */
		private Reading.@Nullable Place place;

		/** When its first entry was recorded, once it was read. */
		private @Nullable Instant firstTime;

		private @Nullable Instant lastTime;

		/** When its last record was sent, if more records lie behind that. */
		private @Nullable Instant behindSince;

		private @Nullable List<StoredEntry> read;

		private Run(EntriesRecord first) {
			add(first);
		}

		/** They are read when it is known who vouches for them. */
		private void read(java.util.function.Consumer<StoredEntry> sink) {
			List<StoredEntry> known = this.read;
			if (known != null) {
				known.forEach(sink);
				return;
			}
			List<StoredEntry> read = new ArrayList<>();
			for (EntriesRecord record : this.records) {
				for (StoredEntry entry : record.entries()) {
					read.add(entry);
					sink.accept(entry);
				}
			}
			this.read = read;
			if (!read.isEmpty()) {
				this.firstTime = read.get(0).place().recordedAt();
				this.lastTime = read.get(read.size() - 1).place().recordedAt();
			}
		}

		/** Of a gap only its note is verified. */
		private @Nullable Instant firstTimeIfReadable() {
			try {
				read((entry) -> {
				});
				return this.firstTime;
			}
			catch (IllegalArgumentException ex) {
				return null;
			}
		}

		private boolean add(EntriesRecord next) {
			if (!this.records.isEmpty() && next.first() != end()) {
				return false;
			}
			this.read = null;
			this.records.add(next);
			this.bytes += next.value().length;
			return true;
		}

		private Run with(Run later) {
			Run both = of(this.records);
			later.records.forEach(both::add);
			both.tried = this.tried;
			both.place = later.place;
			both.behindSince = later.behindSince;
			return both;
		}

		/** Those of it that were tried. */
		private Run tried() {
			Run tried = of(this.records.subList(0, this.tried));
			tried.tried = this.tried;
			tried.place = this.place;
			return tried;
		}

		private static Run of(List<EntriesRecord> records) {
			Run run = new Run(records.get(0));
			records.subList(1, records.size()).forEach(run::add);
			return run;
		}

		/** Each time there are twice as many, or nothing more comes. */
		private boolean isToWait() {
			return this.records.size() < 2 * this.tried && this.records.get(this.records.size() - 1).count() > 0;
		}

		private String chain() {
			return this.records.get(0).chain();
		}

		private long first() {
			return this.records.get(0).first();
		}

		private long end() {
			return this.records.get(this.records.size() - 1).end();
		}

		private String note() {
			return this.records.get(this.records.size() - 1).note();
		}

	}

}
