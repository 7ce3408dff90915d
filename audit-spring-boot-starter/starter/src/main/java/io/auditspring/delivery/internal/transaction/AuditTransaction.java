/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.sql.Connection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import io.auditspring.capture.internal.entry.Operation;
import io.auditspring.capture.internal.entry.UnsavedWork;
import io.auditspring.capture.internal.state.EntityChange;
import io.auditspring.capture.internal.state.UnreadChange;
import io.auditspring.database.internal.BoundConnections;
import org.hibernate.FlushMode;
import org.hibernate.engine.spi.EntityKey;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.EventSource;
import org.jspecify.annotations.Nullable;

import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The audit side of one business transaction. It knows which calls belong to it, has
 * their entries staged at the last moment before the commit, and sees to what must be
 * recorded when it is over.
 * <p>
 * With Hibernate the last moment is the session's, for two reasons: Spring's
 * {@code beforeCommit} comes before the flush that finds out what changed, and Envers
 * writes its rows, and with them the revision, in a callback of the session.
 */
public final class AuditTransaction implements TransactionSynchronization {

	private final Object key;

	private final BoundConnections bound;

	private final TransactionEntries entries;

	private final TransactionSession session;

	/** Whether what Spring calls committed may still be rolled back. */
	private final BooleanSupplier undecided;

	private final boolean readOnly;

	/** Calls of others. Most transactions have none, as a call began them. */
	private Map<@Nullable Operation, Guest> guests = Collections.emptyMap();

	private final BrokenOffCalls brokenOff = new BrokenOffCalls();

	private @Nullable OwningCall owner;

	/** Whether a plain connection is about to commit, and others still do something. */
	private boolean stagesAtOnce;

	/** Whether its manager tells when it is about to commit. */
	private boolean managed;

	private boolean committing;

	private boolean suspended;

	/** Whether it is known to be committed. */
	private boolean committed;

	/** A manager of JTA may end it on another thread, as when its time is up. */
	private volatile boolean over;

	/** Why what was done in it is not there, or {@code null} while it may be. */
	private volatile @Nullable String lost;

	/**
	 * Creates it.
	 * @param key finds the one that belongs to a thread
	 * @param bound the sessions and connections of the thread
	 * @param entries takes what is to be recorded
	 * @param undecided whether what Spring calls committed may still be rolled back
	 * @param readOnly whether nothing can be written in it
	 * @param committed whether nothing undoes what is written: it joined one that is over
	 */
	AuditTransaction(Object key, BoundConnections bound, TransactionEntries entries, BooleanSupplier undecided,
			boolean readOnly, boolean committed) {
		this.key = key;
		this.bound = bound;
		this.entries = entries;
		this.session = new TransactionSession(bound);
		this.undecided = undecided;
		this.readOnly = readOnly;
		this.committed = committed;
	}

	/**
	 * Whether this is the transaction that runs on this thread. That it is bound to the
	 * thread does not say so: listeners run while the resources of a transaction that is
	 * over are still there, and begin others.
	 * @return {@code false} if it is over
	 */
	boolean isRunning() {
		return !this.over && TransactionSynchronizationManager.isSynchronizationActive()
				&& (isInProgress() || TransactionSynchronizationManager.getSynchronizations().contains(this));
	}

	boolean isInProgress() {
		return this.session.isInProgress();
	}

	/**
	 * The session that writes nothing of what it is told, as Spring has it in a
	 * transaction that only reads.
	 * @return it, or {@code null} where it writes, or is none of Hibernate's that keep
	 * entities
	 */
	@Nullable EventSource unwriting() {
		return (this.readOnly && this.session.current() instanceof EventSource stateful
				&& stateful.getHibernateFlushMode() == FlushMode.MANUAL) ? stateful : null;
	}

	/**
	 * Says that the transaction begins and ends with an audited call. What Hibernate
	 * finds changed when the call has ended belongs to it.
	 * @param operation the call
	 * @param afterCompletion where to leave what is to be delivered after the
	 * transaction, if the call sees to it: by then the connection is free again, and the
	 * reason of a failure is known. With {@code null} it is delivered at once
	 */
	public void ownedBy(Operation operation, @Nullable AfterCompletion afterCompletion) {
		if (operation.capturesState()) {
			// Before it is the owner: what is left in other units is not its own.
			this.session.flushElsewhere();
		}
		this.owner = new OwningCall(operation, afterCompletion);
	}

