package io.auditspring.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/**
 * Transactions of the ledger's own upkeep: short, and never part of the caller's, which
 * would hold the locks of chains for as long as it lasts.
 */
final class OwnTransaction {

	private OwnTransaction() {
	}

	static <T extends @Nullable Object, E extends Exception> T run(DataSource dataSource, Work<T, E> work)
			throws SQLException, E {
		try (Connection connection = dataSource.getConnection()) {
			boolean autoCommit = connection.getAutoCommit();
			connection.setAutoCommit(false);
			try (Statement statement = connection.createStatement()) {
				// Whatever the pool's default is.
				statement.execute("set transaction isolation level read committed, read write");
				T result = work.run(connection);
				connection.commit();
				return result;
			}
			catch (Throwable ex) {
				connection.rollback();
				throw ex;
			}
			finally {
				connection.setAutoCommit(autoCommit);
			}
		}
	}

	/**
	 * What a transaction does.
	 *
	 * @param <T> what it gives
	 * @param <E> what it throws besides what the database does
	 */
	@FunctionalInterface
	interface Work<T extends @Nullable Object, E extends Exception> {

		T run(Connection connection) throws SQLException, E;

	}

}
