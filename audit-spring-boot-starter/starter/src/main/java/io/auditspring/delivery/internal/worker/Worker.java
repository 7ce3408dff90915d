/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.worker;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.auditspring.ledger.internal.thread.BackgroundThreads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that works when it is woken, and now and then unasked. After a failure it
 * waits before it tries again, longer each time, and nobody but a stop wakes it: a busy
 * application must not hammer a database that is down. When stopped it works once more.
 */
public final class Worker {

	private static final Logger logger = LoggerFactory.getLogger(Worker.class);

	private static final long MAX_BACKOFF_MILLIS = 30_000;

	private static final long FIRST_BACKOFF_MILLIS = 100;

	private static final Duration STOP = Duration.ofSeconds(20);

	/**
	 * Where the database is down anyway, or nobody waits for anything, the rest of the
	 * shutdown needs the time.
	 */
	private static final Duration SHORT_STOP = Duration.ofSeconds(3);

	/** It neither fails nor gets on: the database does not answer. */
	private static final Duration STUCK = Duration.ofSeconds(5);

	private static final long LOOK_MILLIS = 100;

	private final String name;

	private final Duration interval;

	private final Task task;

	private final Outage outage;

	private final WorkerStatus status;

	private final Semaphore signal = new Semaphore(0);

	private volatile CountDownLatch stop = new CountDownLatch(1);

	private volatile long stopNanos;

	/** Somebody woke it since it began with what it does. */
	private volatile boolean woken;

	/** It does, or failed to do, what somebody woke it for. */
	private volatile boolean busy;

	private volatile @Nullable Thread thread;

	/** A thread that did not end when it was stopped. */
	private @Nullable Thread abandoned;

	public Worker(String name, Duration interval, Task task) {
		this.name = name;
		this.interval = interval;
		this.task = task;
		this.outage = new Outage(logger, name + " could not write to the audit database");
		this.status = new WorkerStatus(name);
	}

	public synchronized void start() {
		Thread running = this.thread;
		if (running == null || this.stop.getCount() == 0) {
			this.stop = new CountDownLatch(1);
			CountDownLatch stop = this.stop;
			Thread predecessor = (running != null) ? running : this.abandoned;
			Thread started = BackgroundThreads.named(this.name).newThread(() -> takeOverFrom(predecessor, stop));
			this.thread = started;
			this.status.runsOn(started);
			started.start();
		}
	}

	public void wake() {
		this.woken = true;
		if (this.signal.availablePermits() == 0) {
			this.signal.release();
		}
	}

	public boolean isRunning() {
		return this.thread != null;
	}

	/**
	 * Whether a task that has done a part shall go on with the next one.
	 * @return {@code false} when a stop has no time left, or had none for this thread
	 */
	public boolean mayGoOn() {
		return isCurrent() && (this.stop.getCount() > 0 || System.nanoTime() - this.stopNanos < 0);
	}

	private boolean isCurrent() {
		return Thread.currentThread() == this.thread;
	}

	public void stop() {
		stop(() -> {
		});
	}

	/**
	 * Tells the thread to end, without waiting for that: its time begins to run. So those
	 * of several workers run out together.
	 */
	public synchronized void beginStop() {
		if (this.thread != null && this.stop.getCount() > 0) {
			this.stopNanos = System.nanoTime() + patience().toNanos();
			this.stop.countDown();
			this.signal.release();
		}
	}

	/**
	 * For how long a stop waits. Who only looks around may hang where the database has
	 * gone, and a pool takes half a minute to say so.
	 */
	Duration patience() {
		return (isIdle() || this.status.failingSince() != null) ? SHORT_STOP : STOP;
	}

	private boolean isIdle() {
		return !this.woken && !this.busy;
	}

	/**
	 * Ends the thread, when it has worked once more.
	 * @param stuck is run once where the work does not get on; it is waited for all the
	 * same
	 */
	public synchronized void stop(Runnable stuck) {
		Thread running = this.thread;
		if (running == null) {
			return;
		}
		beginStop();
		awaitEnd(running, stuck);
		this.abandoned = running.isAlive() ? running : null;
		this.thread = null;
		this.status.runsOn(null);
	}

	// A stop that is interrupted has what is left to write all the same.
	private void awaitEnd(Thread running, Runnable stuck) {
		long begun = System.nanoTime();
		boolean interrupted = false;
		boolean told = false;
		Duration waited = Duration.ZERO;
		while (running.isAlive() && System.nanoTime() - this.stopNanos < 0) {
			if (!told && waited.compareTo(STUCK) >= 0 && this.status.stalledFor().compareTo(STUCK) >= 0) {
				told = true;
				stuck.run();
			}
			try {
				running.join(LOOK_MILLIS);
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
			waited = Duration.ofNanos(System.nanoTime() - begun);
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	public WorkerStatus status() {
		return this.status;
	}

	// Two threads must never do the same work: a thread that hangs may still come to.
	private void takeOverFrom(@Nullable Thread predecessor, CountDownLatch stop) {
		while (predecessor != null && predecessor.isAlive()) {
			try {
				predecessor.join();
			}
			catch (InterruptedException ex) {
				logger.debug("{} was interrupted and goes on", this.name);
			}
		}
		work(stop);
	}

	private void work(CountDownLatch stop) {
		int failures = 0;
		while (stop.getCount() > 0) {
			failures = tryOnce(stop, failures) ? 0 : failures + 1;
		}
		if (isCurrent()) {
			tryOnce(stop, 0);
		}
	}

	private boolean tryOnce(CountDownLatch stop, int failures) {
		try {
			await(stop, failures);
			if (this.woken) {
				this.busy = true;
				this.woken = false;
			}
			// From here on it may wait for a lock.
			this.status.progressed();
			this.task.run();
			this.busy = false;
			this.outage.over();
			this.status.succeeded();
			return true;
		}
		catch (Throwable ex) {
			// Whatever it is, without this thread nothing would be written any more.
			report(ex);
			return false;
		}
	}

	private void report(Throwable failure) {
		try {
			if (!isCurrent() && isIdle()) {
				logger.debug("{} looked for work until after it was stopped, and failed", this.name, failure);
				return;
			}
			this.status.failed(failure);
			this.outage.failed(failure);
		}
		catch (Throwable ex) {
			// Out of memory even for a log line; the next try has another one.
			failure.addSuppressed(ex);
		}
	}

	private void await(CountDownLatch stop, int failures) {
		try {
			if (stop.getCount() == 0) {
				return;
			}
			if (failures > 0) {
				stop.await(backoffMillis(failures), TimeUnit.MILLISECONDS);
			}
			else if (this.signal.tryAcquire(this.interval.toMillis(), TimeUnit.MILLISECONDS)) {
				this.signal.drainPermits();
			}
		}
		catch (InterruptedException ex) {
			// Nobody but stop() ends this thread.
			logger.debug("{} was interrupted and goes on", this.name);
		}
	}

	/**
	 * Exponential, with full jitter: instances that failed together must not come back
	 * together.
	 * @param failures how many times in a row
	 * @return milliseconds to wait
	 */
	public static long backoffMillis(int failures) {
		long most = Math.min(FIRST_BACKOFF_MILLIS << Math.min(failures, 20), MAX_BACKOFF_MILLIS);
		return ThreadLocalRandom.current().nextLong(1, most + 1);
	}

	/**
	 * What a worker does.
	 */
	@FunctionalInterface
	public interface Task {

		void run() throws SQLException;

	}

}