	// What another unit has changed concerns the owner only, if anybody.
	private void flushElsewhere() {
		if (this.owner != null && this.owner.operation().capturesState()) {
			this.session.flushElsewhere();
		}
	}

	/**
	 * Says that an audited call runs within this transaction, which somebody else began.
	 * A flush now, and another one when it has ended, tells its changes from those around
	 * it. Where there is none, as the call leaves no state, no entry, or Hibernate cannot
	 * bear it, all changes belong to the call around it.
	 * @param operation the call
	 * @param around the call that is running on this thread so far, or {@code null}
	 * @param saves whether changes of before that are not flushed yet are to be its own,
	 * unless a call around it has made them
	 */
	public void joinedBy(Operation operation, @Nullable Operation around, boolean saves) {
		Operation responsible = responsible(around);
		boolean within = responsible != null && responsible.capturesState();
		boolean own = operation.capturesState() && !(within && operation.isSkipped());
		if (own && (within || !saves)) {
			this.session.flushElsewhere();
			own = this.session.flush();
			this.entries.closeUnattributed();
		}
		if (this.guests.isEmpty()) {
			this.guests = new HashMap<>(1);
		}
		this.guests.put(operation, new Guest(own, within ? responsible : null));
	}

	/**
	 * Says that a call that {@linkplain #joinedBy joined} this transaction is about to
	 * return.
	 * @param operation the call
	 */
	public void leftBy(Operation operation) {
		if (this.guests.getOrDefault(operation, Guest.OTHER).own()) {
			this.session.flushElsewhere();
			this.session.flush();
		}
	}

	/**
	 * Says that a call that {@linkplain #joinedBy joined} this transaction is about to
	 * throw. Who catches that may write what the call left to be flushed, or throw it
	 * away; a flush here would write it anyway.
	 * @param operation the call
	 */
	public void brokenOffBy(Operation operation) {
		UnsavedWork left = this.guests.getOrDefault(operation, Guest.OTHER).own() ? this.session.unsaved() : null;
		if (left != null) {
			this.brokenOff.add(operation, left);
		}
	}

	/**
	 * Says that a call has ended and leaves no entry. What it changed belongs to the one
	 * around it.
	 * @param operation the call
	 */
	public void leftOut(Operation operation) {
		Operation around = this.guests.getOrDefault(operation, Guest.OTHER).around();
		if (around != null) {
			this.entries.handOver(operation, around);
		}
		this.brokenOff.remove(operation);
	}

	/**
	 * Takes the entries of earlier attempts at a call that is made once more within this
	 * transaction. They are part of it, so that they come first and need no connection of
	 * their own; if it is rolled back they follow it.
	 * @param attempts what they left
	 */
	public void follows(AfterCompletion attempts) {
		this.entries.follow(attempts);
	}

	/**
	 * Adds an operation that has ended.
	 * @param ending how it ended
	 * @return {@code false} if the transaction ended before it, so that the entry is not
	 * taken
	 */
	public boolean add(CompletedOperation ending) {
		synchronized (this.entries) {
			String lost = this.lost;
			if (this.over && lost != null) {
				ending.operation().undo(lost);
			}
			if (this.over) {
				return false;
			}
			this.entries.end(ending);
		}
		if (ending.suppressed()) {
			leftOut(ending.operation());
		}
		SharedSessionContractImplementor session = this.session.current();
		if (session != null && !this.session.isWatched() && !this.readOnly) {
			// Not later: beforeCommit is not called for one who comes while others are.
			stageAtTheEndOf(session);
		}
		else if (this.stagesAtOnce) {
			stageInConnection();
		}
		return true;
	}

	/**
	 * Says that a call within this transaction has returned, while its result is still to
	 * come. Should the transaction be rolled back, the call has not succeeded, whatever
	 * the result.
	 * @param operation the call
	 */
	public void awaits(Operation operation) {
		this.entries.await(operation);
	}

