/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.auditspring.database.internal.LedgerHeads;
import io.auditspring.ledger.internal.table.ChainHead;
import io.auditspring.ledger.internal.thread.BackgroundThreads;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import io.auditspring.web.internal.limit.Places;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Those who watch the trail at present. While there are any, one thread looks at the
 * heads of the chains; while there are none, there is no thread and no query.
 */
final class LiveSubscriptions implements SmartLifecycle {

	/** As many connections to browsers may be open. */
	private static final int MOST = 64;

	/** As many may one reader have. */
	private static final int MOST_EACH = 16;

	/**
	 * Of a reader who has so many, some may have been left: that is noticed by writing.
	 */
	private static final int MANY = 4;

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	/** Then clients come again, and are asked again who they are. */
	private static final Duration LIFETIME = Duration.ofMinutes(1);

	/**
	 * What is new since then is sent to who comes again; who comes later reads a page.
	 */
	private static final Duration MEMORY = Duration.ofMinutes(10);

	/** Sent again to who comes again: chains may have been written meanwhile. */
	private static final Duration OVERLAP = Duration.ofSeconds(10);

	private static final Duration INTERVAL = Duration.ofSeconds(1);

	private static final Logger logger = LoggerFactory.getLogger(LiveSubscriptions.class);

	private final AuditTrail trail;

	private final LedgerHeads heads;

	private final Duration lifetime;

	private final Places places;

	/** With what gives their places back. */
	private final Map<LiveSubscription, Runnable> watches = new ConcurrentHashMap<>();

	private final Map<String, Continuation> continuations = new ConcurrentHashMap<>();

	private final SecureRandom random = new SecureRandom();

	private @Nullable Threads threads;

	private boolean stopped;

	LiveSubscriptions(AuditTrail trail, LedgerHeads heads) {
		this(trail, heads, LIFETIME, MOST, MOST_EACH);
	}

	LiveSubscriptions(AuditTrail trail, LedgerHeads heads, Duration lifetime, int most, int mostEach) {
		this.trail = trail;
		this.heads = heads;
		this.lifetime = lifetime;
		this.places = new Places("watches of the trail", most, mostEach, PATIENCE);
	}

	/**
	 * What somebody may go on with who comes again.
	 *
	 * @param reader who, and what of the trail they may see
	 * @param parameters what they watch
	 * @param since from when on they were let in
	 * @param ends until when
	 */
	private record Continuation(Reader reader, Map<String, List<String>> parameters, Instant since, Instant ends) {

	}

	/**
	 * What runs while somebody watches.
	 *
	 * @param clock looks at the heads
	 * @param senders write to clients, each of which may be slow
	 */
	private record Threads(ScheduledExecutorService clock, ExecutorService senders) {

		void end() {
			this.clock.shutdownNow();
			this.senders.shutdown();
		}

	}

	/**
	 * Whether this is the same watch going on after its connection ended.
	 * @param reader who watches
	 * @param parameters what they watch
	 * @param lastEventId the id of the last event they got, or {@code null}
	 */
	boolean continues(Reader reader, Map<String, List<String>> parameters, @Nullable String lastEventId) {
		Continuation known = (lastEventId != null) ? this.continuations.get(token(lastEventId)) : null;
		return known != null && known.reader().equals(reader) && known.parameters().equals(parameters)
				&& known.ends().isAfter(Instant.now()) && !time(lastEventId).isBefore(known.since());
	}

	/** Lets somebody watch. */
	SseEmitter watch(Reader reader, AuditQuery query, EntryParameters parameters, @Nullable String lastEventId,
			BooleanSupplier revoked) throws IOException {
		boolean summary = parameters.isSummary();
		Instant now = Instant.now();
		Instant last = (lastEventId != null) ? time(lastEventId) : now;
		boolean forgotten = last.isBefore(now.minus(MEMORY)) || last.isAfter(now.plus(MEMORY));
		Instant since = (forgotten ? now : last).minus(OVERLAP);
		String token = token();
		LiveSubscription watch = new LiveSubscription(new SseEmitter(this.lifetime.multipliedBy(2).toMillis()),
				this.trail, reader, summary ? query.withoutStates() : query, summary ? reader::summarize : reader::show,
				since, lastEventId != null, token, revoked, this.lifetime);
		watch.emitter().onCompletion(() -> remove(watch));
		add(watch);
		this.continuations.values().removeIf((each) -> each.ends().isBefore(now));
		this.continuations.put(token, new Continuation(reader, Map.copyOf(parameters.values()),
				since.truncatedTo(ChronoUnit.MILLIS), now.plus(this.lifetime.multipliedBy(2))));
		watch.begin();
		if (forgotten) {
			watch.sendMore();
		}
		return watch.emitter();
	}

	int size() {
		return this.watches.size();
	}

	private String token() {
		byte[] bytes = new byte[16];
		this.random.nextBytes(bytes);
		return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
	}

	private static String token(String eventId) {
		return eventId.substring(eventId.indexOf('.') + 1);
	}

	private static Instant time(String eventId) {
		try {
			return Instant.ofEpochMilli(Long.parseLong(eventId.substring(0, Math.max(0, eventId.indexOf('.')))));
		}
		catch (NumberFormatException ex) {
			throw new IllegalArgumentException("Last-Event-ID takes the id of an event, unchanged", ex);
		}
	}

	private synchronized void add(LiveSubscription watch) {
		if (this.stopped) {
			throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, "The application is about to stop");
		}
		this.watches.put(watch, this.places.take(watch.reader().person(), watch.reader().seesEveryActor()));
		if (this.threads == null) {
			ScheduledExecutorService clock = Executors
				.newSingleThreadScheduledExecutor(BackgroundThreads.named("audit-live"));
			this.threads = new Threads(clock,
					Executors.newCachedThreadPool(BackgroundThreads.named("audit-live-sender")));
			clock.scheduleWithFixedDelay(this::look, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
		}
	}

	private void look() {
		try {
			List<ChainHead> now = this.heads.read();
			for (LiveSubscription watch : this.watches.keySet()) {
				if (watch.take(now, this.places.taken(watch.reader().person()) >= MANY)) {
					send(watch, now);
				}
			}
		}
		catch (Throwable ex) {
			// Whatever it is, without this thread nobody would see anything any more.
			logger.debug("The heads of the audit ledger could not be read; it is tried again", ex);
		}
	}

	private synchronized void send(LiveSubscription watch, List<ChainHead> now) {
		if (this.threads != null) {
			this.threads.senders().execute(() -> {
				if (!watch.advance(now)) {
					remove(watch);
				}
			});
		}
	}

	private synchronized void remove(LiveSubscription watch) {
		Runnable place = this.watches.remove(watch);
		if (place != null) {
			place.run();
		}
		if (this.watches.isEmpty() && this.threads != null) {
			this.threads.end();
			this.threads = null;
		}
	}

	@Override
	public synchronized void start() {
		this.stopped = false;
	}

	/** Before the server waits for its requests to end. */
	@Override
	public synchronized void stop() {
		this.stopped = true;
		if (this.threads != null) {
			this.threads.end();
			this.threads = null;
		}
		Map<LiveSubscription, Runnable> ended = Map.copyOf(this.watches);
		ended.keySet().forEach(LiveSubscription::end);
		ended.keySet().forEach(this::remove);
	}

	@Override
	public synchronized boolean isRunning() {
		return !this.stopped;
	}

}
