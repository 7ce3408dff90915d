/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

import io.auditspring.ledger.internal.table.ChainHead;
import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Somebody who watches the trail: what they may see, as far as they have seen it.
 */
final class LiveSubscription {

	/**
	 * The most entries that are sent at once, if there is room for them; more than that
	 * is better read as a page.
	 */
	static final int MOST = 100;

	private static final Duration QUIET = Duration.ofSeconds(15);

	private static final Logger logger = LoggerFactory.getLogger(LiveSubscription.class);

	private static final JsonMapper JSON = new JsonMapper();

	private final AuditTrail trail;

	private final Reader reader;

	private final AuditQuery query;

	private final Function<AuditEntry, Object> shown;

	private final String token;

	private final BooleanSupplier revoked;

	private final Instant ends;

	private final SseEmitter emitter;

	/** Whether a thread is at work for this one; nothing else may wait for its client. */
	private final AtomicBoolean busy = new AtomicBoolean();

	private volatile Map<String, ChainHead> seen = Map.of();

	private final Instant since;

	private final boolean resumed;

	private volatile boolean doubtful;

	private volatile Instant lastSent = Instant.EPOCH;

	LiveSubscription(SseEmitter emitter, AuditTrail trail, Reader reader, AuditQuery query,
			Function<AuditEntry, Object> shown, Instant since, boolean resumed, String token, BooleanSupplier revoked,
			Duration lifetime) {
		this.emitter = emitter;
		this.trail = trail;
		this.reader = reader;
		this.query = query.limit(MOST);
		this.shown = shown;
		this.since = since;
		this.resumed = resumed;
		this.token = token;
		this.revoked = revoked;
		this.ends = Instant.now().plus(lifetime);
	}

	SseEmitter emitter() {
		return this.emitter;
	}

	Reader reader() {
		return this.reader;
	}

	/**
	 * Takes this watch for a thread, if there is something to do and none has it.
	 * @param heads where the chains end now
	 * @param doubtful whether to ask at once if somebody is still there
	 * @return whether {@link #advance} is to be called
	 */
	boolean take(List<ChainHead> heads, boolean doubtful) {
		if ((doubtful || isOver() || isQuiet() || hasGrown(heads)) && this.busy.compareAndSet(false, true)) {
			this.doubtful = doubtful;
			return true;
		}
		return false;
	}

	/**
	 * Sends what is new.
	 * @param heads where the chains end now
	 * @return whether the watch goes on
	 */
	boolean advance(List<ChainHead> heads) {
		try {
			if (isOver()) {
				end();
				return false;
			}
			if (hasGrown(heads)) {
				sendNew(heads);
			}
			if (this.doubtful || isQuiet()) {
				send(SseEmitter.event().comment(""));
			}
			return true;
		}
		catch (IOException | RuntimeException ex) {
			// Gone, as most watches end; or the trail cannot be read, and they come
			// again.
			end(ex);
			return false;
		}
		finally {
			this.busy.set(false);
		}
	}

	/** Ends the answer, if the server has not ended it already. */
	void end() {
		end(null);
	}

	private void end(@Nullable Exception failure) {
		try {
			if (failure != null) {
				this.emitter.completeWithError(failure);
			}
			else {
				this.emitter.complete();
			}
		}
		catch (IllegalStateException ex) {
			logger.debug("The server has ended a watch already", ex);
		}
	}

	private boolean isOver() {
		return this.revoked.getAsBoolean() || Instant.now().isAfter(this.ends);
	}

	private boolean isQuiet() {
		return this.lastSent.plus(QUIET).isBefore(Instant.now());
	}

	private boolean hasGrown(List<ChainHead> heads) {
		return heads.stream().anyMatch((head) -> head.size() > seen(head.chain()));
	}

	private long seen(String chain) {
		ChainHead head = this.seen.get(chain);
		return (head != null) ? head.size() : 0;
	}

	private void sendNew(List<ChainHead> heads) throws IOException {
		Map<String, ChainHead> now = new HashMap<>();
		heads.forEach((head) -> now.put(head.chain(), head));
		List<AuditEntry> found = new ArrayList<>();
		boolean more = false;
		for (AuditQuery query : queries(heads)) {
			AuditTrail.Look look = this.trail.look(query);
			found.addAll(look.entries());
			more |= look.next() != null && isMore(look.entries());
		}
		if (more) {
			sendMore();
		}
		List<AuditEntry> fresh = found.stream()
			.filter((entry) -> entry.getSeq() >= seen(entry.getChain()))
			.filter((entry) -> now.containsKey(entry.getChain()) && entry.getSeq() < now.get(entry.getChain()).size())
			.sorted(Comparator.comparing(AuditEntry::getRecordedAt).thenComparing(AuditEntry::getSeq))
			.toList();
		for (AuditEntry entry : fresh) {
			send(SseEmitter.event()
				.id(entry.getRecordedAt().toEpochMilli() + "." + this.token)
				.name("entry")
				.data(JSON.writeValueAsString(this.shown.apply(entry)), MediaType.APPLICATION_JSON));
		}
		this.seen = now;
	}

	/**
	 * Where something is kept from the reader each chain is asked for by itself, as only
	 * within one there is nothing new behind what is not: that there is more must not
	 * follow from what others did.
	 */
	private List<AuditQuery> queries(List<ChainHead> heads) {
		if (this.seen.isEmpty() || this.reader.seesAll()) {
			return List.of(this.query.from(from(heads)));
		}
		return heads.stream()
			.filter((head) -> head.size() > seen(head.chain()))
			.map((head) -> this.query.chain(head.chain()).from(from(List.of(head))))
			.toList();
	}

	// Who has just come has just read the newest.
	private boolean isMore(List<AuditEntry> newestFirst) {
		if (this.seen.isEmpty() || this.reader.seesAll()) {
			return this.resumed || !this.seen.isEmpty();
		}
		AuditEntry last = newestFirst.isEmpty() ? null : newestFirst.get(newestFirst.size() - 1);
		return last != null && last.getSeq() >= seen(last.getChain());
	}

	/** Within a chain nothing is recorded before what its head was. */
	private Instant from(List<ChainHead> heads) {
		return heads.stream()
			.filter((head) -> head.size() > seen(head.chain()))
			.map((head) -> this.seen.get(head.chain()))
			.map((head) -> (head != null && head.recordedAt() != null) ? head.recordedAt() : this.since)
			.min(Comparator.naturalOrder())
			.orElse(this.since);
	}

	void begin() throws IOException {
		send(SseEmitter.event()
			.id(this.since.toEpochMilli() + "." + this.token)
			.name("watching")
			.reconnectTime(1000)
			.data("{}", MediaType.APPLICATION_JSON));
	}

	/** Tells of entries that are better read as a page. */
	void sendMore() throws IOException {
		send(SseEmitter.event().name("more").data("{}", MediaType.APPLICATION_JSON));
	}

	private void send(SseEmitter.SseEventBuilder event) throws IOException {
		this.emitter.send(event);
		this.lastSent = Instant.now();
	}

}
