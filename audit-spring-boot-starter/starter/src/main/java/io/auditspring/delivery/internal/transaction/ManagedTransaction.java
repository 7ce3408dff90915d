/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import javax.sql.DataSource;

import io.auditspring.AuditDeliveryException;
import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.database.internal.BoundConnections;
import jakarta.persistence.EntityManagerFactory;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * A transaction of one resource, as its manager tells of it. Others may run within it and
 * around it: each manager knows only its own.
 */
final class ManagedTransaction {

	private static final Logger logger = LoggerFactory.getLogger(ManagedTransaction.class);

	private final TransactionExecution status;

	private final Object factory;

	private final @Nullable Object resource;

	private @Nullable AuditTransaction audit;

	/** The one of the audited data source that this one runs within. */
	private @Nullable AuditTransaction around;

	/** Whether it is undone on the connection of the one around it, with all of that. */
	private boolean sharing;

	/** Whether nothing else tells the audit side how the transaction ends. */
	private boolean driving;

	private boolean ending;

	ManagedTransaction(TransactionExecution status, Object factory) {
		this.status = status;
		this.factory = factory;
		this.resource = TransactionSynchronizationManager.getResource(factory);
	}

	boolean is(TransactionExecution status) {
		return this.status == status;
	}

	boolean isOf(Object factory) {
		return this.factory == factory;
	}

	/**
	 * Whether what is done on this thread may be done within it.
	 * @return {@code false} while it is suspended
	 */
	boolean isHere() {
		return this.resource != null && TransactionSynchronizationManager.getResource(this.factory) == this.resource;
	}

	/**
	 * Whether it is being completed, and nothing becomes part of it any more.
	 * @return {@code false} as long as it is running
	 */
	boolean isOver() {
		return this.ending && !(this.resource instanceof EntityManagerHolder holder && isInProgress(holder));
	}

	// The session may find out only while it commits what is to be written.
	private static boolean isInProgress(EntityManagerHolder holder) {
		return holder.getEntityManager().isOpen()
				&& holder.getEntityManager().unwrap(SharedSessionContractImplementor.class).isTransactionInProgress();
	}

	boolean isAbandoned() {
		return this.status.isCompleted();
	}

	boolean isOn(DataSource dataSource) {
		return (this.factory instanceof DataSource own && BoundConnections.areSame(own, dataSource))
				|| BoundConnections.isUnitOf(this.factory, dataSource);
	}

	boolean isOnDatabase() {
		return this.factory instanceof DataSource || this.factory instanceof EntityManagerFactory;
	}

	boolean isReadOnly() {
		return this.status.isReadOnly();
	}

	/**
	 * Whether synchronizations that are registered while it is the innermost one are told
	 * how it ends.
	 * @return {@code false} where its manager does not synchronize
	 */
	boolean isSynchronized() {
		return isSynchronizing() && TransactionSynchronizationManager.isSynchronizationActive()
				&& TransactionSynchronizationManager.isActualTransactionActive();
	}

	/**
	 * Whether its manager has begun synchronizations with it.
	 * @return {@code false} where its manager does not synchronize
	 */
	boolean isSynchronizing() {
		return this.status instanceof DefaultTransactionStatus own && own.isNewSynchronization();
	}

	@Nullable AuditTransaction audit() {
		return this.audit;
	}

	void isAuditedBy(AuditTransaction audit, boolean driving) {
		this.audit = audit;
		this.driving = driving;
		audit.isManaged();
	}

	/**
	 * Says that audited calls within this transaction belong to one around it. Should
	 * this one be rolled back, they have failed all the same.
	 * @param outer the one around it
	 * @param audit its audit side
	 */
	void isWithin(ManagedTransaction outer, AuditTransaction audit) {
		if (this.around != audit) {
			this.around = audit;
			this.sharing = outer.sharesWith(this);
			if (!this.sharing) {
				audit.savepoint(this);
			}
		}
	}

	private boolean sharesWith(ManagedTransaction inner) {
		return inner.factory instanceof DataSource dataSource && BoundConnections.isUnitOf(this.factory, dataSource);
	}

	/**
	 * Notes a part that can be undone by itself.
	 * @param savepoint stands for the part
	 */
	void setSavepoint(Object savepoint) {
		AuditTransaction affected = (this.audit != null) ? this.audit : this.around;
		if (affected != null) {
			affected.savepoint(savepoint);
		}
	}

	void rollBackTo(Object savepoint) {
		if (this.audit != null) {
			this.audit.savepointRollback(savepoint);
		}
		else if (this.around != null) {
			this.around.undoneElsewhere(savepoint, this);
		}
	}

	void beforeCommit() {
		if (this.driving && this.audit != null) {
			this.audit.beforeCommit(this.status.isReadOnly());
		}
		if (this.audit != null) {
			this.audit.beforeManagedCommit();
		}
		this.ending = true;
	}

	/**
	 * Says that it is about to be rolled back, or is being completed.
	 */
	void isEnding() {
		this.ending = true;
	}

	void committed() {
		if (this.driving && this.audit != null) {
			this.audit.afterCommit();
			this.audit.afterCompletion(TransactionSynchronization.STATUS_COMMITTED);
		}
	}

	/**
	 * Says that it was rolled back, or that nobody knows.
	 * @param status one of {@link TransactionSynchronization}
	 */
	void notCommitted(int status) {
		if (this.around != null && this.sharing) {
			this.around.savepointRollback(this);
		}
		else if (this.around != null) {
			this.around.undoneElsewhere(this, this);
		}
		if (this.driving && this.audit != null) {
			try {
				this.audit.afterCompletion(status);
			}
			catch (AuditDeliveryException ex) {
				// The caller is to get what the transaction failed with.
				logger.debug("What was rolled back could not be recorded at once", LoggedFailure.of(ex));
			}
		}
	}

}
