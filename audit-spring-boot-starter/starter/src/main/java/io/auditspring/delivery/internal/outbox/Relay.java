/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.outbox;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.database.internal.StagedRow;
import io.auditspring.database.internal.TimeLimits;
import io.auditspring.database.internal.Transactions;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.delivery.internal.worker.Outage;
import io.auditspring.delivery.internal.worker.PermanentFailure;
import io.auditspring.delivery.internal.worker.Worker;
import io.auditspring.delivery.internal.worker.WorkerStatus;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.ChainHead;
import io.auditspring.ledger.internal.table.OwnTransaction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;

/**
 * Moves entries from the outbox to the ledger. A batch leaves the one and enters the
 * other in the same transaction, so each entry arrives exactly once, whatever dies when
 * and however many instances do this at the same time. Where the ledger is in another
 * database, it is committed there first, and what is found there already is not written
 * again.
 * <p>
 * It is woken by the transactions of its own instance, and looks by itself from time to
 * time for what instances that are gone left behind. LISTEN would not do it sooner, and
 * does not work behind a pooler that lends connections for a transaction.
 */
public final class Relay implements SmartLifecycle {

	/** Starts before everything that may be audited, and stops after it. */
	public static final int PHASE = Integer.MIN_VALUE + 1000;

	private static final Logger logger = LoggerFactory.getLogger(Relay.class);

	/** However large entries are, this much of them is in memory, and one more. */
	private static final long BATCH_BYTES = 8 << 20;

	/** How many transactions are a batch that waits no longer. */
	private static final int ENOUGH = 100;

	/** PostgreSQL manual, appendix A: object_not_in_prerequisite_state. */
	private static final String NOT_IN_THAT_STATE = "55000";

	private final DataSource dataSource;

	private final Outbox outbox;

	private final LedgerTarget ledger;

	private final int batchSize;

	private final Duration linger;

	private final Duration pollInterval;

	private final OutboxFront front;

	private final DeliveryStatistics statistics;

	private final Worker worker;

	private final SharedMoves shared = new SharedMoves();

	private volatile boolean running;

	/**
	 * A permit for each transaction since the last batch, up to those that are enough.
	 */
	private final Semaphore committed = new Semaphore(0);

	/** When it was measured what was taken over last. */
	private @Nullable Instant tookOver;

	private final TimeLimits limits;

	private final BatchWatcher watcher;

	private final Outage strangers = new Outage(logger, "Entries of a chain that nobody serves could not be moved");

	/**
	 * Creates the relay.
	 * @param dataSource the database that holds the outbox
	 * @param outbox where entries are taken from
	 * @param ledger where they go
	 * @param batchSize the most transactions to move at once
	 * @param linger how long the first transaction of a batch waits for others
	 * @param pollInterval how often to look for what instances that died left behind
	 * @param statistics counts what becomes of entries
	 * @param watcher sees each batch
	 */
	Relay(DataSource dataSource, Outbox outbox, LedgerTarget ledger, int batchSize, Duration linger,
			Duration pollInterval, DeliveryStatistics statistics, BatchWatcher watcher) {
		this("audit-relay", dataSource, outbox, ledger, batchSize, linger, pollInterval, statistics, watcher);
	}

	private Relay(String name, DataSource dataSource, Outbox outbox, LedgerTarget ledger, int batchSize,
			Duration linger, Duration pollInterval, DeliveryStatistics statistics, BatchWatcher watcher) {
		this.dataSource = dataSource;
		this.outbox = outbox;
		this.ledger = ledger;
		this.batchSize = batchSize;
		this.linger = linger;
		this.pollInterval = pollInterval;
		this.front = new OutboxFront(pollInterval);
		this.statistics = statistics;
		this.limits = TimeLimits.PATIENT;
		this.watcher = watcher;
		this.worker = new Worker(name, pollInterval, this::work);
	}

