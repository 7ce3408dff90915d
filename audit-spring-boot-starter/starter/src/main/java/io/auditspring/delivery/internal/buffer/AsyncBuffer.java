/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.buffer;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

import io.auditspring.Delivery;
import io.auditspring.database.internal.StagedRow;
import io.auditspring.delivery.internal.outbox.InDoubtEntries;
import io.auditspring.delivery.internal.outbox.Relay;
import io.auditspring.delivery.internal.outbox.TransactionOutcomes;
import io.auditspring.delivery.internal.transaction.TransactionOutcome;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.delivery.internal.worker.FailureReason;
import io.auditspring.delivery.internal.worker.Outage;
import io.auditspring.delivery.internal.worker.Worker;
import io.auditspring.delivery.internal.worker.WorkerStatus;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.thread.Uninterrupted;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;

/**
 * Takes entries from callers that do not wait, and writes them to the ledger in batches.
 * Bounded: what happens when it is full is configured. It also keeps what callers that do
 * wait could not store, and tries it again.
 * <p>
 * Stopping writes what is left, to the {@link Spool} where the database is gone; the next
 * start takes that in.
 */
public final class AsyncBuffer implements SmartLifecycle {

	private static final Logger logger = LoggerFactory.getLogger(AsyncBuffer.class);

	private static final Duration IDLE = Duration.ofSeconds(1);

	/** How long files are taken in before it is the turn of the buffer. */
	private static final Duration TURN = Duration.ofMillis(500);

	private static final long BATCH_BYTES = 8 << 20;

	private final EntryQueue queue;

	private final Settings settings;

	private final DirectWriter writer;

	private final TransactionOutcomes transactionOutcomes;

	private final Discards discards;

	private final Spool spool;

	private final DeliveryStatistics statistics;

	private final Worker worker;

	private final LongAdder waits = new LongAdder();

	private final LongAdder overflows = new LongAdder();

	/** When it was told last that entries are lost, or 0. */
	private final AtomicLong lossTold = new AtomicLong();

	/** The batch that is being written; kept until it is. */
	private final Batch batch = new Batch();

	private final Queue<InDoubtEntries> doubts = new ConcurrentLinkedQueue<>();

	/** When to look at doubts and the spool. */
	private volatile long nextLook = System.nanoTime();

	/** How often in a row something stayed open; used by the worker only. */
	private int looksInVain;

	/** Databases that did not answer this time; used by the worker only. */
	private final Set<@Nullable String> away = new HashSet<>();

	/** Whether doubts could not be settled this time; used by the worker only. */
	private boolean open;

	private final Outage unanswered = new Outage(logger,
			"A database does not tell what became of transactions that staged audit entries");

	private volatile @Nullable Instant openSince;

	/** What is on disk while a stop waits. */
	private @Nullable Path copy;

	/** What is in it. */
	private Set<UUID> copied = Set.of();

	private volatile boolean stopped = true;

	/**
	 * Creates the buffer.
	 * @param writer writes to the ledger
	 * @param transactionOutcomes finds out what became of transactions
	 * @param discards remembers what had to be dropped
	 * @param spool keeps what cannot be written before the end
	 * @param settings how large it is, and what happens when it is full
	 * @param statistics counts what becomes of entries
	 */
	AsyncBuffer(DirectWriter writer, TransactionOutcomes transactionOutcomes, Discards discards, Spool spool,
			Settings settings, DeliveryStatistics statistics) {
		this.queue = new EntryQueue(settings.capacity(), settings.maxBytes());
		this.settings = settings;
		this.writer = writer;
		this.transactionOutcomes = transactionOutcomes;
		this.discards = discards;
		this.spool = spool;
		this.statistics = statistics;
		this.worker = new Worker("audit-buffer", IDLE, this::drain);
	}

	/**
	 * Takes an entry of a caller that waits for nothing.
	 * @param entry the entry
	 * @return whether it is taken care of
	 */
	public boolean offer(Entry entry) {
		boolean taken = this.queue.offer(entry) || (!this.stopped && discard(entry));
		if (taken) {
			this.worker.wake();
		}
		return taken;
	}

	private boolean discard(Entry entry) {
		if (this.settings.overflow() != Overflow.DISCARD) {
			return false;
		}
		this.discards.add(entry);
		this.statistics.discarded(1);
		this.statistics.gone(List.of(entry));
		return true;
	}

