package io.auditspring.delivery;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Work on a connection that nobody else's transaction is open on.
 */
final class Transactions {

	private Transactions() {
	}

	/**
	 * Runs work in a transaction of its own, and leaves the connection as it was.
	 * @param connection the connection
	 * @param work the work
	 * @throws SQLException what the work threw
	 */
	static void run(Connection connection, Work work) throws SQLException {
		boolean autoCommit = connection.getAutoCommit();
		boolean readOnly = connection.isReadOnly();
		if (readOnly) {
			connection.setReadOnly(false);
		}
		connection.setAutoCommit(false);
		try {
			// Whatever the pool's default is: under a stricter one the head of a chain
			// that moved meanwhile could not be locked.
			try (Statement statement = connection.createStatement()) {
				statement.execute("set transaction isolation level read committed");
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
			if (!connection.isClosed()) {
				connection.setAutoCommit(autoCommit);
				connection.setReadOnly(readOnly);
			}
		}
	}

	private static void commit(Connection connection) throws SQLException {
		try {
			connection.commit();
		}
		catch (SQLException ex) {
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

	/**
	 * Something to do with a connection.
	 */
	@FunctionalInterface
	interface Work {

		void run() throws SQLException;

	}

}
