/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.logging.Level;
import java.util.logging.Logger;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.table.SchemaMigrations;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import picocli.CommandLine.Option;

/**
 * Which database. The password is no argument: other users of the machine could see it.
 */
final class DatabaseOptions {

	/** Kept, as a logger that nobody refers to forgets its level. */
	private static final Logger FLYWAY = Logger.getLogger("org.flywaydb");

	@Option(names = "--url", required = true, paramLabel = "<jdbc:postgresql://…>", description = "the database")
	String url = "";

	@Option(names = "--user", description = "the user; the password comes from the environment variable PGPASSWORD")
	@Nullable String user;

	@Option(names = "--password-file", description = "a file with the password instead")
	@Nullable Path passwordFile;

	@Option(names = "--schema", defaultValue = "audit", description = "the ledger's schema (default: audit)")
	String schema = "audit";

	Schema schema() {
		return new Schema(this.schema);
	}

	/**
	 * Flyway for the ledger's schema.
	 * @return what runs its migrations
	 * @throws IOException if the file of the password cannot be read
	 */
	Flyway migrations() throws IOException {
		FLYWAY.setLevel(Level.WARNING);
		return SchemaMigrations.configure(schema(), SchemaMigrations.LEDGER, SchemaMigrations.LEDGER_HISTORY)
			.dataSource(this.url, this.user, password())
			.load();
	}

	private @Nullable String password() throws IOException {
		return (this.passwordFile != null) ? Files.readString(this.passwordFile).strip() : System.getenv("PGPASSWORD");
	}

	/**
	 * Connects, and begins a snapshot.
	 * @return a connection in a transaction that only reads
	 * @throws SQLException if the database cannot be reached, or has no such ledger
	 * @throws IOException if the file of the password cannot be read
	 */
	Connection connect() throws SQLException, IOException {
		Properties properties = new Properties();
		put(properties, "user", this.user);
		put(properties, "password", password());
		properties.setProperty("ApplicationName", "audit-verify");
		Connection connection = new Driver().connect(this.url, properties);
		if (connection == null) {
			throw new IllegalArgumentException(
					"--url takes a URL that begins with jdbc:postgresql:, not '%s'".formatted(this.url));
		}
		begin(connection);
		return connection;
	}

	private void begin(Connection connection) throws SQLException {
		connection.setAutoCommit(false);
		try (Statement statement = connection.createStatement()) {
			// Fails if there is no such ledger. In one round trip, as the session of
			// whoever
			// pauses in between may be ended.
			statement.execute("""
					set transaction isolation level repeatable read, read only;
					set local idle_in_transaction_session_timeout = '5min';
					select from %s limit 0
					""".formatted(schema().table("audit_log")));
		}
	}

	private static void put(Properties properties, String name, @Nullable String value) {
		if (value != null) {
			properties.setProperty(name, value);
		}
	}

}
