/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.sql.Connection;
import java.util.function.Consumer;

import io.auditspring.capture.internal.entry.UnsavedWork;
import io.auditspring.capture.internal.mapping.CompletionCallbacks;
import io.auditspring.capture.internal.state.SessionFactoryExtension;
import io.auditspring.database.internal.BoundConnections;
import org.hibernate.FlushMode;
import org.hibernate.engine.spi.PersistenceContext;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.EventSource;
import org.hibernate.resource.transaction.spi.TransactionStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.support.DataAccessUtils;
import org.springframework.dao.support.PersistenceExceptionTranslator;
import org.springframework.orm.jpa.vendor.HibernateJpaDialect;

/**
 * Hibernate's session of one business transaction, if it has one.
 */
final class TransactionSession {

	private static final PersistenceExceptionTranslator TRANSLATOR = new HibernateJpaDialect();

	private final BoundConnections bound;

	/** The one whose transaction this is, until that is over. */
	private @Nullable SharedSessionContractImplementor own;

	/** Whether it tells when it is about to commit. */
	private boolean watched;

	/** Whose callbacks are all due to flushes made here, and what follows them. */
	private @Nullable EventSource stirred;

	private boolean flushing;

	TransactionSession(BoundConnections bound) {
		this.bound = bound;
		this.own = running(bound);
	}

	/**
	 * The session of this thread whose transaction is running.
	 * @param bound what the thread has bound
	 * @return it, or {@code null}
	 */
	static @Nullable SharedSessionContractImplementor running(BoundConnections bound) {
		return bound.session((holder, session) -> session.isTransactionInProgress());
	}

	/**
	 * The session of this thread whose transaction is over, though it has not been taken
	 * from the thread yet.
	 * @param bound what the thread has bound
	 * @return it, or {@code null}
	 */
	static @Nullable SharedSessionContractImplementor ended(BoundConnections bound) {
		return bound
			.session((holder, session) -> holder.isSynchronizedWithTransaction() && !session.isTransactionInProgress());
	}

	/**
	 * The session of this thread that has no transaction, such as one that is open while
	 * a request is answered.
	 * @param bound what the thread has bound
	 * @return it, or {@code null}
	 */
	static @Nullable SharedSessionContractImplementor idle(BoundConnections bound) {
		return bound.session(
				(holder, session) -> !holder.isSynchronizedWithTransaction() && !session.isTransactionInProgress());
	}

	/**
	 * The session, which may have come later than the transaction.
	 * @return it, or {@code null} where there is none
	 */
	@Nullable SharedSessionContractImplementor current() {
		return isInProgress() ? this.own : running(this.bound);
	}

	// To copy all synchronizations would take long where there are thousands. While the
	// application ends, a session whose factory is closed already says that it is closed
	// itself, though its transaction goes on and may be committed.
	boolean isInProgress() {
		return this.own != null && (this.own.isTransactionInProgress()
				|| (this.own.getFactory().isClosed() && this.own.getTransactionCoordinator().isTransactionActive()));
	}

	/**
	 * The session whose transaction another one takes part in.
	 * @param session the other one, or the same
	 * @return it, or {@code null} if the other one has a transaction of its own
	 */
	@Nullable SharedSessionContractImplementor around(SharedSessionContractImplementor session) {
		SharedSessionContractImplementor main = (session == this.own) ? session : current();
		return (session == main || (main != null && isConnected(main) && connection(session) == connection(main)))
				? main : null;
	}

	private static boolean isConnected(SharedSessionContractImplementor session) {
		return session.getJdbcCoordinator().getLogicalConnection().isPhysicallyConnected();
	}

	static Connection connection(SharedSessionContractImplementor session) {
		return session.getJdbcCoordinator().getLogicalConnection().getPhysicalConnection();
	}

	/**
	 * Begins to watch for the commit.
	 * @param session the session
	 * @param beforeCommit what to do at the last moment before it
	 */
	void watch(SharedSessionContractImplementor session, Consumer<SharedSessionContractImplementor> beforeCommit) {
		this.watched = true;
		SessionEnd.watch(session, beforeCommit, (committed) -> this.watched = false);
	}

	/**
	 * Whether somebody watches for the commit.
	 * @return {@code false} where none is to come, or nobody has begun to watch
	 */
	boolean isWatched() {
		return this.watched;
	}

	/**
	 * Flushes, which tells the changes of a call from those around it. Not where a
	 * callback of Hibernate makes the call: a flush within a flush runs statements twice,
	 * or never ends.
	 * @return {@code false} in that case: nothing is told apart
	 */
	boolean flush() {
		if (!(current() instanceof EventSource stateful) || !isFlushed(stateful)) {
			return true;
		}
		if (this.flushing || isAtWork(stateful)) {
			return false;
		}
		this.flushing = true;
		try {
			flush(stateful);
		}
		finally {
			this.flushing = false;
		}
		return true;
	}

	private static boolean isFlushed(EventSource session) {
		return session.isOpen() && session.getHibernateFlushMode() != FlushMode.MANUAL;
	}

	/**
	 * Flushes the sessions of other persistence units whose changes are counted: they are
	 * to be counted while it is known whose they are, and before they are told.
	 */
	void flushElsewhere() {
		for (SharedSessionContractImplementor session : this.bound.sessionsElsewhere()) {
			if (session instanceof EventSource stateful && isFlushed(stateful) && !isAtWork(stateful)
					&& isActive(stateful)
					&& stateful.getFactory().getProperties().containsKey(SessionFactoryExtension.SETTING)) {
				try {
					stateful.flush();
				}
				catch (RuntimeException ex) {
					throw translated(ex);
				}
			}
		}
	}

	// As the caller would see it from the commit, which would have flushed.
	private static RuntimeException translated(RuntimeException failure) {
		return DataAccessUtils.translateIfNecessary(failure, TRANSLATOR);
	}

	private static boolean isAtWork(EventSource session) {
		PersistenceContext context = session.getPersistenceContextInternal();
		return context.isFlushing() || context.getCascadeLevel() > 0 || !context.isLoadFinished();
	}

	private void flush(EventSource session) {
		boolean calm = !session.getActionQueue().hasBeforeTransactionActions();
		try {
			session.flush();
		}
		catch (RuntimeException ex) {
			throw translated(ex);
		}
		if (calm && session.getActionQueue().hasBeforeTransactionActions()) {
			this.stirred = session;
		}
	}

	/**
	 * Looks what waits to be flushed.
	 * @return that, or {@code null} where nothing does
	 */
	@Nullable UnsavedWork unsaved() {
		if (!(current() instanceof EventSource stateful) || !isFlushed(stateful) || isAtWork(stateful)
				|| !isActive(stateful)) {
			return null;
		}
		UnsavedWork work = UnsavedWork.of(stateful, UnsavedWork.Cause.BROKEN_OFF);
		return work.isEmpty() ? null : work;
	}

	// Not marked to be rolled back.
	private static boolean isActive(SharedSessionContractImplementor session) {
		return session.getTransactionCoordinator()
			.getTransactionDriverControl()
			.getStatus() == TransactionStatus.ACTIVE;
	}

	/**
	 * Says that the transaction is over. If it was rolled back, Envers has left a
	 * callback in the session that it would not have left without a flush made here:
	 * Hibernate complains of it in the application's log, or runs it in the next
	 * transaction.
	 * @param rolledBack whether it was
	 */
	void isOver(boolean rolledBack) {
		// It may have another transaction later (open in view).
		this.own = null;
		if (rolledBack && this.stirred != null && this.stirred.isOpen()) {
			CompletionCallbacks.discard(this.stirred);
		}
	}

}
