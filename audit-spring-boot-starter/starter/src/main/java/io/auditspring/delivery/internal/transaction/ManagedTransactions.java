/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.jta.JtaTransactionManager;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.ResourceTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Knows which transactions are running on a thread, one within another. Synchronizations
 * do not tell: a second manager suspends those of the first, whose transaction goes on,
 * and some managers have none at all.
 */
final class ManagedTransactions implements BeanPostProcessor {

	private static final Iterable<ManagedTransaction> NONE = List.of();

	private final JtaTransactions jta = new JtaTransactions();

	/** The innermost one first. */
	private final ThreadLocal<@Nullable Deque<ManagedTransaction>> running = new ThreadLocal<>();

	// The manager's own list may be of a kind that takes no more.
	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		if (bean instanceof AbstractPlatformTransactionManager manager) {
			List<TransactionExecutionListener> listeners = new ArrayList<>(manager.getTransactionExecutionListeners());
			listeners.add(new Listener(manager));
			manager.setTransactionExecutionListeners(listeners);
		}
		if (bean instanceof JtaTransactionManager manager) {
			this.jta.add(manager);
		}
		return bean;
	}

	JtaTransactions jta() {
		return this.jta;
	}

	/**
	 * The transaction that what is done now may belong to: that of the audited data
	 * source, else the innermost one of another database. What is sent may be sent again:
	 * its transaction does not say what became of the database. A manager of connections
	 * within that of a session works on the session's connection: then it is the
	 * session's.
	 * @param dataSource the audited one: where its transaction is over and still there,
	 * nothing around it counts
	 * @return it, or {@code null} where none is known
	 */
	@Nullable ManagedTransaction current(DataSource dataSource) {
		if (this.running.get() == null) {
			return null;
		}
		noteCompletion();
		ManagedTransaction innermost = null;
		ManagedTransaction audited = null;
		for (ManagedTransaction one : all()) {
			if (!one.isHere() || !one.isOnDatabase()) {
				continue;
			}
			boolean own = one.isOn(dataSource);
			boolean over = one.isOver();
			if (own && over && innermost == null) {
				return null;
			}
			innermost = (innermost != null || over) ? innermost : one;
			audited = (own && !over) ? one : audited;
		}
		return (audited != null) ? audited : innermost;
	}

	/**
	 * Tells all transactions that run within another one that they do.
	 * @param outer the other one
	 * @param audit its audit side
	 */
	void areWithin(ManagedTransaction outer, AuditTransaction audit) {
		for (ManagedTransaction one : all()) {
			if (one == outer) {
				return;
			}
			if (one.isHere()) {
				one.isWithin(outer, audit);
			}
		}
	}

	/**
	 * Whether nothing was begun within a transaction, not even what is suspended now.
	 * @param one the transaction
	 * @return whether synchronizations that are active may be its own
	 */
	boolean isLatest(ManagedTransaction one) {
		return first((any) -> true) == one;
	}

	/**
	 * Whether any transaction is running on this thread, or is being completed.
	 * @return {@code false} where none is known
	 */
	boolean areAny() {
		return this.running.get() != null;
	}

	// Of a failure before the commit a manager tells nobody but synchronizations. While
	// these are called there are none any more, but still a transaction.
	private void noteCompletion() {
		if (TransactionSynchronizationManager.isActualTransactionActive()
				&& !TransactionSynchronizationManager.isSynchronizationActive()) {
			ManagedTransaction completing = first(ManagedTransaction::isSynchronizing);
			if (completing != null) {
				completing.isEnding();
			}
		}
	}

	private Iterable<ManagedTransaction> all() {
		Deque<ManagedTransaction> all = this.running.get();
		return (all != null) ? all : NONE;
	}

	private @Nullable ManagedTransaction first(Predicate<ManagedTransaction> condition) {
		for (ManagedTransaction one : all()) {
			if (condition.test(one)) {
				return one;
			}
		}
		return null;
	}

	private void begin(ManagedTransaction begun) {
		Deque<ManagedTransaction> all = this.running.get();
		if (all == null) {
			all = new ArrayDeque<>(2);
			this.running.set(all);
		}
		// Of some failures while a transaction is committed its manager says nothing.
		for (Iterator<ManagedTransaction> iterator = all.iterator(); iterator.hasNext();) {
			ManagedTransaction earlier = iterator.next();
			if (earlier.isAbandoned()) {
				iterator.remove();
				earlier.notCommitted(TransactionSynchronization.STATUS_UNKNOWN);
			}
		}
		all.push(begun);
	}

	private @Nullable ManagedTransaction end(TransactionExecution status) {
		ManagedTransaction ended = first((one) -> one.is(status));
		Deque<ManagedTransaction> all = this.running.get();
		if (all != null) {
			all.remove(ended);
			if (all.isEmpty()) {
				this.running.remove();
			}
		}
		return ended;
	}

	/**
	 * Listens to one manager.
	 */
	private final class Listener implements TransactionExecutionListener {

		private final AbstractPlatformTransactionManager manager;

		Listener(AbstractPlatformTransactionManager manager) {
			this.manager = manager;
		}

		// One of several resources has none of its own: nothing is done within it, but
		// its synchronizations are not those of another one.
		private Object factory() {
			return (this.manager instanceof ResourceTransactionManager ofResource) ? ofResource.getResourceFactory()
					: this.manager;
		}

		@Override
		public void beforeBegin(TransactionExecution status) {
			noteCompletion();
		}

		@Override
		public void afterBegin(TransactionExecution status, @Nullable Throwable failure) {
			if (failure != null) {
				return;
			}
			Object factory = factory();
			if (status.isNewTransaction()) {
				begin(new ManagedTransaction(status, factory));
			}
			else if (status.isNested()) {
				ManagedTransaction around = ofThisManager(factory);
				if (around != null) {
					around.setSavepoint(status);
				}
			}
		}

		@Override
		public void beforeCommit(TransactionExecution status) {
			ManagedTransaction committing = first((one) -> one.is(status));
			if (committing != null) {
				committing.beforeCommit();
			}
		}

		@Override
		public void afterCommit(TransactionExecution status, @Nullable Throwable failure) {
			ManagedTransaction ended = end(status);
			if (ended != null && failure == null) {
				ended.committed();
			}
			else if (ended != null) {
				ended.notCommitted(TransactionSynchronization.STATUS_UNKNOWN);
			}
		}

		@Override
		public void beforeRollback(TransactionExecution status) {
			ManagedTransaction ending = first((one) -> one.is(status));
			if (ending != null) {
				ending.isEnding();
			}
		}

		@Override
		public void afterRollback(TransactionExecution status, @Nullable Throwable failure) {
			ManagedTransaction ended = end(status);
			if (ended != null) {
				ended.notCommitted((failure == null) ? TransactionSynchronization.STATUS_ROLLED_BACK
						: TransactionSynchronization.STATUS_UNKNOWN);
			}
			else if (status.isNested()) {
				ManagedTransaction around = ofThisManager(factory());
				if (around != null) {
					around.rollBackTo(status);
				}
			}
		}

		private @Nullable ManagedTransaction ofThisManager(Object factory) {
			return first((one) -> one.isOf(factory) && one.isHere());
		}

	}

}
