package io.auditspring.delivery;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.auditspring.ledger.Entry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;

/**
 * Takes entries from callers that do not wait, and writes them to the ledger in batches.
 * Bounded: what happens when it is full is configured. Stopping writes what is left.
 */
public final class AsyncBuffer implements SmartLifecycle {

	private static final Logger logger = LoggerFactory.getLogger(AsyncBuffer.class);

	private static final Duration IDLE = Duration.ofSeconds(1);

	private static final long STOP_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private static final Duration MAX_BLOCK = Duration.ofSeconds(10);

	private final BlockingQueue<Entry> queue;

	private final Overflow overflow;

	private final DirectWriter writer;

	private final int batchSize;

	private final Duration linger;

	private final Worker worker;

	private final DeliveryStatistics statistics;

	private final AtomicLong discarded = new AtomicLong();

	/** The batch that is being written; kept until it is. */
	private final List<Entry> batch = new ArrayList<>();

	/**
	 * Creates the buffer.
	 * @param writer writes to the ledger
	 * @param capacity the most entries that wait
	 * @param overflow what happens to further ones
	 * @param batchSize the most entries to write at once
	 * @param linger how long to wait for a batch to fill
	 * @param statistics counts what becomes of entries
	 */
	public AsyncBuffer(DirectWriter writer, int capacity, Overflow overflow, int batchSize, Duration linger,
			DeliveryStatistics statistics) {
		this.queue = new ArrayBlockingQueue<>(capacity);
		this.overflow = overflow;
		this.writer = writer;
		this.batchSize = batchSize;
		this.linger = linger;
		this.statistics = statistics;
		this.worker = new Worker("audit-buffer", IDLE, this::drain);
	}

	/**
	 * Takes an entry.
	 * @param entry the entry
	 * @param connection a connection that the caller holds, with no transaction open on
	 * it, or {@code null}
	 * @throws SQLException when the caller had to write it itself and could not
	 */
	void add(Entry entry, @Nullable Connection connection) throws SQLException {
		if (!isRunning() || this.worker.isStopping() || !offer(entry, connection)) {
			write(entry, connection);
			return;
		}
		this.worker.wake();
		if (this.worker.isStopping() && this.queue.remove(entry)) {
			// It came after the last look at the queue.
			write(entry, connection);
		}
	}

	private void write(Entry entry, @Nullable Connection connection) throws SQLException {
		this.writer.write(new ArrayList<>(List.of(entry)), connection);
	}

	private boolean offer(Entry entry, @Nullable Connection connection) {
		if (this.queue.offer(entry)) {
			return true;
		}
		return switch (this.overflow) {
			case BLOCK -> block(entry, connection);
			case SYNC -> false;
			case DISCARD -> {
				this.discarded.incrementAndGet();
				this.statistics.discarded(1);
				yield true;
			}
		};
	}

	// Whoever waits while holding a connection may keep the writer from getting one.
	private boolean block(Entry entry, @Nullable Connection connection) {
		try {
			return connection == null && this.queue.offer(entry, MAX_BLOCK.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	private void drain() throws SQLException {
		while (!this.batch.isEmpty() || !this.queue.isEmpty()) {
			fill();
			this.writer.write(this.batch, null);
			this.worker.status().progressed();
		}
		reportDiscarded();
	}

	private void fill() {
		long deadline = System.nanoTime() + this.linger.toNanos();
		this.queue.drainTo(this.batch, this.batchSize - this.batch.size());
		while (this.batch.size() < this.batchSize && !this.worker.isStopping()) {
			long wait = deadline - System.nanoTime();
			if (wait <= 0 || !await(Math.min(wait, STOP_CHECK_NANOS))) {
				return;
			}
		}
	}

	// In short steps, as a stop does not wait for a batch to fill.
	private boolean await(long waitNanos) {
		try {
			Entry next = this.queue.poll(waitNanos, TimeUnit.NANOSECONDS);
			if (next != null) {
				this.batch.add(next);
				this.queue.drainTo(this.batch, this.batchSize - this.batch.size());
			}
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	private void reportDiscarded() throws SQLException {
		long count = this.discarded.getAndSet(0);
		if (count == 0) {
			return;
		}
		logger.error("{} audit entries were discarded because the asynchronous buffer was full", count);
		try {
			this.writer.writeDiscarded(count);
		}
		catch (SQLException | RuntimeException ex) {
			this.discarded.addAndGet(count);
			throw ex;
		}
	}

	@Override
	public void start() {
		this.worker.start();
	}

	@Override
	public void stop() {
		this.worker.stop();
		int left = this.queue.size() + this.batch.size();
		if (left > 0) {
			this.statistics.lost(left);
			logger.error("{} audit entries could not be written before the application stopped and are lost", left);
		}
	}

	/**
	 * How many entries wait to be written.
	 * @return without those of the batch that is being written
	 */
	public int size() {
		return this.queue.size();
	}

	/**
	 * How many entries may wait to be written.
	 * @return the configured capacity
	 */
	public int capacity() {
		return this.queue.size() + this.queue.remainingCapacity();
	}

	/**
	 * How the writer is doing.
	 * @return its live status
	 */
	public WorkerStatus status() {
		return this.worker.status();
	}

	@Override
	public boolean isRunning() {
		return this.worker.isRunning();
	}

	@Override
	public int getPhase() {
		return Relay.PHASE;
	}

}
