package io.auditspring.delivery;

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
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.ResourceTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;

/**
 * Knows which transactions are running on a thread, one within another. Synchronizations
 * do not tell: a second manager suspends those of the first, whose transaction goes on,
 * and some managers have none at all.
 */
public final class ManagedTransactions implements BeanPostProcessor {

	/** The innermost one first. */
	private final ThreadLocal<@Nullable Deque<ManagedTransaction>> running = new ThreadLocal<>();

	// The manager's own list may be of a kind that takes no more.
	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		if (bean instanceof AbstractPlatformTransactionManager manager
				&& bean instanceof ResourceTransactionManager ofResource) {
			List<TransactionExecutionListener> listeners = new ArrayList<>(manager.getTransactionExecutionListeners());
			listeners.add(new Listener(ofResource));
			manager.setTransactionExecutionListeners(listeners);
		}
		return bean;
	}

	/**
	 * The innermost one of a database that what is done now may belong to. What is sent
	 * may be sent again: its transaction does not say what became of the database.
	 * @param dataSource the audited one: where its transaction is over and still there,
	 * nothing around it counts
	 * @return it, or {@code null} where none is known
	 */
	@Nullable ManagedTransaction innermost(DataSource dataSource) {
		Deque<ManagedTransaction> all = this.running.get();
		if (all == null) {
			return null;
		}
		for (ManagedTransaction one : all) {
			if (one.isOnDatabase() && one.isHere() && !one.isOver()) {
				return one;
			}
			if (one.isHere() && one.isOn(dataSource)) {
				return null;
			}
		}
		return null;
	}

	/**
	 * The transaction of the audited data source. A manager of connections within that of
	 * a session works on the session's connection: then it is the session's.
	 * @param dataSource the audited data source
	 * @return it, or {@code null} where none is running
	 */
	@Nullable ManagedTransaction on(DataSource dataSource) {
		ManagedTransaction found = null;
		for (ManagedTransaction one : all()) {
			if (one.isOn(dataSource) && one.isHere() && !one.isOver()) {
				found = one;
			}
		}
		return found;
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
		return all().peek() == one;
	}

	private Deque<ManagedTransaction> all() {
		Deque<ManagedTransaction> all = this.running.get();
		if (all == null) {
			all = new ArrayDeque<>(2);
			this.running.set(all);
		}
		return all;
	}

	private @Nullable ManagedTransaction first(Predicate<ManagedTransaction> condition) {
		Deque<ManagedTransaction> all = this.running.get();
		if (all != null) {
			for (ManagedTransaction one : all) {
				if (condition.test(one)) {
					return one;
				}
			}
		}
		return null;
	}

	private void begin(ManagedTransaction begun) {
		Deque<ManagedTransaction> all = all();
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

		private final ResourceTransactionManager manager;

		Listener(ResourceTransactionManager manager) {
			this.manager = manager;
		}

		@Override
		public void afterBegin(TransactionExecution status, @Nullable Throwable failure) {
			if (failure != null) {
				return;
			}
			Object factory = this.manager.getResourceFactory();
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
				ending.beforeRollback();
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
				ManagedTransaction around = ofThisManager(this.manager.getResourceFactory());
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
