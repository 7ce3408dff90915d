/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Runs a statement and reads what it gives. Parameters are what the driver takes as
 * objects, instants, and arrays made by {@link #array}.
 */
public final class Sql {

	/** So many rows are in memory at once, within a transaction. */
	private static final int FETCHED = 10_000;

	private Sql() {
	}

	/**
	 * The chains that a table has, from one to the next by an index that begins with
	 * them: rows of one may be very many.
	 * @param table the table, with a column of that name
	 * @return a query of one column, {@code chain}
	 */
	public static String chainsOf(String table) {
		return """
				with recursive known (chain) as (
					(select min(chain) from %1$s)
					union all
					select (select min(chain) from %1$s where chain > known.chain)
					from known
					where known.chain is not null
				)
				select chain from known where chain is not null
				""".formatted(table);
	}

	/**
	 * Reads all rows.
	 * @param connection where to
	 * @param sql the statement
	 * @param reader reads a row
	 * @param parameters the statement's parameters
	 * @param <T> what a row is read as
	 * @return the rows, in their order
	 * @throws SQLException if the database fails
	 */
	public static <T extends @Nullable Object> List<T> list(Connection connection, String sql, RowReader<T> reader,
			@Nullable Object... parameters) throws SQLException {
		List<T> rows = new ArrayList<>();
		each(connection, sql, (row) -> rows.add(reader.read(row)), parameters);
		return rows;
	}

	/**
	 * Goes through all rows.
	 * @param connection where to
	 * @param sql the statement
	 * @param consumer takes each row
	 * @param parameters the statement's parameters
	 * @throws SQLException if the database fails
	 */
	public static void each(Connection connection, String sql, RowConsumer consumer, @Nullable Object... parameters)
			throws SQLException {
		try (PreparedStatement statement = prepare(connection, sql, parameters)) {
			statement.setFetchSize(FETCHED);
			ResultSet rows = statement.executeQuery();
			while (rows.next()) {
				consumer.accept(rows);
			}
		}
	}

	/**
	 * Reads the first row.
	 * @param connection where to
	 * @param sql the statement
	 * @param reader reads the row
	 * @param parameters the statement's parameters
	 * @param <T> what the row is read as
	 * @return the row, or {@code null} if there is none
	 * @throws SQLException if the database fails
	 */
	public static <T> @Nullable T find(Connection connection, String sql, RowReader<? extends @Nullable T> reader,
			@Nullable Object... parameters) throws SQLException {
		try (PreparedStatement statement = prepare(connection, sql, parameters);
				ResultSet rows = statement.executeQuery()) {
			return rows.next() ? reader.read(rows) : null;
		}
	}

	/**
	 * Reads the row of a statement that always gives one.
	 * @param connection where to
	 * @param sql the statement
	 * @param reader reads the row
	 * @param parameters the statement's parameters
	 * @param <T> what the row is read as
	 * @return the row
	 * @throws SQLException if the database fails, or gives none
	 */
	public static <T extends @Nullable Object> T get(Connection connection, String sql, RowReader<T> reader,
			@Nullable Object... parameters) throws SQLException {
		try (PreparedStatement statement = prepare(connection, sql, parameters);
				ResultSet rows = statement.executeQuery()) {
			if (!rows.next()) {
				throw new SQLException("A row was expected of: " + sql);
			}
			return reader.read(rows);
		}
	}

	/**
	 * Asks whether something is so.
	 * @param connection where to
	 * @param sql the statement, which gives one row with one value
	 * @param parameters the statement's parameters
	 * @return its answer; {@code false} where that is null
	 * @throws SQLException if the database fails, or gives no row
	 */
	public static boolean is(Connection connection, String sql, @Nullable Object... parameters) throws SQLException {
		return get(connection, sql, (row) -> row.getBoolean(1), parameters);
	}

	/**
	 * Changes rows.
	 * @param connection where to
	 * @param sql the statement
	 * @param parameters the statement's parameters
	 * @return how many rows were changed
	 * @throws SQLException if the database fails
	 */
	public static int update(Connection connection, String sql, @Nullable Object... parameters) throws SQLException {
		try (PreparedStatement statement = prepare(connection, sql, parameters)) {
			return statement.executeUpdate();
		}
	}

	/**
	 * Runs a statement whose result is of no interest.
	 * @param connection where to
	 * @param sql the statement
	 * @param parameters the statement's parameters
	 * @throws SQLException if the database fails
	 */
	public static void execute(Connection connection, String sql, @Nullable Object... parameters) throws SQLException {
		try (PreparedStatement statement = prepare(connection, sql, parameters)) {
			statement.execute();
		}
	}

	/**
	 * An array as a parameter.
	 * @param type the database's name of the elements' type
	 * @param elements the elements
	 * @return the parameter
	 */
	public static Object array(String type, Collection<?> elements) {
		return new ArrayOf(type, elements.toArray());
	}

	/**
	 * An array of {@code bytea} as a parameter.
	 * @param elements the elements
	 * @return the parameter
	 */
	public static Object arrayOfBytes(Collection<byte[]> elements) {
		// In an array of objects the driver does not know them.
		return new ArrayOf("bytea", elements.toArray(byte[][]::new));
	}

	private static PreparedStatement prepare(Connection connection, String sql, @Nullable Object... parameters)
			throws SQLException {
		PreparedStatement statement = connection.prepareStatement(sql);
		try {
			for (int i = 0; i < parameters.length; i++) {
				set(connection, statement, i + 1, parameters[i]);
			}
			return statement;
		}
		catch (SQLException | RuntimeException | Error ex) {
			statement.close();
			throw ex;
		}
	}

	private static void set(Connection connection, PreparedStatement statement, int index, @Nullable Object value)
			throws SQLException {
		if (value instanceof ArrayOf array) {
			statement.setArray(index, connection.createArrayOf(array.type(), array.elements()));
		}
		else if (value instanceof Instant instant) {
			statement.setObject(index, instant.atOffset(ZoneOffset.UTC));
		}
		else {
			statement.setObject(index, value);
		}
	}

	/**
	 * Reads a row.
	 *
	 * @param <T> what it is read as
	 */
	@FunctionalInterface
	public interface RowReader<T extends @Nullable Object> {

		T read(ResultSet row) throws SQLException;

	}

	/**
	 * Takes a row.
	 */
	@FunctionalInterface
	public interface RowConsumer {

		void accept(ResultSet row) throws SQLException;

	}

	private record ArrayOf(String type, Object[] elements) {

	}

}
