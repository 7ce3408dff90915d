/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import javax.sql.DataSource;

import io.auditspring.AuditDeliveryException;
import io.auditspring.Delivery;
import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.database.internal.BoundConnections;
import io.auditspring.database.internal.NoConnectionException;
import io.auditspring.database.internal.OutboxDatabases;
import io.auditspring.database.internal.StagedRow;
import io.auditspring.database.internal.TimeLimits;
import io.auditspring.database.internal.Transactions;
import io.auditspring.delivery.internal.buffer.AsyncBuffer;
import io.auditspring.delivery.internal.outbox.InDoubtEntries;
import io.auditspring.delivery.internal.outbox.Outbox;
import io.auditspring.delivery.internal.outbox.Relay;
import io.auditspring.delivery.internal.outbox.Relays;
import io.auditspring.delivery.internal.outbox.TransactionOutcomes;
import io.auditspring.delivery.internal.transaction.Handover;
import io.auditspring.delivery.internal.transaction.TransactionOutcome;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.delivery.internal.worker.Outage;
import io.auditspring.delivery.internal.worker.PermanentFailure;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.UnknownOutcomeException;
import io.auditspring.ledger.internal.thread.Uninterrupted;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands entries over in the way each {@link Delivery} mode promises, and lets the
 * business call feel a failure as the {@link FailurePolicy} says.
 */
final class EntryDelivery implements Handover {

	private static final Logger logger = LoggerFactory.getLogger(EntryDelivery.class);

	/** Pooled connections that the server has closed show only when they are used. */
	private static final int ATTEMPTS = 3;

	/**
	 * PostgreSQL manual, appendix A: in_failed_sql_transaction,
	 * idle_in_transaction_session_timeout, transaction_timeout.
	 */
	private static final Set<String> BROKEN = Set.of("25P02", "25P03", "25P04");

	/** Who is refused sooner may as well try by themselves. */
	private static final Duration LONG = Duration.ofSeconds(1);

	private final DataSource dataSource;

	private final BoundConnections bound;

	private final HeldConnection held;

	private final Outbox outbox;

	private final TransactionOutcomes transactionOutcomes;

	private final OutboxDatabases databases;

	private final Relays relays;

	private final AsyncBuffer buffer;

	private final FailurePolicy policy;

	private final TimeLimits limits;

	private final DeliveryStatistics statistics;

	private volatile @Nullable Refusal refusal;

	private final Outage outage = new Outage(logger, "Audit entries could not be stored where they belong");

	EntryDelivery(DataSource dataSource, OutboxDatabases databases, Outbox outbox,
			TransactionOutcomes transactionOutcomes, Relays relays, AsyncBuffer buffer, FailurePolicy policy,
			Duration timeout, DeliveryStatistics statistics) {
		this.dataSource = dataSource;
		this.bound = new BoundConnections(dataSource);
		this.held = new HeldConnection(this.bound);
		this.databases = databases;
		this.outbox = outbox;
		this.transactionOutcomes = transactionOutcomes;
		this.relays = relays;
		this.buffer = buffer;
		this.policy = policy;
		this.limits = TimeLimits.within(timeout);
		this.statistics = statistics;
	}

	@Override
	public DataSource dataSource() {
		return this.dataSource;
	}

	@Override
	public BoundConnections bound() {
		return this.bound;
	}

	/**
	 * Stages entries in a business transaction that is about to commit.
	 * @param connection the transaction's connection
	 * @param entries the entries, at least one
	 * @return their row, or {@code null} if they could not be staged and the transaction
	 * may go on without them; they are to be delivered when it has committed
	 */
	@Override
	public @Nullable StagedRow stage(Connection connection, List<Entry> entries) {
		try {
			StagedRow row = (this.policy == FailurePolicy.PROPAGATE) ? this.outbox.stageInTime(connection, entries)
					: stageWithSavepoint(connection, entries);
			if (this.outage.isOn()) {
				this.outage.over(place(connection));
			}
			return row;
		}
		catch (SQLException | RuntimeException ex) {
			if (isOfTheTransaction(ex)) {
				// Under any policy: the driver commits what was aborted without a word,
				// though nothing of it is there then.
				throw new AuditDeliveryException("The transaction failed before its audit entries could be staged", ex);
			}
			failed(entries.size(), place(connection), ex);
			return null;
		}
	}