	/**
	 * Takes a call whose result has come while this transaction is running. Whoever waits
	 * for the result may be this transaction, so its entry needs no connection of its
	 * own: it is part of this transaction, and if that is rolled back, it follows. May be
	 * called by any thread.
	 * @param ending how the call ended
	 * @param part the part of it that ran within this transaction and is undone with it,
	 * or {@code null} where it did all it did elsewhere
	 * @return {@code false} if the transaction is over, so that the entry is not taken
	 */
	public boolean arrived(CompletedOperation ending, @Nullable Operation part) {
		return this.entries.arrived(ending, part);
	}

	/**
	 * Whether changes in it are a call's, even if none is running.
	 * @return whether a call began it, or one that threw has left some
	 */
	boolean isOfCalls() {
		return this.owner != null || this.brokenOff.areAny();
	}

	/**
	 * Adds what Hibernate changed.
	 * @param running the call that is running on this thread, or {@code null}
	 * @param change what became of the entity
	 * @param session the session that wrote it
	 * @param revision gives Envers' revision number later, or {@code null}
	 * @return whether it was changed within this transaction, and not in one that the
	 * session has of its own
	 */
	boolean changed(@Nullable Operation running, EntityChange change, SharedSessionContractImplementor session,
			@Nullable Supplier<@Nullable Long> revision) {
		SharedSessionContractImplementor main = this.session.around(session);
		if (main != null && this.entries.add(responsible(running, change.key(), session), change)
				&& this.entries.isRevisedBy(revision)) {
			stageAtTheEndOf(main);
		}
		return main != null;
	}

	/**
	 * Adds that Hibernate changed an entity once more.
	 * @param running the call that is running on this thread, or {@code null}
	 * @param key which entity
	 * @param type the kind of entity as entries show it
	 * @param change what is to be read of it later
	 * @param session the session that wrote it
	 * @return {@code false} if it has to be read now
	 */
	boolean changedAgain(@Nullable Operation running, EntityKey key, String type, UnreadChange change,
			SharedSessionContractImplementor session) {
		return this.entries.addAgain(responsible(running, key, session), key, type, change);
	}

	/**
	 * Says that a flush of Hibernate is over.
	 */
	void flushed() {
		this.brokenOff.flushed();
		this.entries.readAll();
	}

	/**
	 * Whether what a session writes is written within this transaction.
	 * @param session the session
	 * @return {@code false} if it has a transaction of its own
	 */
	boolean includes(SharedSessionContractImplementor session) {
		return this.session.around(session) != null;
	}

	/**
	 * Adds that Hibernate changed an entity whose state is not captured.
	 * @param running the call that is running on this thread, or {@code null}
	 * @param key which entity
	 * @param type the kind of entity as entries show it
	 * @param session the session that wrote it
	 * @return whether it was changed within this transaction, and not in one that the
	 * session has of its own
	 */
	boolean changedWithoutState(@Nullable Operation running, EntityKey key, String type,
			SharedSessionContractImplementor session) {
		boolean within = includes(session);
		if (within) {
			this.entries.addWithoutState(responsible(running, key, session), key, type);
		}
		return within;
	}

	/**
	 * The call that a change belongs to. The one that runs on this thread may belong to a
	 * transaction around this one.
	 * @param running that one, or {@code null}
	 * @return the call, or {@code null} where the change is nobody's
	 */
	@Nullable Operation responsible(@Nullable Operation running) {
		Guest guest = this.guests.get(running);
		if (guest != null) {
			return guest.own() ? running : guest.around();
		}
		return (this.owner != null) ? this.owner.operation() : running;
	}

	// A call that threw, if what it left is written as it was.
	private @Nullable Operation responsible(@Nullable Operation running, EntityKey key,
			SharedSessionContractImplementor session) {
		Operation responsible = this.brokenOff.responsible(key, session);
		return (responsible != null) ? responsible : responsible(running);
	}

	@Override
	public void savepoint(Object savepoint) {
		this.entries.savepoint(savepoint);
	}

	@Override
	public void savepointRollback(Object savepoint) {
		this.entries.rollBackTo(savepoint);
	}

	/**
	 * Says that something else than what this transaction is about was rolled back, in
	 * which calls ran that belong to this one.
	 * @param savepoint when that began
	 * @param before what began earlier, and counts where nothing was known of the other
	 */
	void undoneElsewhere(Object savepoint, Object before) {
		this.entries.undoneElsewhere(savepoint, before);
	}

