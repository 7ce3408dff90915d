/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

import io.auditspring.AuditDeliveryException;
import io.auditspring.capture.internal.value.LoggedFailure;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.UserTransaction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.transaction.jta.JtaTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;

/**
 * Transactions of JTA that the application begins by itself: Spring does not know of
 * them, unless something within them joins.
 */
final class JtaTransactions {

	private static final Logger logger = LoggerFactory.getLogger(JtaTransactions.class);

	private final List<JtaTransactionManager> managers = new CopyOnWriteArrayList<>();

	/** Those that an audited call has run in, until they are over. */
	private final Map<Transaction, AuditTransaction> audited = new ConcurrentHashMap<>();

	void add(JtaTransactionManager manager) {
		this.managers.add(manager);
	}

	/**
	 * Whether one is running on this thread. What Spring joined, as the application had
	 * begun it by itself, is not committed when Spring says so.
	 * @return {@code true}, too, where that cannot be told
	 */
	boolean isUndecided() {
		for (JtaTransactionManager manager : this.managers) {
			try {
				UserTransaction transaction = manager.getUserTransaction();
				if (transaction != null && transaction.getStatus() != Status.STATUS_NO_TRANSACTION) {
					return true;
				}
			}
			catch (SystemException ex) {
				logger.debug("It cannot be told whether a transaction of JTA is running", LoggedFailure.of(ex));
				return true;
			}
		}
		return false;
	}

	/**
	 * The audit side of the one that is running on this thread.
	 * @param creation makes it
	 * @return it, or {@code null} where none is running, or none that tells how it ends
	 */
	@Nullable AuditTransaction current(Supplier<AuditTransaction> creation) {
		if (this.managers.isEmpty()) {
			return null;
		}
		for (JtaTransactionManager manager : this.managers) {
			try {
				Transaction running = running(manager.getTransactionManager());
				if (running != null) {
					return of(running, creation);
				}
			}
			catch (SystemException | RollbackException | IllegalStateException ex) {
				logger.debug("A transaction of JTA does not tell how it ends", LoggedFailure.of(ex));
			}
		}
		return null;
	}

	private static @Nullable Transaction running(@Nullable TransactionManager manager) throws SystemException {
		Transaction current = (manager != null) ? manager.getTransaction() : null;
		return (current != null && isRunning(current.getStatus())) ? current : null;
	}

	private static boolean isRunning(int status) {
		return status == Status.STATUS_ACTIVE || status == Status.STATUS_MARKED_ROLLBACK;
	}

	private AuditTransaction of(Transaction running, Supplier<AuditTransaction> creation)
			throws SystemException, RollbackException {
		AuditTransaction known = this.audited.get(running);
		if (known == null) {
			known = creation.get();
			running.registerSynchronization(new End(running, known));
			this.audited.put(running, known);
		}
		return known;
	}

	/**
	 * Tells the audit side how a transaction ended. Its entries are no part of it:
	 * whether a connection would be cannot be told.
	 */
	private final class End implements Synchronization {

		private final Transaction transaction;

		private final AuditTransaction audit;

		End(Transaction transaction, AuditTransaction audit) {
			this.transaction = transaction;
			this.audit = audit;
		}

		@Override
		public void beforeCompletion() {
			// It may still end either way.
		}

		@Override
		public void afterCompletion(int status) {
			JtaTransactions.this.audited.remove(this.transaction);
			try {
				this.audit.afterCompletion(switch (status) {
					case Status.STATUS_COMMITTED -> TransactionSynchronization.STATUS_COMMITTED;
					case Status.STATUS_ROLLEDBACK -> TransactionSynchronization.STATUS_ROLLED_BACK;
					default -> TransactionSynchronization.STATUS_UNKNOWN;
				});
			}
			catch (AuditDeliveryException ex) {
				// Nobody can be told here; the entries are kept and tried again.
				logger.debug("A transaction of JTA could not be recorded at once", LoggedFailure.of(ex));
			}
		}

	}

}
