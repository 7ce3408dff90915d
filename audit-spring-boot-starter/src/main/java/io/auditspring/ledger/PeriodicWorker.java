package io.auditspring.ledger;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;

/**
 * Works at intervals as long as the application runs, on a daemon thread of its own.
 */
abstract class PeriodicWorker implements SmartLifecycle {

	private final String name;

	private final Duration firstDelay;

	private final Duration interval;

	private volatile @Nullable ScheduledExecutorService executor;

	/**
	 * Creates a worker.
	 * @param name the thread's name
	 * @param firstDelay how long to wait after the start
	 * @param interval how long to wait after each time
	 */
	PeriodicWorker(String name, Duration firstDelay, Duration interval) {
		this.name = name;
		this.firstDelay = firstDelay;
		this.interval = interval;
	}

	/** Works once. After a time that throws there is no other. */
	abstract void run();

	/**
	 * Ends the thread; by default at once, in the middle of the work.
	 * @param running what runs it
	 */
	void end(ScheduledExecutorService running) {
		running.shutdownNow();
	}

	@Override
	public final void start() {
		if (this.executor == null) {
			ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(this::thread);
			started.scheduleWithFixedDelay(this::run, this.firstDelay.toMillis(), this.interval.toMillis(),
					TimeUnit.MILLISECONDS);
			this.executor = started;
		}
	}

	private Thread thread(Runnable work) {
		Thread thread = new Thread(work, this.name);
		thread.setDaemon(true);
		return thread;
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
