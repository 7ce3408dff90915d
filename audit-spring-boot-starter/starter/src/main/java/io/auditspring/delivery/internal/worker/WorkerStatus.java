/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.worker;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;

/**
 * How a background worker is doing, for those who watch it.
 */
public final class WorkerStatus {

	private final Clock clock = Clock.systemUTC();

	private final String name;

	private final LongAdder retries = new LongAdder();

	private final LongAdder errors = new LongAdder();

	private volatile @Nullable Thread thread;

	private volatile @Nullable Instant failingSince;

	private volatile DeliveryStatistics.@Nullable Failure lastFailure;

	private volatile @Nullable Instant lastProgress;

	WorkerStatus(String name) {
		this.name = name;
	}

	/**
	 * The worker's thread begins or, with {@code null}, ends as it should.
	 * @param thread the thread
	 */
	void runsOn(@Nullable Thread thread) {
		this.thread = thread;
	}

	/**
	 * The worker begins a piece of work, or gets on with it.
	 */
	public void progressed() {
		this.lastProgress = this.clock.instant();
	}

	/**
	 * The worker waits for more work by its own choice.
	 */
	public void rests() {
		this.lastProgress = null;
	}

	/**
	 * The worker has done what there was to do.
	 */
	void succeeded() {
		this.failingSince = null;
		this.lastProgress = null;
	}

	/**
	 * The worker failed, and will try again.
	 * @param failure why
	 */
	void failed(Throwable failure) {
		Instant now = this.clock.instant();
		this.retries.increment();
		if (failure instanceof Error) {
			this.errors.increment();
		}
		this.lastFailure = new DeliveryStatistics.Failure(DeliveryStatistics.describe(failure), now);
		this.lastProgress = null;
		if (this.failingSince == null) {
			this.failingSince = now;
		}
	}

	public String name() {
		return this.name;
	}

	/**
	 * How often work failed and was tried again.
	 * @return since the application started
	 */
	public long retries() {
		return this.retries.sum();
	}

	/**
	 * How often an error, as of memory, ended an attempt. It is counted among those that
	 * failed, too.
	 * @return since the application started
	 */
	public long errors() {
		return this.errors.sum();
	}

	/**
	 * Whether the worker was started and not stopped, but its thread has ended.
	 * @return whether nobody does its work
	 */
	public boolean isDead() {
		Thread started = this.thread;
		return started != null && !started.isAlive();
	}

	/**
	 * Whether the worker was started and not stopped.
	 * @return whether it is to do its work
	 */
	public boolean isStarted() {
		return this.thread != null;
	}

	/**
	 * Since when every attempt has failed.
	 * @return that, or {@code null} if the last one did not
	 */
	public @Nullable Instant failingSince() {
		return this.failingSince;
	}

	/**
	 * For how long the work at hand has not got on; it may wait for a lock.
	 * @return that; zero where there is no work
	 */
	public Duration stalledFor() {
		Instant progress = this.lastProgress;
		return (progress != null) ? Duration.between(progress, this.clock.instant()) : Duration.ZERO;
	}

	/**
	 * What went wrong last, whether or not it has been made good.
	 * @return that, or {@code null} if nothing did
	 */
	public DeliveryStatistics.@Nullable Failure lastFailure() {
		return this.lastFailure;
	}

}
