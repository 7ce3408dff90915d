/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.buffer;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

import io.auditspring.Actor;
import io.auditspring.AuditRecord;
import io.auditspring.Severity;
import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.capture.internal.entry.Operation;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.capture.internal.origin.RequestDetails;
import io.auditspring.ledger.internal.entry.Entry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers what had to be dropped, until the ledger can be told.
 */
final class Discards {

	private static final Logger logger = LoggerFactory.getLogger(Discards.class);

	private static final int MAX_ACTIONS = 100;

	/** Where more comes than can be kept, that is so each moment. */
	private static final Duration BETWEEN = Duration.ofMinutes(1);

	/** Stands for all actions beyond the first hundred. */
	private static final String OTHERS = "(others)";

	private final EntryFactory factory;

	private final Map<String, Long> actions = new LinkedHashMap<>();

	private Instant first = Instant.MAX;

	private Instant last = Instant.MIN;

	private Instant told = Instant.EPOCH;

	Discards(EntryFactory factory) {
		this.factory = factory;
	}

	synchronized void add(Entry entry) {
		boolean named = this.actions.containsKey(entry.action()) || this.actions.size() < MAX_ACTIONS;
		this.actions.merge(named ? entry.action() : OTHERS, 1L, Long::sum);
		this.first = entry.occurredAt().isBefore(this.first) ? entry.occurredAt() : this.first;
		this.last = entry.occurredAt().isAfter(this.last) ? entry.occurredAt() : this.last;
	}

	/**
	 * Tells what was dropped, unless it did so within the last minute.
	 * @param taker takes an entry of it, if there is one
	 */
	synchronized void tellNowAndThen(Consumer<Entry> taker) {
		Instant now = Instant.now();
		if (!this.actions.isEmpty() && !this.told.plus(BETWEEN).isAfter(now)) {
			tell(taker);
			this.told = now;
		}
	}

	/**
	 * Makes an entry of what was dropped since the last one, and forgets it when it is
	 * taken.
	 * @param taker takes the entry, if there is one
	 * @return whether anything was dropped
	 */
	synchronized boolean tell(Consumer<Entry> taker) {
		if (this.actions.isEmpty()) {
			return false;
		}
		long count = this.actions.values().stream().mapToLong(Long::longValue).sum();
		logger.error("{} audit entries could not be kept and were discarded: {}", count, this.actions);
		AuditRecord record = AuditRecord.action("audit.discarded")
			.category("audit")
			.severity(Severity.CRITICAL)
			.message(count + " entries were discarded because there was no room for them")
			.metadata("count", count)
			.metadata("actions", Map.copyOf(this.actions))
			.metadata("from", this.first.toString())
			.metadata("to", this.last.toString())
			.build();
		Origin origin = new Origin(Instant.now(), Actor.system("audit"), null, RequestDetails.NONE);
		taker.accept(this.factory.entry(new Operation(origin, record), record, null));
		this.actions.clear();
		this.first = Instant.MAX;
		this.last = Instant.MIN;
		return true;
	}

}