	/** Moves rows of a chain that nobody serves, on the thread of another relay. */
	private Relay(Relay other, String chain) {
		this.dataSource = other.dataSource;
		this.outbox = other.outbox.of(chain);
		this.ledger = other.ledger.of(chain, this.outbox);
		this.batchSize = other.batchSize;
		this.linger = other.linger;
		this.pollInterval = other.pollInterval;
		this.front = new OutboxFront(this.pollInterval);
		this.statistics = other.statistics;
		this.limits = TimeLimits.OBLIGING;
		this.watcher = other.watcher;
		this.worker = other.worker;
	}

	/**
	 * A relay for another database.
	 * @param name what that is called
	 * @param database connections to it
	 * @param outbox where entries are taken from
	 * @param ledger where they go
	 * @return a relay that is otherwise like this one
	 */
	public Relay from(String name, DataSource database, Outbox outbox, LedgerTarget ledger) {
		return new Relay("audit-relay-" + name, database, outbox, ledger, this.batchSize, this.linger,
				this.pollInterval, this.statistics, this.watcher);
	}

	/**
	 * Says that something was staged.
	 */
	void wake() {
		if (this.committed.availablePermits() < ENOUGH) {
			this.committed.release();
		}
		this.worker.wake();
	}

	// Others come once for each look at what waits, and none after one that cannot be
	// moved: they must not hold up this chain.
	private void work() throws SQLException {
		gather();
		drain();
		Instant measured = this.outbox.backlog().last().at();
		if (measured.equals(this.tookOver)) {
			return;
		}
		this.tookOver = measured;
		List<Backlog.Unserved> unserved = this.outbox.backlog().unserved();
		Exception failure = null;
		for (Iterator<Backlog.Unserved> left = unserved.iterator(); left.hasNext() && !isOfTheDatabase(failure);) {
			Exception ofChain = takeOver(left.next().chain());
			failure = (ofChain != null) ? ofChain : failure;
		}
		if (failure != null) {
			this.strangers.failed(failure);
		}
		else if (!unserved.isEmpty()) {
			this.strangers.over();
		}
	}

	// What a chain is like, such as closed, says nothing of the next one.
	private static boolean isOfTheDatabase(@Nullable Exception failure) {
		return failure != null && !(failure instanceof SQLException sql && NOT_IN_THAT_STATE.equals(sql.getSQLState()));
	}

	private @Nullable Exception takeOver(String chain) {
		Relay relay = new Relay(this, chain);
		try {
			try {
				relay.drain();
			}
			catch (SQLException ex) {
				if (!PermanentFailure.isFinal(ex)) {
					throw ex;
				}
				// There is no such chain, and there cannot be.
				relay.setAsideAll(PermanentFailure.reason(ex));
			}
			return null;
		}
		catch (SQLException | RuntimeException ex) {
			return ex;
		}
	}

	private void setAsideAll(String reason) throws SQLException {
		Transactions.useConnection(this.dataSource, (connection) -> {
			List<Long> rows = Transactions.run(connection, this.limits,
					(own) -> this.outbox.oldest(own, this.batchSize));
			for (long row : rows) {
				int moved = Transactions.run(connection, this.limits,
						(own) -> this.ledger.setAside(own, row, null, reason));
				this.statistics.quarantined(moved);
				logger.error("Staged entries of no possible chain are now in audit_quarantine: row {}; because of {}",
						row, reason);
			}
		});
	}

	// What a batch costs is nearly the same for one entry and for many.
	private void gather() {
		try {
			if (this.running && this.committed.availablePermits() > 0) {
				this.committed.tryAcquire(ENOUGH, this.linger.toMillis(), TimeUnit.MILLISECONDS);
			}
			this.committed.drainPermits();
		}
		catch (InterruptedException ex) {
			// Nobody but stop() ends this thread.
			logger.debug("The relay was interrupted and goes on", LoggedFailure.of(ex));
		}
	}

	private void drain() throws SQLException {
		long after = this.front.begin();
		boolean more = true;
		while (more && this.worker.mayGoOn()) {
			List<Outbox.Row> moved = moveNext(after);
			more = isFull(moved);
			after = moved.isEmpty() ? after : moved.get(moved.size() - 1).id();
			this.front.moved(after);
			this.worker.status().progressed();
		}
		this.front.end();
	}