	/**
	 * Says that the manager of the transaction tells when it is about to commit, later
	 * than synchronizations do.
	 */
	void isManaged() {
		this.managed = true;
	}

	/**
	 * Says that nothing comes before the commit any more.
	 */
	void beforeManagedCommit() {
		if (!this.over && !this.readOnly && this.session.current() == null) {
			stageInConnection();
		}
	}

	private boolean stageInConnection() {
		Connection connection = this.bound.ofTransaction();
		if (connection != null) {
			flushElsewhere();
			this.entries.stage(connection);
		}
		return connection != null;
	}

	@Override
	public void beforeCommit(boolean readOnly) {
		this.committing = true;
		if (readOnly) {
			// Nothing can be written in it: its entries follow when it is over.
			return;
		}
		SharedSessionContractImplementor session = this.session.current();
		if (session != null) {
			flushElsewhere();
			stageAtTheEndOf(session);
		}
		else if (!this.managed) {
			this.stagesAtOnce = stageInConnection();
		}
		// Else the transaction is on another database: its entries follow when it is
		// over.
	}

	@Override
	public void beforeCompletion() {
		this.stagesAtOnce = false;
		if (this.committing && !isSettledByItsCall()) {
			// What is thrown after the commit reaches the caller; after the completion it
			// does not. Registered last, so that nobody's callback is left out then.
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void afterCommit() {
					if (AuditTransaction.this.committed) {
						AuditTransaction.this.entries.settleCommitted();
					}
				}

			});
		}
	}

	@Override
	public void afterCommit() {
		this.committed = this.committed || !this.undecided.getAsBoolean();
	}

	private boolean isSettledByItsCall() {
		return this.owner != null && this.owner.afterCompletion() != null;
	}

	private void stageAtTheEndOf(SharedSessionContractImplementor session) {
		if (!this.session.isWatched()) {
			this.session.watch(session, this::stageIn);
		}
	}

	// A session may outlive its transaction (open in view).
	private void stageIn(SharedSessionContractImplementor session) {
		if (!this.over) {
			this.entries.stage(TransactionSession.connection(session));
		}
	}

	/**
	 * Makes it the one of this thread, instead of one that is over.
	 */
	void bind() {
		TransactionSynchronizationManager.unbindResourceIfPossible(this.key);
		TransactionSynchronizationManager.bindResource(this.key, this);
	}

	private boolean unbind() {
		boolean bound = TransactionSynchronizationManager.getResource(this.key) == this;
		if (bound) {
			TransactionSynchronizationManager.unbindResource(this.key);
		}
		return bound;
	}

	@Override
	public void suspend() {
		this.suspended = unbind();
	}

	@Override
	public void resume() {
		if (this.suspended) {
			bind();
		}
	}

	@Override
	public void afterCompletion(int status) {
		AfterCompletion rest;
		synchronized (this.entries) {
			this.over = true;
			unbind();
			this.session.isOver(status != STATUS_COMMITTED);
			// Of what joined a transaction that was over Spring says in the end that it
			// does not know.
			rest = this.entries.over(status == STATUS_COMMITTED || this.committed);
			if (this.committing && status == STATUS_UNKNOWN) {
				rest.unanswered();
			}
			this.lost = this.entries.isCommitted() ? null : rest.reason();
		}
		AfterCompletion own = (this.owner != null) ? this.owner.afterCompletion() : null;
		if (own != null && !own.isSettled()) {
			// The call sees to it when its connection is free. With JTA it may have
			// returned long before.
			own.addAll(rest);
		}
		else if (status != STATUS_COMMITTED && this.undecided.getAsBoolean()) {
			// A pool of JTA gives no connection until what was rolled back has left the
			// thread.
			rest.keep(null);
		}
		else {
			rest.settle(null);
		}
	}

	/**
	 * A call of others.
	 *
	 * @param own whether what changes while it runs belongs to it
	 * @param around the call around it that captures state, or {@code null}
	 */
	private record Guest(boolean own, @Nullable Operation around) {

		static final Guest OTHER = new Guest(false, null);

	}

	private record OwningCall(Operation operation, @Nullable AfterCompletion afterCompletion) {

	}

}
