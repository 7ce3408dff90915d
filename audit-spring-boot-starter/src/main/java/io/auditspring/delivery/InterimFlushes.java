package io.auditspring.delivery;

import org.hibernate.FlushMode;
import org.hibernate.engine.internal.TransactionCompletionCallbacksImpl;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.EventSource;
import org.jspecify.annotations.Nullable;

/**
 * Flushes of the session that tell the changes of a call from those around it.
 */
final class InterimFlushes {

	/** Whose callbacks are all due to these flushes, and what follows them. */
	private @Nullable EventSource stirred;

	/**
	 * Flushes.
	 * @param session the session, or {@code null} where there is none
	 */
	void flush(@Nullable SharedSessionContractImplementor session) {
		if (session instanceof EventSource stateful && stateful.getHibernateFlushMode() != FlushMode.MANUAL) {
			boolean calm = !stateful.getActionQueue().hasBeforeTransactionActions();
			stateful.flush();
			if (calm && stateful.getActionQueue().hasBeforeTransactionActions()) {
				this.stirred = stateful;
			}
		}
	}

	/**
	 * Says that the transaction was rolled back. Envers has left a callback in the
	 * session that it would not have left without the flush: Hibernate complains of it in
	 * the application's log, or runs it in the next transaction.
	 */
	void rolledBack() {
		if (this.stirred != null && this.stirred.isOpen()) {
			this.stirred.getActionQueue()
				.setTransactionCompletionCallbacks(new TransactionCompletionCallbacksImpl(this.stirred), false);
		}
	}

}