	// A connection for each batch: it may be the only one of the pool, and whoever waits
	// for it must not wait until a long backlog is worked off. What waits is of interest
	// above all where nothing can be moved.
	private List<Outbox.Row> moveNext(long after) throws SQLException {
		Backlog backlog = this.outbox.backlog();
		backlog.begins();
		List<Outbox.Row> moved = Transactions.withConnection(this.dataSource, (connection) -> {
			try {
				return move(connection, after);
			}
			finally {
				backlog.refresh(connection);
			}
		});
		backlog.moved();
		return moved;
	}

	private boolean isFull(List<Outbox.Row> rows) {
		return rows.size() == this.batchSize || rows.stream().mapToLong(Outbox.Row::bytes).sum() >= BATCH_BYTES;
	}

	/**
	 * Moves what was staged; when this returns it is in the ledger, whoever moved it, or
	 * in quarantine if the ledger refuses it.
	 * @param row the row, with those that came with it
	 * @param limits how long each may take
	 * @throws SQLException when the database refuses
	 */
	public void move(StagedRow row, TimeLimits limits) throws SQLException {
		move(row, limits, (use) -> Transactions.useConnection(this.dataSource, use));
	}

	/**
	 * Moves what was staged, over a given connection.
	 * @param connection a connection on which no transaction is open
	 * @param row the row, with those that came with it
	 * @param limits how long each may take
	 * @throws SQLException when the database refuses
	 */
	public void move(Connection connection, StagedRow row, TimeLimits limits) throws SQLException {
		move(row, limits, (use) -> use.with(connection));
	}

	private void move(StagedRow row, TimeLimits limits, Lender lender) throws SQLException {
		if (!movedTogether(row.id(), limits, lender)) {
			lender.lend((connection) -> moveOne(connection, limits, (own) -> takeOne(own, row.id())));
		}
		for (long further : row.further()) {
			lender.lend((connection) -> moveOne(connection, limits, (own) -> takeOne(own, further)));
		}
	}

	private boolean movedTogether(long row, TimeLimits limits, Lender lender) throws SQLException {
		try {
			return this.shared.move(row, limits.statement(), (rows) -> lender.lend((connection) -> this.statistics
				.delivered(Transactions.run(connection, limits, (own) -> appendAll(own, rows, limits)))));
		}
		catch (SQLException | RuntimeException ex) {
			if (!PermanentFailure.isFinal(ex)) {
				throw ex;
			}
			return false;
		}
	}

	// The right to append comes first, or the relay could append what follows before
	// this.
	private List<Entry> appendAll(Connection connection, List<Long> rows, TimeLimits limits) throws SQLException {
		ChainHead head = this.ledger.claim(connection);
		return append(connection, head, this.outbox.takeAll(connection, rows), limits);
	}

	private List<Outbox.Row> takeOne(Connection connection, long row) throws SQLException {
		this.ledger.claim(connection);
		return this.outbox.takeOne(connection, row);
	}

	// Each failure takes at least one row out of the way. It is not one of the worker,
	// which
	// would wait longer after each.
	private List<Outbox.Row> move(Connection connection, long after) throws SQLException {
		while (this.worker.mayGoOn()) {
			try {
				return take(connection, after);
			}
			catch (SQLException | RuntimeException ex) {
				if (!PermanentFailure.isFinal(ex)) {
					throw ex;
				}
				moveEach(connection, after);
			}
		}
		return List.of();
	}

	private List<Outbox.Row> take(Connection connection, long after) throws SQLException {
		Taken taken = Transactions.run(connection, this.limits, (own) -> {
			ChainHead head = this.ledger.claim(own);
			List<Outbox.Row> rows = this.outbox.take(own, after, this.batchSize, BATCH_BYTES);
			return new Taken(rows, append(own, head, rows, this.limits));
		});
		this.statistics.delivered(taken.entries());
		return taken.rows();
	}

