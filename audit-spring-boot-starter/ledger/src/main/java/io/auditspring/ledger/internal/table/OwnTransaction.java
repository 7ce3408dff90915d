package io.auditspring.ledger.internal.table;

import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/**
 * Transactions of the ledger's own upkeep: short, and never part of the caller's, which
 * would hold the locks of chains for as long as it lasts.
 */
public final class OwnTransaction {

	private OwnTransaction() {
	}

	public static <T extends @Nullable Object, E extends Exception> T run(DataSource dataSource, Work<T, E> work)
			throws SQLException, E {
		return run(dataSource, "isolation level read committed, read write", (connection) -> {
			T result = work.run(connection);
			connection.commit();
			return result;
		});
	}

	/**
	 * Looks at one state of the database, in a transaction that changes nothing.
	 */
	public static <T extends @Nullable Object, E extends Exception> T look(DataSource dataSource, Work<T, E> work)
			throws SQLException, E {
		return run(dataSource, "isolation level repeatable read, read only", (connection) -> {
			T result = work.run(connection);
			connection.rollback();
			return result;
		});
	}

	private static <T extends @Nullable Object, E extends Exception> T run(DataSource dataSource, String mode,
			Work<T, E> work) throws SQLException, E {
		try (Connection connection = dataSource.getConnection()) {
			boolean autoCommit = connection.getAutoCommit();
			connection.setAutoCommit(false);
			T result;
			try {
				KnownSettings.begin(connection, mode);
				result = work.run(connection);
			}
			catch (Throwable ex) {
				end(connection, autoCommit, ex);
				throw ex;
			}
			connection.setAutoCommit(autoCommit);
			return result;
		}
	}

	/** A connection that broke says so again: why it broke is what matters. */
	private static void end(Connection connection, boolean autoCommit, Throwable cause) {
		try {
			connection.rollback();
			connection.setAutoCommit(autoCommit);
		}
		catch (SQLException ex) {
			cause.addSuppressed(ex);
		}
	}

	/**
	 * What a transaction does.
	 *
	 * @param <T> what it gives
	 * @param <E> what it throws besides what the database does
	 */
	@FunctionalInterface
	public interface Work<T extends @Nullable Object, E extends Exception> {

		T run(Connection connection) throws SQLException, E;

	}

}
