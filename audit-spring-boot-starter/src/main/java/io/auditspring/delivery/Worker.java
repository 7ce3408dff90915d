package io.auditspring.delivery;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that works when it is woken, and now and then unasked. After a failure it
 * waits longer each time before it tries again. When stopped it works once more.
 */
final class Worker {

	private static final Logger logger = LoggerFactory.getLogger(Worker.class);

	private static final long MAX_BACKOFF_MILLIS = 30_000;

	private static final long FIRST_BACKOFF_MILLIS = 100;

	private static final long STOP_SECONDS = 30;

	private final String name;

	private final Duration interval;

	private final Task task;

	private final WorkerStatus status;

	private final Semaphore signal = new Semaphore(0);

	private volatile boolean stopping;

	private volatile @Nullable Thread thread;

	Worker(String name, Duration interval, Task task) {
		this.name = name;
		this.interval = interval;
		this.task = task;
		this.status = new WorkerStatus(name);
	}

	synchronized void start() {
		if (this.thread == null) {
			this.stopping = false;
			Thread started = new Thread(this::work, this.name);
			started.setDaemon(true);
			this.thread = started;
			this.status.runsOn(started);
			started.start();
		}
	}

	void wake() {
		if (this.signal.availablePermits() == 0) {
			this.signal.release();
		}
	}

	boolean isRunning() {
		return this.thread != null;
	}

	boolean isStopping() {
		return this.stopping;
	}

	synchronized void stop() {
		Thread running = this.thread;
		if (running == null) {
			return;
		}
		this.stopping = true;
		this.signal.release();
		try {
			running.join(TimeUnit.SECONDS.toMillis(STOP_SECONDS));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.thread = null;
		this.status.runsOn(null);
	}

	WorkerStatus status() {
		return this.status;
	}

	private void work() {
		long backoff = 0;
		while (!this.stopping) {
			await((backoff > 0) ? backoff : this.interval.toMillis());
			backoff = tryOnce() ? 0 : Math.min(Math.max(backoff * 2, FIRST_BACKOFF_MILLIS), MAX_BACKOFF_MILLIS);
		}
		tryOnce();
	}

	private boolean tryOnce() {
		try {
			this.status.progressed();
			this.task.run();
			this.status.succeeded();
			return true;
		}
		catch (Throwable ex) {
			// Whatever it is, without this thread nothing would be written any more.
			this.status.failed(ex);
			logger.error("{} could not write to the audit database; what it has to write is kept and tried again",
					this.name, ex);
			return false;
		}
	}

	private void await(long millis) {
		try {
			if (this.signal.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
				this.signal.drainPermits();
			}
		}
		catch (InterruptedException ex) {
			this.stopping = true;
		}
	}

	/**
	 * What a worker does.
	 */
	@FunctionalInterface
	interface Task {

		void run() throws SQLException;

	}

}