	// Not by methods of the connection: that of an XA transaction lets nobody roll back.
	private StagedRow stageWithSavepoint(Connection connection, List<Entry> entries) throws SQLException {
		// A failed statement would take the business transaction with it.
		execute(connection, "savepoint audit_starter");
		try {
			StagedRow row = this.outbox.stageInTime(connection, entries);
			execute(connection, "release savepoint audit_starter");
			return row;
		}
		catch (SQLException | RuntimeException ex) {
			try {
				execute(connection, "rollback to savepoint audit_starter");
			}
			catch (SQLException undone) {
				ex.addSuppressed(undone);
			}
			throw ex;
		}
	}

	private static void execute(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	// Somebody's statement failed before, or the session is gone. It cannot be committed,
	// which is no fault of the trail's.
	private static boolean isOfTheTransaction(Exception failure) {
		String state = (failure instanceof SQLException sql) ? sql.getSQLState() : null;
		return state != null && (BROKEN.contains(state) || state.startsWith("08") || state.startsWith("57P"));
	}

	// Where there are several databases, one that works says nothing of another.
	private String place(Connection connection) {
		try {
			return this.databases.areSeveral() ? connection.getMetaData().getURL() : "";
		}
		catch (SQLException | RuntimeException ex) {
			logger.debug("It cannot be told where a connection leads to", LoggedFailure.of(ex));
			return "";
		}
	}

	/**
	 * Says that a business transaction with staged entries has committed.
	 * @param row the row of one of them, or {@code null} if none were staged
	 * @param transactional how many of them need only be staged
	 * @param chained how many of them must reach the ledger before the call returns
	 */
	@Override
	public void committed(@Nullable StagedRow row, int transactional, int chained) {
		this.statistics.recorded(Delivery.TRANSACTIONAL, transactional);
		this.statistics.recorded(Delivery.SYNC, chained);
		this.statistics.staged(transactional + chained);
		this.relays.wake(row);
	}

	/**
	 * Delivers an asynchronous entry if nobody has to wait for that.
	 * @param entry the entry
	 * @return whether it is taken care of
	 */
	@Override
	public boolean offer(Entry entry) {
		boolean taken = this.buffer.offer(entry);
		this.statistics.recorded(Delivery.ASYNC, taken ? 1 : 0);
		return taken;
	}

	/**
	 * Delivers entries that no transaction carries. What cannot be stored is kept, and
	 * tried again, whatever the caller is told.
	 * @param mode how
	 * @param entries the entries
	 * @param mayWait whether the caller may wait for room in the buffer
	 * @param since when they were there, by the JVM's clock
	 */
	@Override
	public void deliver(Delivery mode, List<Entry> entries, boolean mayWait, long since) {
		this.statistics.recorded(mode, entries.size());
		List<Entry> left = new ArrayList<>(entries);
		try {
			if (mode == Delivery.ASYNC) {
				left.removeIf(this.buffer::offer);
			}
			if (left.isEmpty()) {
				return;
			}
			deliver(mode, left, this.held.find(), mayWait, since);
		}
		catch (SQLException | RuntimeException ex) {
			int unstored = left.size();
			this.buffer.keep(left);
			failed(unstored, ex);
		}
		catch (Error ex) {
			// As of memory: it goes on to whoever called, and the entries stay.
			this.buffer.keep(left);
			throw ex;
		}
	}

	@Override
	public void keep(Delivery mode, List<Entry> entries) {
		this.statistics.recorded(mode, entries.size());
		this.buffer.keep(entries);
	}

	private void deliver(Delivery mode, List<Entry> left, @Nullable Connection connection, boolean mayWait, long since)
			throws SQLException {
		if (mode == Delivery.ASYNC) {
			left.removeIf((entry) -> this.buffer.add(entry, mayWait && connection == null));
		}
		if (!left.isEmpty()) {
			StagedRow row = Uninterrupted.call(() -> store(left, connection, since));
			if (row != null && mode == Delivery.SYNC) {
				move(row, connection);
			}
			this.relays.wake(row);
		}
	}

	/**
	 * Moves staged entries to the ledger, and returns when they are there.
	 * @param row their row
	 */
	@Override
	public void relayNow(StagedRow row) {
		try {
			move(row, this.held.find());
		}
		catch (SQLException | RuntimeException ex) {
			// Staged and committed they are not lost; only the promise to have them
			// chained by now is broken.
			failed(0, ex);
		}
	}

	private void move(StagedRow row, @Nullable Connection connection) throws SQLException {
		Uninterrupted.call(() -> {
			moveOnce(row, connection);
			return true;
		});
	}

	// The thread may be routed to another database by now than when it staged the row.
	private void moveOnce(StagedRow row, @Nullable Connection connection) throws SQLException {
		Relay relay = this.relays.of(row);
		if (connection != null && this.databases.leadsTo(connection, row)) {
			relay.move(connection, row, this.limits);
		}
		else {
			relay.move(row, this.limits);
		}
	}

	/**
	 * What became of a transaction that staged entries, as far as that can be known over
	 * its own connection. To take another one here could wait for ever.
	 * @param row what it staged
	 * @return what is known
	 */
	@Override
	public TransactionOutcome transactionOutcome(StagedRow row) {
		try {
			Connection connection = this.held.find();
			return (connection != null) ? this.transactionOutcomes.transactionOutcome(connection, row)
					: TransactionOutcome.UNKNOWN;
		}
		catch (SQLException | RuntimeException ex) {
			logger.debug("It could not be found out yet whether a transaction was committed", LoggedFailure.of(ex));
			return TransactionOutcome.UNKNOWN;
		}
	}

	@Override
	public void deliverInDoubt(StagedRow row, boolean committed, List<Entry> entries) {
		this.buffer.keep(new InDoubtEntries(row, committed, entries));
	}

	/**
	 * Stores entries in a transaction of their own.
	 * @param left the entries; they leave the list when they are stored, or when it must
	 * be found out whether they are
	 * @param connection a connection to use first, or {@code null}
	 * @param since when they were there, by the JVM's clock
	 * @return their row, or {@code null} if it is not known to be there
	 * @throws SQLException when the database takes nothing
	 */
	private @Nullable StagedRow store(List<Entry> left, @Nullable Connection connection, long since)
			throws SQLException {
		for (int attempt = 1;; attempt++) {
			Connection held = (attempt == 1) ? connection : null;
			long begun = System.nanoTime();
			try {
				requireConnections(held, since);
				StagedRow row = storeOnce(left, held);
				this.statistics.staged(left.size());
				left.clear();
				this.refusal = null;
				this.outage.over();
				return row;
			}
			catch (NoConnectionException ex) {
				if (System.nanoTime() - begun > LONG.toNanos()) {
					remember(new Refusal(begun, ex));
				}
				throw ex;
			}
			catch (SQLException ex) {
				if (attempt == ATTEMPTS || PermanentFailure.isFinal(ex)
						|| !(isOfTheConnection(ex) || (held != null && isOfTheSession(ex)))) {
					throw ex;
				}
			}
		}
	}

	// Who waited in a queue while somebody else tried in vain has tried, too: else the
	// last one in it would wait as many times as there are others.
	private void requireConnections(@Nullable Connection held, long since) throws NoConnectionException {
		Refusal last = this.refusal;
		if (held == null && last != null && last.begun() - since > 0) {
			throw last.failure();
		}
	}

	private synchronized void remember(Refusal refused) {
		Refusal last = this.refusal;
		if (last == null || refused.begun() - last.begun() > 0) {
			this.refusal = refused;
		}
	}

	/**
	 * An attempt that got no connection.
	 *
	 * @param begun when it began, by the JVM's clock
	 * @param failure what it ended with
	 */
	private record Refusal(long begun, NoConnectionException failure) {

	}

	private StagedRow storeOnce(List<Entry> left, @Nullable Connection connection) throws SQLException {
		List<StagedRow> staged = new ArrayList<>(1);
		OwnTransaction.Work<StagedRow, RuntimeException> work = (own) -> {
			StagedRow row = this.outbox.stage(own, left);
			staged.add(row);
			return row;
		};
		try {
			return (connection != null) ? Transactions.run(connection, this.limits, work)
					: Transactions.run(this.databases.main().dataSource(), this.limits, work);
		}
		catch (UnknownOutcomeException ex) {
			this.statistics.failed(left.size(), ex);
			deliverInDoubt(staged.get(0).counted(), false, List.copyOf(left));
			left.clear();
			throw ex;
		}
	}

	// Another connection helps where the one was bad; what may be stored is not stored
	// again.
	private static boolean isOfTheConnection(SQLException failure) {
		String state = failure.getSQLState();
		return !(failure instanceof UnknownOutcomeException) && state != null && (state.startsWith("08")
				|| state.startsWith("57P") || state.startsWith("25") || state.startsWith("40"));
	}

	// Such as its role, or the schema that somebody chose for it.
	private static boolean isOfTheSession(SQLException failure) {
		String state = failure.getSQLState();
		return !(failure instanceof UnknownOutcomeException) && state != null
				&& (state.startsWith("42") || state.startsWith("3") || state.startsWith("0A"));
	}

	private void failed(int entries, Exception failure) {
		failed(entries, "", failure);
	}

	private void failed(int entries, String place, Exception failure) {
		this.statistics.failed(entries, failure);
		this.outage.failed(place, failure);
		if (this.policy == FailurePolicy.PROPAGATE) {
			throw new AuditDeliveryException("The audit trail could not be kept", failure);
		}
	}

}