	/**
	 * Takes an entry of a caller that does not wait for the database.
	 * @param entry the entry
	 * @param mayWait whether the caller may wait for room: not while it holds a
	 * connection, which may be the one the writer waits for
	 * @return whether it is taken care of; if not, the caller must store it
	 */
	public boolean add(Entry entry, boolean mayWait) {
		boolean taken = offer(entry) || (mayWait && !this.stopped && waitForRoom(entry));
		if (!taken) {
			this.overflows.increment();
		}
		return taken;
	}

	private boolean waitForRoom(Entry entry) {
		if (this.settings.overflow() != Overflow.BLOCK) {
			return false;
		}
		this.waits.increment();
		try {
			boolean taken = this.queue.offer(entry, this.settings.blockTimeout());
			if (taken) {
				this.worker.wake();
			}
			return taken;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	/**
	 * Keeps entries that could not be stored where they belong, until they can be written
	 * to the ledger. Never waits for the database.
	 * @param entries the entries; none of them was stored
	 */
	public void keep(List<Entry> entries) {
		List<Entry> rest = entries.stream().filter((entry) -> !this.queue.offer(entry)).toList();
		if (!rest.isEmpty()) {
			spool(List.of(new InDoubtEntries(rest)));
		}
		this.worker.wake();
	}

	/**
	 * Keeps entries until it is known whether they must be written.
	 * @param doubt the entries, and the transaction that decides
	 */
	public void keep(InDoubtEntries doubt) {
		this.doubts.add(doubt);
		this.nextLook = System.nanoTime();
		this.worker.wake();
		if (this.stopped && this.doubts.remove(doubt)) {
			// It came after the last look.
			spool(List.of(doubt));
		}
	}

	private boolean spool(List<InDoubtEntries> doubts) {
		try {
			return Uninterrupted.call(() -> {
				this.spool.keep(doubts);
				return true;
			});
		}
		catch (IOException | RuntimeException | Error ex) {
			doubts.forEach((doubt) -> doubt.entries().forEach(this.discards::add));
			doubts.forEach((doubt) -> this.statistics.gone(doubt.entries()));
			this.statistics.lost(count(doubts));
			tellOfLoss(doubts, ex);
			return false;
		}
	}

	private static int count(List<InDoubtEntries> doubts) {
		return doubts.stream().mapToInt((doubt) -> doubt.entries().size()).sum();
	}

	// At most once a minute: where no file can be written, that is so for each caller.
	private void tellOfLoss(List<InDoubtEntries> doubts, Throwable failure) {
		long now = System.nanoTime();
		long before = this.lossTold.get();
		if ((before == 0 || now - before > TimeUnit.MINUTES.toNanos(1)) && this.lossTold.compareAndSet(before, now)) {
			logger.error(
					"Audit entries could be written neither to the database nor to a file, and are lost: {}; {} "
							+ "since the start",
					doubts.stream().flatMap((doubt) -> doubt.entries().stream()).map(Entry::action).toList(),
					this.statistics.failed(FailureReason.STOPPED), failure);
		}
	}

	private void drain() throws SQLException {
		this.writer.write(this.batch);
		lookBack();
		while (this.worker.mayGoOn() && fill()) {
			this.writer.write(this.batch);
			this.worker.status().progressed();
			// Under steady load there is always a next batch.
			lookBack();
		}
	}

	// A database that does not answer is asked less and less often. What waits for no
	// answer does not wait for it.
	private void lookBack() throws SQLException {
		if (System.nanoTime() - this.nextLook < 0) {
			return;
		}
		this.nextLook = System.nanoTime() + IDLE.toNanos()
				+ ((this.looksInVain > 0) ? TimeUnit.MILLISECONDS.toNanos(Worker.backoffMillis(this.looksInVain)) : 0);
		this.open = false;
		this.away.clear();
		settleDoubts();
		takeInForAWhile();
		this.looksInVain = this.open ? this.looksInVain + 1 : 0;
		if (!this.open) {
			this.openSince = null;
			this.unanswered.over();
		}
		else if (this.openSince == null) {
			this.openSince = Instant.now();
		}
	}

	// There may be very many files, and callers wait for room in the buffer.
	private void takeInForAWhile() throws SQLException {
		long end = System.nanoTime() + TURN.toNanos();
		if (this.spool.takeIn(this::takeIn, () -> this.worker.mayGoOn() && System.nanoTime() - end < 0)) {
			this.nextLook = System.nanoTime() + ((this.queue.size() > 0) ? TURN.toNanos() : 0);
			this.worker.wake();
		}
	}

	private void settleDoubts() throws SQLException {
		for (InDoubtEntries doubt : List.copyOf(this.doubts)) {
			TransactionOutcome transactionOutcome = transactionOutcome(doubt);
			if (transactionOutcome == TransactionOutcome.UNKNOWN) {
				this.open = true;
				continue;
			}
			if (isDue(doubt, transactionOutcome)) {
				this.batch.addAll(doubt.entries());
			}
			this.doubts.remove(doubt);
			count(doubt, transactionOutcome);
			this.writer.write(this.batch);
		}
	}

	private static boolean isDue(InDoubtEntries doubt, TransactionOutcome transactionOutcome) {
		return transactionOutcome == (doubt.committed() ? TransactionOutcome.COMMITTED : TransactionOutcome.LOST);
	}

	private void count(InDoubtEntries doubt, TransactionOutcome transactionOutcome) {
		StagedRow row = doubt.row();
		boolean committed = transactionOutcome == TransactionOutcome.COMMITTED;
		if (doubt.committed()) {
			this.statistics.recorded(Delivery.ASYNC, committed ? doubt.entries().size() : 0);
		}
		else if (row != null && row.unreported() > 0) {
			int staged = committed ? row.unreported() : Math.min(row.unreported(), doubt.entries().size());
			this.statistics.recorded(Delivery.TRANSACTIONAL, staged);
			this.statistics.recorded(Delivery.ASYNC, committed ? 0 : doubt.entries().size() - staged);
			this.statistics.staged(committed ? row.unreported() : 0);
		}
	}

	// The database that knows may be another one than the ledger's: while it is away,
	// what
	// needs no answer goes on. Nobody asks it twice.
	private TransactionOutcome transactionOutcome(InDoubtEntries doubt) {
		if (doubt.row() == null) {
			return TransactionOutcome.LOST;
		}
		try {
			return !this.away.contains(doubt.row().database())
					? this.transactionOutcomes.transactionOutcome(doubt.row()) : TransactionOutcome.UNKNOWN;
		}
		catch (SQLException ex) {
			this.unanswered.failed(ex);
			this.away.add(doubt.row().database());
			return TransactionOutcome.UNKNOWN;
		}
	}

	// Whatever is in a file may be in the ledger, too: the stop that wrote the file could
	// not know.
	private boolean takeIn(InDoubtEntries doubt) throws SQLException {
		TransactionOutcome transactionOutcome = transactionOutcome(doubt);
		if (isDue(doubt, transactionOutcome)) {
			Batch spooled = new Batch();
			spooled.addAll(doubt.entries());
			spooled.setUncertain();
			this.writer.write(spooled);
			this.worker.status().progressed();
		}
		this.open |= transactionOutcome == TransactionOutcome.UNKNOWN;
		return transactionOutcome != TransactionOutcome.UNKNOWN;
	}

	private boolean fill() {
		if (!this.settings.linger().isZero() && this.queue.size() > 0) {
			// Whoever watches must not take this for standing still.
			this.worker.status().rests();
			this.queue.awaitFilled(this.settings.batchSize(), BATCH_BYTES, this.settings.linger());
			this.worker.status().progressed();
		}
		if (this.stopped) {
			this.discards.tell(this.batch::add);
		}
		else {
			this.discards.tellNowAndThen(this.batch::add);
		}
		this.queue.poll(this.settings.batchSize(), BATCH_BYTES, this.batch::add);
		return !this.batch.isEmpty();
	}

	@Override
	public void start() {
		this.stopped = false;
		this.queue.open();
		this.worker.start();
	}

	@Override
	public void stop() {
		this.stopped = true;
		this.queue.close();
		this.nextLook = System.nanoTime();
		this.worker.stop(this::spoolCopy);
		List<InDoubtEntries> left = left();
		List<InDoubtEntries> further = beyondCopy(left);
		boolean kept = further.isEmpty() || spool(further);
		if (kept && !left.isEmpty()) {
			logger.warn("The audit database could not be written to before the application stopped; the spool keeps "
					+ "the entries that are left for the next start");
		}
		if (left.isEmpty()) {
			this.spool.delete(this.copy);
		}
		else {
			this.spool.keepOn(count(left) - count(further));
		}
		this.copy = null;
		this.copied = Set.of();
		if (this.discards.tell((entry) -> {
		})) {
			logger.error("That entries were lost is recorded nowhere but here");
		}
	}

	// Whoever has started the stop may kill the process before it has ended.
	private void spoolCopy() {
		List<Entry> entries = new ArrayList<>(this.batch.entries());
		entries.addAll(this.queue.entries());
		List<InDoubtEntries> all = new ArrayList<>(this.doubts);
		if (!entries.isEmpty()) {
			all.add(new InDoubtEntries(entries));
		}
		// Another instance may take the file in before this one gets on.
		this.batch.setCopied();
		try {
			this.copy = all.isEmpty() ? null : Uninterrupted.call(() -> this.spool.keepCopy(all));
			this.copied = all.stream()
				.flatMap((doubt) -> doubt.entries().stream())
				.map(Entry::id)
				.collect(Collectors.toUnmodifiableSet());
		}
		catch (IOException | RuntimeException | Error ex) {
			logger.warn("What the audit database has not taken yet could not be written to a file, and is tried again",
					ex);
		}
	}

	// The disk may have no room for the same once more. What else the copy has does no
	// harm.
	private List<InDoubtEntries> beyondCopy(List<InDoubtEntries> left) {
		List<InDoubtEntries> beyond = new ArrayList<>();
		for (InDoubtEntries doubt : left) {
			List<Entry> entries = doubt.entries()
				.stream()
				.filter((entry) -> !this.copied.contains(entry.id()))
				.toList();
			if (!entries.isEmpty()) {
				beyond.add((doubt.row() != null) ? doubt : new InDoubtEntries(entries));
			}
		}
		return beyond;
	}

	// A thread that hangs may still write what it has; whoever takes the file in finds
	// that out.
	private List<InDoubtEntries> left() {
		List<Entry> entries = new ArrayList<>(this.batch.entries());
		this.queue.poll(Integer.MAX_VALUE, Long.MAX_VALUE, entries::add);
		this.discards.tell(entries::add);
		List<InDoubtEntries> left = new ArrayList<>(this.doubts);
		this.doubts.removeAll(left);
		this.batch.done(this.batch.size());
		if (!entries.isEmpty()) {
			left.add(new InDoubtEntries(entries));
		}
		return left;
	}

	@Override
	public boolean isRunning() {
		return this.worker.isRunning();
	}

	/**
	 * It stops before the relay: what the relay has not moved yet is in the database.
	 */
	@Override
	public int getPhase() {
		return Relay.PHASE + 1;
	}

	/**
	 * Since when it is not known what became of a transaction that staged entries.
	 * @return that, or {@code null} if all is known
	 */
	public @Nullable Instant openSince() {
		return this.openSince;
	}

	/**
	 * Whether the directory for what cannot be written before a stop, or a file in it,
	 * cannot be used.
	 * @return whether what is left at a stop may be lost
	 */
	public boolean isSpoolFailing() {
		return this.spool.isFailing();
	}

	/**
	 * How the writer is doing.
	 * @return its live status
	 */
	public WorkerStatus status() {
		return this.worker.status();
	}

	/**
	 * How many entries may wait.
	 * @return the configured capacity
	 */
	public int capacity() {
		return this.settings.capacity();
	}

	/**
	 * How many entries wait.
	 * @return their number
	 */
	public int size() {
		return this.queue.size() + this.batch.size();
	}

	/**
	 * How much memory the waiting entries take.
	 * @return bytes, about
	 */
	public long bytes() {
		return this.queue.bytes();
	}

	/**
	 * How often a caller waited for room.
	 * @return the number since the start
	 */
	public long waits() {
		return this.waits.sum();
	}

	/**
	 * How many entries found no room, so that their callers stored them.
	 * @return the number since the start
	 */
	public long overflows() {
		return this.overflows.sum();
	}

	/**
	 * How large the buffer is, and what happens when it is full.
	 *
	 * @param capacity the most entries that wait
	 * @param maxBytes the most memory they take, in bytes
	 * @param overflow what happens to further ones
	 * @param blockTimeout how long a caller waits for room
	 * @param batchSize the most entries to write at once
	 * @param linger how long to wait for a batch to fill
	 */
	public record Settings(int capacity, long maxBytes, Overflow overflow, Duration blockTimeout, int batchSize,
			Duration linger) {

	}

}
