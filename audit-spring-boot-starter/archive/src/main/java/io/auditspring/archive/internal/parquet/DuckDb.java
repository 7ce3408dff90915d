/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.parquet;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.Properties;
import java.util.stream.Collectors;

import io.auditspring.archive.ArchiveOptions;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDriver;

/**
 * A DuckDB of its own in a temporary directory. It reaches no file elsewhere but those
 * that it is given, and no network: extensions are neither loaded nor installed.
 */
public final class DuckDb implements AutoCloseable {

	private final TemporaryDirectory directory;

	private final DuckDBConnection connection;

	private DuckDb(TemporaryDirectory directory, DuckDBConnection connection) {
		this.directory = directory;
		this.connection = connection;
	}

	/**
	 * Opens one that writes: its tables wait on disk.
	 * @param options what it may take
	 * @param readable files elsewhere that it may read
	 * @return an empty database
	 * @throws IOException if there is no room for temporary files
	 * @throws SQLException if DuckDB does not start
	 */
	public static DuckDb open(ArchiveOptions options, Collection<Path> readable) throws IOException, SQLException {
		return open(options, readable, "rows.duckdb");
	}

	/**
	 * Opens one that only reads, which takes less to begin.
	 * @param options what it may take
	 * @param readable the files that it may read
	 * @return an empty database
	 * @throws IOException if there is no room for temporary files
	 * @throws SQLException if DuckDB does not start
	 */
	public static DuckDb reading(ArchiveOptions options, Collection<Path> readable) throws IOException, SQLException {
		return open(options, readable, "");
	}

	private static DuckDb open(ArchiveOptions options, Collection<Path> readable, String file)
			throws IOException, SQLException {
		TemporaryDirectory directory = TemporaryDirectory.create(options);
		try {
			String url = "jdbc:duckdb:" + (file.isEmpty() ? "" : directory.path().resolve(file).toString());
			return new DuckDb(directory, connect(url, directory.path(), options, readable));
		}
		catch (SQLException | RuntimeException ex) {
			directory.close();
			throw ex;
		}
	}

	private static DuckDBConnection connect(String url, Path directory, ArchiveOptions options,
			Collection<Path> readable) throws SQLException {
		Properties settings = new Properties();
		settings.setProperty("memory_limit", options.memoryLimit());
		settings.setProperty("threads", String.valueOf(options.threads()));
		settings.setProperty("temp_directory", directory.resolve("spilled").toString());
		settings.setProperty("autoinstall_known_extensions", "false");
		settings.setProperty("autoload_known_extensions", "false");
		settings.setProperty(DuckDBDriver.JDBC_STREAM_RESULTS, "true");
		Connection connection = new DuckDBDriver().connect(url, settings);
		if (connection == null) {
			throw new SQLException("DuckDB does not know its own URL");
		}
		try (Statement statement = connection.createStatement()) {
			statement.execute("set allowed_directories = [%s]".formatted(quote(directory)));
			statement.execute("set allowed_paths = [%s]"
				.formatted(readable.stream().map(DuckDb::quote).collect(Collectors.joining(", "))));
			// What waits is written once and read once.
			statement.execute("set force_compression = 'uncompressed'");
			statement.execute("set enable_external_access = false");
			statement.execute("set lock_configuration = true");
			return connection.unwrap(DuckDBConnection.class);
		}
		catch (SQLException | RuntimeException ex) {
			connection.close();
			throw ex;
		}
	}

	/**
	 * A path as a literal of SQL.
	 * @param path the path
	 * @return the literal
	 */
	public static String quote(Path path) {
		return "'" + path.toString().replace("'", "''") + "'";
	}

	/**
	 * A table of SQL: what a file holds, and not what its path says.
	 * @param file the file
	 * @return a table function
	 */
	public static String table(Path file) {
		return "read_parquet(%s, hive_partitioning = false)".formatted(quote(file));
	}

	public DuckDBConnection connection() {
		return this.connection;
	}

	/**
	 * Another connection to the same database: a connection streams one result at a time.
	 * @return the connection, to be closed by the caller
	 * @throws SQLException if there can be none
	 */
	public DuckDBConnection another() throws SQLException {
		return this.connection.duplicate().unwrap(DuckDBConnection.class);
	}

	public void execute(String sql) throws SQLException {
		try (PreparedStatement statement = this.connection.prepareStatement(sql)) {
			statement.execute();
		}
	}

	/**
	 * Where it writes.
	 * @return a directory that is deleted with it
	 */
	public Path directory() {
		return this.directory.path();
	}

	@Override
	public void close() throws SQLException {
		try {
			this.connection.close();
		}
		finally {
			this.directory.close();
		}
	}

}
