/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.UnknownOutcomeException;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Work on a connection that nobody else's transaction is open on.
 */
public final class Transactions {

	private static final Logger logger = LoggerFactory.getLogger(Transactions.class);

	/** PostgreSQL manual, appendix A: read_only_sql_transaction. */
	private static final String READ_ONLY = "25006";

	private Transactions() {
	}

	/**
	 * Works on a connection of its own. One that leads to a server that only reads, as
	 * after a fail-over, does not go back to the pool; but a replica's that the
	 * application routed to does.
	 * @param dataSource where to take it from
	 * @param work what to do with it
	 * @param <T> what that gives
	 * @return what the work gave
	 * @throws SQLException what the work threw, or that there is no connection
	 */
	public static <T extends @Nullable Object> T withConnection(DataSource dataSource,
			OwnTransaction.Work<T, RuntimeException> work) throws SQLException {
		boolean readOnly = TransactionSynchronizationManager.isCurrentTransactionReadOnly();
		if (!readOnly) {
			return lend(dataSource, work);
		}
		// A data source that routes by it would lead to a replica.
		TransactionSynchronizationManager.setCurrentTransactionReadOnly(false);
		try {
			return lend(dataSource, work);
		}
		finally {
			TransactionSynchronizationManager.setCurrentTransactionReadOnly(true);
		}
	}

	/**
	 * The same for work that gives nothing.
	 * @param dataSource where to take a connection from
	 * @param use what to do with it
	 * @throws SQLException what the work threw, or that there is no connection
	 */
	public static void useConnection(DataSource dataSource, Use use) throws SQLException {
		withConnection(dataSource, (connection) -> {
			use.with(connection);
			return true;
		});
	}

	private static <T extends @Nullable Object> T lend(DataSource dataSource,
			OwnTransaction.Work<T, RuntimeException> work) throws SQLException {
		try (Connection connection = connection(dataSource)) {
			try {
				return work.run(connection);
			}
			catch (SQLException ex) {
				if (READ_ONLY.equals(ex.getSQLState()) && !(isStandby(connection) && isRouted(dataSource))) {
					connection.abort(Runnable::run);
				}
				throw ex;
			}
		}
	}

	// What fetches passwords or chooses databases throws what it likes.
	private static Connection connection(DataSource dataSource) throws NoConnectionException {
		try {
			return dataSource.getConnection();
		}
		catch (SQLException ex) {
			throw new NoConnectionException(ex);
		}
		catch (RuntimeException ex) {
			throw new NoConnectionException(ex);
		}
	}

	/**
	 * Whether a connection leads to a replica. The server reports it with each change, so
	 * that costs no question.
	 * @param connection the connection
	 * @return {@code false}, too, where it cannot be told
	 */
	public static boolean isStandby(Connection connection) {
		try {
			return connection.isWrapperFor(BaseConnection.class)
					&& "on".equals(connection.unwrap(BaseConnection.class).getParameterStatus("in_hot_standby"));
		}
		catch (SQLException ex) {
			logger.debug("It cannot be told whether a connection leads to a replica", LoggedFailure.of(ex));
			return false;
		}
	}

	/**
	 * Whether a statement of the open transaction has failed, so that a commit would undo
	 * it, of which the driver says nothing. That costs no question.
	 * @param connection the connection
	 * @return {@code false}, too, where it cannot be told
	 */
	public static boolean isAborted(Connection connection) {
		try {
			return connection.isWrapperFor(BaseConnection.class)
					&& connection.unwrap(BaseConnection.class).getTransactionState() == TransactionState.FAILED;
		}
		catch (SQLException ex) {
			logger.debug("It cannot be told whether a transaction was aborted", LoggedFailure.of(ex));
			return false;
		}
	}

	private static boolean isRouted(DataSource dataSource) throws SQLException {
		return dataSource.isWrapperFor(AbstractRoutingDataSource.class);
	}

	/**
	 * Runs work in a transaction of its own, and leaves the connection as it was.
	 * @param connection the connection
	 * @param limits how long it may take
	 * @param work the work
	 * @param <T> what that gives
	 * @return what the work gave
	 * @throws UnknownOutcomeException if the commit was sent, but not answered
	 * @throws SQLException what the work threw; nothing was committed
	 */
	public static <T extends @Nullable Object> T run(Connection connection, TimeLimits limits,
			OwnTransaction.Work<T, RuntimeException> work) throws SQLException {
		int before = silence(connection);
		boolean shorter = before == 0 || before > limits.silence();
		if (shorter) {
			allowSilence(connection, limits.silence());
		}
		try {
			return OwnTransaction.run(connection, limits.begin(), work);
		}
		finally {
			if (shorter) {
				allowSilence(connection, before);
			}
		}
	}

	private static int silence(Connection connection) {
		try {
			return connection.getNetworkTimeout();
		}
		catch (SQLException | RuntimeException ex) {
			// It says so again when it is used.
			logger.debug("It cannot be told how long a connection is listened to", LoggedFailure.of(ex));
			return 0;
		}
	}

	// The server's limits end with the server: to one that vanished without a word we
	// would listen for ever. It costs no question.
	private static void allowSilence(Connection connection, int millis) {
		try {
			connection.setNetworkTimeout(Runnable::run, millis);
		}
		catch (SQLException | RuntimeException ex) {
			logger.debug("It cannot be limited how long a connection is listened to", LoggedFailure.of(ex));
		}
	}

	/**
	 * Runs work in a transaction and on a connection of its own.
	 * @param dataSource where to take the connection from
	 * @param limits how long it may take
	 * @param work the work
	 * @param <T> what that gives
	 * @return what the work gave
	 * @throws UnknownOutcomeException if the commit was sent, but not answered
	 * @throws SQLException what the work threw, or that there is no connection; nothing
	 * was committed
	 */
	public static <T extends @Nullable Object> T run(DataSource dataSource, TimeLimits limits,
			OwnTransaction.Work<T, RuntimeException> work) throws SQLException {
		return withConnection(dataSource, (own) -> run(own, limits, work));
	}

	/**
	 * Something to do with a connection.
	 */
	@FunctionalInterface
	public interface Use {

		void with(Connection connection) throws SQLException;

	}

}