	private List<Entry> append(Connection connection, @Nullable ChainHead head, List<Outbox.Row> rows,
			TimeLimits limits) throws SQLException {
		List<Entry> entries = new ArrayList<>(rows.size());
		rows.forEach((row) -> entries.addAll(this.outbox.read(row)));
		if (!entries.isEmpty()) {
			this.watcher.watch(entries.size(), () -> this.ledger.append(connection, head, entries, limits));
		}
		return entries;
	}

	// One bad row must not stop the others: go on one by one until it is set aside.
	private void moveEach(Connection connection, long after) throws SQLException {
		boolean appended = true;
		while (appended && this.worker.mayGoOn()) {
			appended = moveOne(connection, this.limits, (own) -> takeNext(own, after));
		}
	}

	// Here, too, the right to append comes first, or another relay could append what
	// follows before this.
	private List<Outbox.Row> takeNext(Connection connection, long after) throws SQLException {
		this.ledger.claim(connection);
		return this.outbox.take(connection, after, 1, BATCH_BYTES);
	}

	private boolean moveOne(Connection connection, TimeLimits limits,
			OwnTransaction.Work<List<Outbox.Row>, RuntimeException> source) throws SQLException {
		Moved moved = Transactions.run(connection, limits, (own) -> appendOrSetAside(own, limits, source));
		this.statistics.delivered(moved.entries());
		this.statistics.quarantined(moved.unknown());
		this.statistics.quarantined(moved.quarantined());
		return moved.appended();
	}

	private Moved appendOrSetAside(Connection connection, TimeLimits limits,
			OwnTransaction.Work<List<Outbox.Row>, RuntimeException> source) throws SQLException {
		Savepoint before = connection.setSavepoint();
		List<Outbox.Row> rows = source.run(connection);
		if (rows.isEmpty()) {
			return Moved.NOTHING;
		}
		try {
			return new Moved(true, append(connection, null, rows, limits), List.of(), 0);
		}
		catch (SQLException | RuntimeException ex) {
			if (!PermanentFailure.isFinal(ex)) {
				throw ex;
			}
			connection.rollback(before);
			return setAside(connection, rows.get(0), ex);
		}
	}

	private Moved setAside(Connection connection, Outbox.Row row, Exception refusal) throws SQLException {
		boolean unread = row.entries() == null;
		String reason = unread ? this.outbox.tooLarge(row) : PermanentFailure.reason(refusal);
		if (this.ledger.setAside(connection, row.id(), row.entries(), reason) == 0) {
			return Moved.NOTHING;
		}
		List<UUID> ids = row.ids();
		logger.error(
				"A row of audit_outbox was refused by the ledger and is now in audit_quarantine: row {}, {}; because of {}",
				row.id(), ids, unread ? reason : LoggedFailure.text(refusal));
		return new Moved(false, List.of(), ids, ids.isEmpty() ? 1 : 0);
	}

	@Override
	public void start() {
		this.running = true;
		this.worker.start();
	}

	/**
	 * Begins to stop, without waiting for the end.
	 */
	void beginStop() {
		this.running = false;
		this.committed.release(ENOUGH);
		this.worker.beginStop();
	}

	@Override
	public void stop() {
		beginStop();
		this.worker.stop();
	}

	@Override
	public boolean isRunning() {
		return this.worker.isRunning();
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	/**
	 * How the worker is doing.
	 * @return its live status
	 */
	public WorkerStatus status() {
		return this.worker.status();
	}

	/**
	 * Gives a connection to whoever uses it.
	 */
	@FunctionalInterface
	private interface Lender {

		void lend(Transactions.Use use) throws SQLException;

	}

	/**
	 * What was moved at once.
	 *
	 * @param rows the rows that were taken
	 * @param entries what they held
	 */
	private record Taken(List<Outbox.Row> rows, List<Entry> entries) {

	}

	/**
	 * What became of a row that was moved by itself.
	 *
	 * @param appended whether the ledger took it
	 * @param entries what it took
	 * @param quarantined which entries were refused
	 * @param unknown how many rows were refused of whose entries nobody knows how many
	 * they are
	 */
	private record Moved(boolean appended, List<Entry> entries, List<UUID> quarantined, int unknown) {

		static final Moved NOTHING = new Moved(false, List.of(), List.of(), 0);

	}

}
