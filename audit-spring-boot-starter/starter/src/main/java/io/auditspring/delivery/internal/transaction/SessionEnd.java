/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.util.function.Consumer;

import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.resource.transaction.spi.TransactionObserver;

/**
 * Learns how the transaction of a session ends. It is told of the commit after the last
 * flush, and after all callbacks of the session, those of Envers among them, and leaves
 * nothing behind. A callback of the session's own would outlive a rollback: Hibernate
 * complains of it in the application's log, or runs it in the next transaction.
 */
final class SessionEnd implements TransactionObserver {

	private final SharedSessionContractImplementor session;

	private final Consumer<SharedSessionContractImplementor> beforeCommit;

	private final Consumer<Boolean> afterwards;

	private SessionEnd(SharedSessionContractImplementor session,
			Consumer<SharedSessionContractImplementor> beforeCommit, Consumer<Boolean> afterwards) {
		this.session = session;
		this.beforeCommit = beforeCommit;
		this.afterwards = afterwards;
	}

	/**
	 * Begins to watch the session's transaction.
	 * @param session the session
	 * @param beforeCommit what to do at the last moment before the commit; if it throws,
	 * the transaction is rolled back
	 * @param afterwards called when the transaction is over, with whether it was
	 * committed
	 */
	static void watch(SharedSessionContractImplementor session, Consumer<SharedSessionContractImplementor> beforeCommit,
			Consumer<Boolean> afterwards) {
		session.getTransactionCoordinator().addObserver(new SessionEnd(session, beforeCommit, afterwards));
	}

	@Override
	public void afterBegin() {
		// It has begun.
	}

	@Override
	public void beforeCompletion() {
		this.beforeCommit.accept(this.session);
	}

	@Override
	public void afterCompletion(boolean successful, boolean delayed) {
		this.session.getTransactionCoordinator().removeObserver(this);
		this.afterwards.accept(successful);
	}

}
