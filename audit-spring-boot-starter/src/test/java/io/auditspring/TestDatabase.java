package io.auditspring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * One real PostgreSQL for all tests of the JVM, with an empty database for each that asks
 * for one.
 */
public final class TestDatabase {

	private static final AtomicInteger DATABASES = new AtomicInteger();

	private TestDatabase() {
	}

	/**
	 * Creates an empty database.
	 * @return connections to it, as superuser
	 */
	public static DataSource newDatabase() {
		return copyOf("template1");
	}

	/**
	 * Creates a copy of a database, which is faster than filling another one.
	 * @param original the database's name; nobody may be connected to it
	 * @return connections to the copy, as superuser
	 */
	public static DataSource copyOf(String original) {
		String name = "test_" + DATABASES.incrementAndGet();
		execute("create database %s template %s".formatted(name, original));
		return Server.INSTANCE.getDatabase("postgres", name);
	}

	/**
	 * Drops a large database, so that the server does not write it to disk when it stops.
	 * @param database connections to it
	 */
	public static void drop(DataSource database) {
		execute("drop database %s with (force)".formatted(((PGSimpleDataSource) database).getDatabaseName()));
	}

	private static void execute(String sql) {
		try (Connection connection = Server.INSTANCE.getPostgresDatabase().getConnection();
				Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static final class Server {

		static final EmbeddedPostgres INSTANCE = start();

		private static EmbeddedPostgres start() {
			try {
				EmbeddedPostgres server = EmbeddedPostgres.builder().setServerConfig("max_connections", "200").start();
				Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server)));
				return server;
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		private static void stop(EmbeddedPostgres server) {
			try {
				server.close();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
