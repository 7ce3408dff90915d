/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/**
 * Transactions of our own: short, and never part of the caller's, which would hold the
 * locks of chains for as long as it lasts.
 */
public final class OwnTransaction {

	private static final Logger logger = System.getLogger(OwnTransaction.class.getName());

	private OwnTransaction() {
	}

	/**
	 * Runs work under {@link KnownSettings}, in a transaction that writes.
	 * @param dataSource where to take a connection from
	 * @param work the work
	 * @param <T> what it gives
	 * @param <E> what it throws besides what the database does
	 * @return what it gives
	 * @throws UnknownOutcomeException if the commit was sent, but not answered
	 * @throws SQLException if the database fails
	 * @throws E what the work threw
	 */
	public static <T extends @Nullable Object, E extends Exception> T run(DataSource dataSource, Work<T, E> work)
			throws SQLException, E {
		try (Connection connection = dataSource.getConnection()) {
			return run(connection, KnownSettings.beginning("isolation level read committed, read write"), work);
		}
	}

	/**
	 * Runs work for which others may wait, so that the session of a process that is
	 * frozen in it is ended early.
	 * @param dataSource where to take a connection from
	 * @param longestPause how long it may take at most from one statement to the next
	 * @param work the work
	 * @param <T> what it gives
	 * @param <E> what it throws besides what the database does
	 * @return what it gives
	 * @throws UnknownOutcomeException if the commit was sent, but not answered
	 * @throws SQLException if the database fails
	 * @throws E what the work threw
	 */
	public static <T extends @Nullable Object, E extends Exception> T run(DataSource dataSource, Duration longestPause,
			Work<T, E> work) throws SQLException, E {
		try (Connection connection = dataSource.getConnection()) {
			return run(connection, KnownSettings.beginning("isolation level read committed, read write", longestPause),
					work);
		}
	}

	/**
	 * Looks at one state of the database under {@link KnownSettings}, in a transaction
	 * that changes nothing.
	 * @param dataSource where to take a connection from
	 * @param work the work
	 * @param <T> what it gives
	 * @param <E> what it throws besides what the database does
	 * @return what it gives
	 * @throws SQLException if the database fails
	 * @throws E what the work threw
	 */
	public static <T extends @Nullable Object, E extends Exception> T look(DataSource dataSource, Work<T, E> work)
			throws SQLException, E {
		try (Connection connection = dataSource.getConnection()) {
			return run(connection, KnownSettings.beginning("isolation level repeatable read, read only"), (own) -> {
				T result = work.run(own);
				own.rollback();
				return result;
			});
		}
	}

	/**
	 * Runs work in a transaction, and leaves the connection as it was.
	 * @param connection a connection on which no transaction is open
	 * @param begin statements that begin the transaction; one round trip
	 * @param work the work
	 * @param <T> what it gives
	 * @param <E> what it throws besides what the database does
	 * @return what it gives
	 * @throws UnknownOutcomeException if the commit was sent, but not answered
	 * @throws SQLException if the database fails; nothing was committed
	 * @throws E what the work threw; nothing was committed
	 */
	public static <T extends @Nullable Object, E extends Exception> T run(Connection connection, String begin,
			Work<T, E> work) throws SQLException, E {
		boolean autoCommit = connection.getAutoCommit();
		boolean readOnly = connection.isReadOnly();
		if (readOnly) {
			connection.setReadOnly(false);
		}
		connection.setAutoCommit(false);
		T result;
		try {
			try (Statement statement = connection.createStatement()) {
				statement.execute(begin);
			}
			result = work.run(connection);
			commit(connection);
		}
		catch (Throwable ex) {
			// An error, too: switching auto-commit on again would commit half the work.
			undo(connection, autoCommit, readOnly, ex);
			throw ex;
		}
		conclude(connection, autoCommit, readOnly);
		return result;
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

	/** A connection that broke says so again: why it broke is what matters. */
	private static void undo(Connection connection, boolean autoCommit, boolean readOnly, Throwable cause) {
		try {
			connection.rollback();
			restore(connection, autoCommit, readOnly);
		}
		catch (SQLException ex) {
			cause.addSuppressed(ex);
		}
	}

	// What is decided by now must not be told otherwise because of a connection that
	// broke.
	private static void conclude(Connection connection, boolean autoCommit, boolean readOnly) {
		try {
			if (!connection.isClosed()) {
				restore(connection, autoCommit, readOnly);
			}
		}
		catch (SQLException ex) {
			logger.log(Level.DEBUG, "A connection could not be given back as it was", ex);
		}
	}

	private static void restore(Connection connection, boolean autoCommit, boolean readOnly) throws SQLException {
		connection.setAutoCommit(autoCommit);
		connection.setReadOnly(readOnly);
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
