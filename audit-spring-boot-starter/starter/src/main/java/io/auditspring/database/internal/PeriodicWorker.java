/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import io.auditspring.Actor;
import io.auditspring.AuditContextHolder;
import io.auditspring.ledger.internal.thread.BackgroundThreads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;

/**
 * Works at intervals as long as the application runs, on a daemon thread of its own. An
 * error, of memory or of a class that is missing, ends one time of it and no more.
 */
public abstract class PeriodicWorker implements SmartLifecycle {

	private static final Logger logger = LoggerFactory.getLogger(PeriodicWorker.class);

	private final String name;

	private final Duration firstDelay;

	private final Duration interval;

	private final LongAdder errors = new LongAdder();

	private volatile @Nullable Throwable error;

	private volatile @Nullable ScheduledExecutorService executor;

	/**
	 * Creates a worker.
	 * @param name the thread's name
	 * @param firstDelay how long to wait after the start
	 * @param interval how long to wait after each time
	 */
	public PeriodicWorker(String name, Duration firstDelay, Duration interval) {
		this.name = name;
		this.firstDelay = firstDelay;
		this.interval = interval;
	}

	/**
	 * Works once. What can fail is dealt with there: what it throws is an error.
	 */
	protected abstract void run();

	// No request asks for it, whatever else the application does.
	private void runOnce() {
		AuditContextHolder.replaceActor(Actor.system());
		try {
			run();
			this.error = null;
		}
		catch (Throwable ex) {
			// Nothing that is thrown here may get out: a scheduled task that throws is
			// never run again.
			failed(ex);
		}
	}

	private void failed(Throwable failure) {
		try {
			this.errors.increment();
			boolean known = this.error != null;
			this.error = failure;
			if (!known) {
				logger.error("{} was ended by an error; it is tried again", this.name, failure);
			}
		}
		catch (Throwable ex) {
			// Out of memory even for a log line.
			failure.addSuppressed(ex);
		}
	}

	/**
	 * The name of its thread.
	 * @return the name
	 */
	public final String name() {
		return this.name;
	}

	/**
	 * How often an error ended its work.
	 * @return the number since the start
	 */
	public final long errors() {
		return this.errors.sum();
	}

	/**
	 * What ended its work last time.
	 * @return the type of the error, or {@code null} if none did
	 */
	public final @Nullable String error() {
		Throwable last = this.error;
		return (last != null) ? last.getClass().getSimpleName() : null;
	}

	/**
	 * Ends the thread; by default at once, in the middle of the work.
	 * @param running what runs it
	 */
	protected void end(ScheduledExecutorService running) {
		running.shutdownNow();
	}

	@Override
	public final void start() {
		if (this.executor == null) {
			ScheduledExecutorService started = Executors
				.newSingleThreadScheduledExecutor(BackgroundThreads.named(this.name));
			started.scheduleWithFixedDelay(this::runOnce, this.firstDelay.toMillis(), this.interval.toMillis(),
					TimeUnit.MILLISECONDS);
			this.executor = started;
		}
	}

	@Override
	public final void stop() {
		ScheduledExecutorService running = this.executor;
		if (running != null) {
			// First, so that work that is broken off can tell why.
			this.executor = null;
			end(running);
		}
	}

	@Override
	public final boolean isRunning() {
		return this.executor != null;
	}

}
