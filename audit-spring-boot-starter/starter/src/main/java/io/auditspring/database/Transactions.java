package io.auditspring.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

import javax.sql.DataSource;

import io.auditspring.capture.internal.value.LoggedFailure;
import org.postgresql.core.BaseConnection;
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
	 * @param use what to do with it
	 * @throws SQLException what the work threw, or that there is no connection
	 */
	public static void withOwn(DataSource dataSource, Use use) throws SQLException {
		boolean readOnly = TransactionSynchronizationManager.isCurrentTransactionReadOnly();
		if (!readOnly) {
			withConnection(dataSource, use);
			return;
		}
		// A data source that routes by it would lead to a replica.
		TransactionSynchronizationManager.setCurrentTransactionReadOnly(false);
		try {
			withConnection(dataSource, use);
		}
		finally {
			TransactionSynchronizationManager.setCurrentTransactionReadOnly(true);
		}
	}

	private static void withConnection(DataSource dataSource, Use use) throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			try {
				use.with(connection);
			}
			catch (SQLException ex) {
				if (READ_ONLY.equals(ex.getSQLState()) && !(isStandby(connection) && isRouted(dataSource))) {
					connection.abort(Runnable::run);
				}
				throw ex;
			}
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

	private static boolean isRouted(DataSource dataSource) throws SQLException {
		return dataSource.isWrapperFor(AbstractRoutingDataSource.class);
	}

	/**
	 * Runs work in a transaction of its own, and leaves the connection as it was.
	 * @param connection the connection
	 * @param limits how long it may take
	 * @param work the work
	 * @throws UnknownOutcomeException if the commit was sent, but not answered
	 * @throws SQLException what the work threw; nothing was committed
	 */
	public static void run(Connection connection, TimeLimits limits, Work work) throws SQLException {
		boolean autoCommit = connection.getAutoCommit();
		boolean readOnly = connection.isReadOnly();
		if (readOnly) {
			connection.setReadOnly(false);
		}
		connection.setAutoCommit(false);
		try {
			try (Statement statement = connection.createStatement()) {
				statement.execute(limits.begin());
			}
			work.run();
			commit(connection);
		}
		catch (Throwable ex) {
			// An error, too: switching auto-commit on again would commit half the work.
			rollback(connection, ex);
			throw ex;
		}
		finally {
			restore(connection, autoCommit, readOnly);
		}
	}

	// Not only what the database says: an error on the way back leaves it open, too.
	private static void commit(Connection connection) throws SQLException {
		try {
			connection.commit();
		}
		catch (SQLException | RuntimeException | Error ex) {
			throw new UnknownOutcomeException(ex);
		}
	}

	private static void rollback(Connection connection, Throwable cause) {
		try {
			connection.rollback();
		}
		catch (SQLException ex) {
			cause.addSuppressed(ex);
		}
	}

	// What is decided by now must not be told otherwise because of a connection that
	// broke.
	private static void restore(Connection connection, boolean autoCommit, boolean readOnly) {
		try {
			if (!connection.isClosed()) {
				connection.setAutoCommit(autoCommit);
				connection.setReadOnly(readOnly);
			}
		}
		catch (SQLException ex) {
			logger.debug("A connection could not be given back as it was", LoggedFailure.of(ex));
		}
	}

	/**
	 * Something to do within a transaction.
	 */
	@FunctionalInterface
	public interface Work {

		void run() throws SQLException;

	}

	/**
	 * Something to do with a connection.
	 */
	@FunctionalInterface
	public interface Use {

		void with(Connection connection) throws SQLException;

	}

}
