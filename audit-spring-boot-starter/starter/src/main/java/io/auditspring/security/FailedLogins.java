/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.security;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.AuditRecord;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.ledger.internal.thread.BackgroundThreads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;

/**
 * Records failed logins: {@code login} with the outcome {@code failure}, and when there
 * are too many from one address, {@code login.flood}, once a minute, with their number.
 * Whoever tries passwords by the million must fill neither the ledger nor the memory. The
 * entries and the numbers add up to all failed logins; those whose entry could not be
 * written are among the numbers.
 */
final class FailedLogins implements SmartLifecycle {

	private static final Logger logger = LoggerFactory.getLogger(FailedLogins.class);

	/** The most addresses that are told apart within a minute. */
	static final int MAX_ADDRESSES = 1000;

	/** Stops after everything that may serve a login, and before the relay. */
	private static final int PHASE = Integer.MIN_VALUE + 2000;

	/** Of many attempts, none is in anybody's name. */
	private static final Actor NOBODY = new Actor(ActorType.ANONYMOUS, TriedNames.UNKNOWN, null, null);

	/**
	 * The most entries a minute, in limits of one address: whoever has many addresses
	 * must not have many entries.
	 */
	private static final int MAX_LIMITS = 50;

	private final CautiousRecorder recorder;

	private final int limit;

	private final Object lock = new Object();

	private Map<String, Attempts> addresses = new HashMap<>();

	/** From all further addresses, and from nowhere. */
	private Attempts others = new Attempts();

	private long admitted;

	private boolean running;

	private @Nullable ScheduledExecutorService timer;

	FailedLogins(CautiousRecorder recorder, int limit) {
		this.recorder = recorder;
		this.limit = limit;
	}

	/**
	 * Adds a failed login.
	 * @param tried in whose name somebody tried
	 * @param error why it failed
	 * @param method what kind of credentials they showed
	 */
	void add(Actor tried, String error, String method) {
		Origin origin = this.recorder.origins().current();
		String address = origin.request().ip();
		beginMinutes();
		if (!admits(address) || !this.recorder.record(entry(tried, error, method), () -> origin)) {
			count(address, tried.id());
		}
	}

	private boolean admits(@Nullable String address) {
		synchronized (this.lock) {
			boolean admits = from(address).admit(this.limit) && this.admitted < (long) MAX_LIMITS * this.limit;
			this.admitted += admits ? 1 : 0;
			return admits;
		}
	}

	private void count(@Nullable String address, String name) {
		synchronized (this.lock) {
			from(address).count(name);
		}
	}

	private Attempts from(@Nullable String address) {
		if (address == null || (this.addresses.size() >= MAX_ADDRESSES && !this.addresses.containsKey(address))) {
			return this.others;
		}
		return this.addresses.computeIfAbsent(address, (key) -> new Attempts());
	}

	private void tryToEndMinute() {
		try {
			endMinute();
		}
		catch (Throwable ex) {
			// Whatever it is, without this thread nothing would be counted any more.
			logger.error("Failed logins of the last minute could not be recorded", LoggedFailure.of(ex));
		}
	}

	/**
	 * Ends the minute: writes what was counted in it.
	 */
	void endMinute() {
		Map<String, Attempts> ended;
		Attempts others;
		synchronized (this.lock) {
			ended = this.addresses;
			others = this.others;
			this.addresses = new HashMap<>();
			this.others = new Attempts();
			this.admitted = 0;
		}
		ended.forEach(this::write);
		write(null, others);
	}

	private void write(@Nullable String address, Attempts attempts) {
		if (attempts.counted() == 0) {
			return;
		}
		if (!this.recorder.record(flood(attempts), () -> this.recorder.origins().past(NOBODY, address, null))) {
			synchronized (this.lock) {
				from(address).addAll(attempts);
			}
		}
	}

	private static AuditRecord entry(Actor tried, String error, String method) {
		return failed("login").severity(Severity.WARNING).actor(tried).error(error).metadata("method", method).build();
	}

	private static AuditRecord flood(Attempts attempts) {
		return failed("login.flood").severity(Severity.ERROR)
			.error("%s failed logins that have no entry of their own".formatted(attempts.counted()))
			.metadata("attempts", attempts.counted())
			.metadata("names", attempts.names())
			.metadata("attemptsWithOtherNames", attempts.unnamed())
			.build();
	}

	private static AuditRecord.Builder failed(String action) {
		return AuditRecord.action(action).category(Categories.AUTHENTICATION).outcome(Outcome.FAILURE);
	}

	// Most applications never need it.
	private synchronized void beginMinutes() {
		if (this.running && this.timer == null) {
			this.timer = Executors.newSingleThreadScheduledExecutor(BackgroundThreads.named("audit-failed-logins"));
			this.timer.scheduleWithFixedDelay(this::tryToEndMinute, 1, 1, TimeUnit.MINUTES);
		}
	}

	@Override
	public synchronized void start() {
		this.running = true;
	}

	@Override
	public synchronized void stop() {
		this.running = false;
		if (this.timer != null) {
			this.timer.shutdown();
			this.timer = null;
			endMinute();
		}
	}

	@Override
	public synchronized boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
