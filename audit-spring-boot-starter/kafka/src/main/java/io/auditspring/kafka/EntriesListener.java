/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.sql.SQLException;
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
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

import org.springframework.kafka.listener.BatchMessageListener;

/**
 * Takes entries that come by Kafka into the ledger. Bundles that follow each other become
 * one transaction. What cannot be taken now is not waited for: its source is asked to
 * send it again from where the chain ends here, so that no chain holds up another, and no
 * offset matters. Only a database that fails is waited for. Safe for use by several
 * threads.
 */
final class EntriesListener implements BatchMessageListener<byte[], byte[]> {

	/** What Kafka is called among the sources. */
	static final String SOURCE = "kafka";

	/** What waits for the entry that declares an erasure, of a chain. */
	private static final long MOST_WAITING = 64L * 1024 * 1024;

	private final BundleReceiver receiver;

	private final ReceivingStatistics statistics;

	private final ReceiptSender answers;

	private final Reading reading;

	private final Map<String, Run> waiting = new ConcurrentHashMap<>();

	EntriesListener(BundleReceiver receiver, ReceivingStatistics statistics, ReceiptSender answers, Reading reading) {
		this.receiver = receiver;
		this.statistics = statistics;
		this.answers = answers;
		this.reading = reading;
	}

	@Override
	public void onMessage(List<ConsumerRecord<byte[], byte[]>> records) {
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
	}

	private @Nullable EntriesRecord read(ConsumerRecord<byte[], byte[]> record) {
		try {
			return EntriesRecord.of(record);
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
		Run before = this.waiting.remove(run.chain());
		if (before != null && before.end() == run.first()) {
			run = before.with(run);
			if (run.isToWait()) {
				wait(run);
				return;
			}
		}
		Reception reception = receive(run);
		if (reception.kind() == Reception.Kind.INCOMPLETE && run.bytes < MOST_WAITING) {
			wait(run);
		}
		else if (run.records.size() > 1 && !isTaken(reception) && reception.kind() != Reception.Kind.PARKED) {
			// One of them is at fault; those before it are taken.
			for (EntriesRecord record : run.records) {
				Run single = new Run(record);
				heard(single, receive(single));
			}
		}
		else {
			heard(run, reception);
		}
	}

	private void wait(Run run) {
		run.tried = run.records.size();
		this.waiting.put(run.chain(), run);
	}

	private static boolean isTaken(Reception reception) {
		return reception.kind() == Reception.Kind.APPENDED || reception.kind() == Reception.Kind.SEEN;
	}

	private Reception receive(Run run) throws SQLException {
		List<StoredEntry> entries = new ArrayList<>();
		try {
			for (EntriesRecord record : run.records) {
				entries.addAll(record.entries());
			}
		}
		catch (IllegalArgumentException ex) {
			return this.receiver.refuse(run.chain(), "an entry in it cannot be read: " + ex.getMessage());
		}
		if (!entries.isEmpty()) {
			run.firstTime = entries.get(0).place().recordedAt();
			run.lastTime = entries.get(entries.size() - 1).place().recordedAt();
		}
		return this.receiver.receive(Bundle.of(run.chain(), run.first(), run.note(), entries));
	}

	private void heard(Run run, Reception reception) {
		EntriesRecord record = run.records.get(run.records.size() - 1);
		switch (reception.kind()) {
			case APPENDED, SEEN -> {
				remember(run);
				// What it says of its end beyond that is not signed, and counts for
				// nothing else.
				long missing = Math.max(0, record.known() - reception.size());
				this.statistics.heard(record.chain(), missing, (missing > 0) ? since(run.lastTime) : null);
			}
			case GAP -> {
				remember(run);
				this.statistics.heard(record.chain(), record.end() - reception.size(), missingSince(run));
				this.answers.askAgain(record.chain(), reception.kind());
			}
			case REFUSED, FORK, PARKED -> {
			}
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
		return (known != null) ? known : since(run.firstTime);
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

		private Run(EntriesRecord first) {
			add(first);
		}

		private boolean add(EntriesRecord next) {
			if (!this.records.isEmpty() && next.first() != end()) {
				return false;
			}
			this.records.add(next);
			this.bytes += next.value().length;
			return true;
		}

		private Run with(Run later) {
			later.records.forEach(this::add);
			this.place = later.place;
			return this;
		}

		/** Each time there are twice as many, or nothing more comes. */
		private boolean isToWait() {
			return this.records.size() < 2 * this.tried && this.bytes < MOST_WAITING
					&& this.records.get(this.records.size() - 1).count() > 0;
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
