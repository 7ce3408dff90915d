package io.auditspring.delivery.internal.transaction;

import java.sql.Connection;
import java.sql.SQLException;

import io.auditspring.capture.internal.state.CompletionCallbacks;
import io.auditspring.capture.internal.value.LoggedFailure;
import org.hibernate.FlushMode;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.EventSource;
import org.hibernate.resource.jdbc.spi.LogicalConnectionImplementor;
import org.hibernate.resource.transaction.spi.TransactionStatus;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flushes of the session that tell the changes of a call from those around it.
 */
final class InterimFlushes {

	private static final Logger logger = LoggerFactory.getLogger(InterimFlushes.class);

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
	 * Flushes, unless something is wrong with the session or its connection. Then nothing
	 * of it is committed, and a flush would fail once more, and say so in the
	 * application's log.
	 * @param session the session, or {@code null} where there is none
	 */
	void flushIfSound(@Nullable SharedSessionContractImplementor session) {
		if (session != null && isActive(session) && isSound(session.getJdbcCoordinator().getLogicalConnection())) {
			flush(session);
		}
	}

	// Not marked to be rolled back.
	private static boolean isActive(SharedSessionContractImplementor session) {
		return session.getTransactionCoordinator()
			.getTransactionDriverControl()
			.getStatus() == TransactionStatus.ACTIVE;
	}

	private static boolean isSound(LogicalConnectionImplementor logical) {
		if (!logical.isPhysicallyConnected()) {
			return true;
		}
		try {
			Connection connection = logical.getPhysicalConnection();
			return connection.isWrapperFor(BaseConnection.class)
					&& connection.unwrap(BaseConnection.class).getTransactionState() != TransactionState.FAILED;
		}
		catch (SQLException ex) {
			logger.debug("It cannot be told whether a connection is sound", LoggedFailure.of(ex));
			return false;
		}
	}

	/**
	 * Says that the transaction was rolled back. Envers has left a callback in the
	 * session that it would not have left without the flush: Hibernate complains of it in
	 * the application's log, or runs it in the next transaction.
	 */
	void rolledBack() {
		if (this.stirred != null && this.stirred.isOpen()) {
			CompletionCallbacks.discard(this.stirred);
		}
	}

}
