/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;

import javax.sql.DataSource;

import io.auditspring.AuditSetupException;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.table.SchemaMigrations;
import io.auditspring.ledger.internal.table.Sql;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadata;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * Brings the audit schema of a database up to date with Flyway. The migrations have a
 * history table of their own, so that they never meet those of the application.
 */
final class AuditMigrations {

	private static final Logger logger = LoggerFactory.getLogger(AuditMigrations.class);

	private static final String MIGRATIONS = SchemaMigrations.LOCATION;

	/** What is done by hand, or by others, where the application cannot do it. */
	private static final String BY_OTHERS = "let another user run the migrations in classpath:io/auditspring/db/%s and "
			+ "set audit.flyway.enabled=false.";

	private final Schema schema;

	private final DataSourcePoolMetadataProvider pools;

	AuditMigrations(Schema schema, DataSourcePoolMetadataProvider pools) {
		this.schema = schema;
		this.pools = pools;
	}

	/**
	 * Runs those that have not been run.
	 * @param database where to
	 * @param location which of them
	 * @param history the table that says which have been run
	 */
	void run(DataSource database, String location, String history) {
		try {
			if (!isMigrated(database, location, history)) {
				requireTwoConnections(database);
				SharedSessionDataSource sessions = new SharedSessionDataSource(database);
				flyway(sessions, location, history).migrate();
				warnUnlessRecognized(sessions);
			}
		}
		catch (FlywayException | SQLException | IOException ex) {
			Throwable root = root(ex);
			throw new AuditSetupException("The audit schema '%s' could not be created or migrated: %s"
				.formatted(this.schema.name(), root.getMessage()), remedy(root, location), ex);
		}
	}

	// Asked of Flyway it takes a good third of a second at each start, and a second
	// connection, which a pool may not have.
	private boolean isMigrated(DataSource database, String location, String history) throws SQLException, IOException {
		Set<String> missing = scripts(location);
		String table = this.schema.table(history);
		try (Connection connection = database.getConnection()) {
			// Where scripts cannot be listed, Flyway may know better.
			if (!Sql.is(connection, "select to_regclass(?) is not null", table) || missing.isEmpty()) {
				return false;
			}
			Sql.each(connection, "select script from %s where success".formatted(table),
					(row) -> missing.remove(row.getString(1)));
		}
		return missing.isEmpty();
	}

	static Set<String> scripts(String location) throws IOException {
		Set<String> scripts = new HashSet<>();
		for (Resource script : new PathMatchingResourcePatternResolver(AuditMigrations.class.getClassLoader())
			.getResources(MIGRATIONS + location + "/V*.sql")) {
			scripts.add(script.getFilename());
		}
		return scripts;
	}

	// Flyway has no reason to set a search path that begins with the schema already.
	private void warnUnlessRecognized(SharedSessionDataSource sessions) throws SQLException {
		if (sessions.isRecognized()) {
			return;
		}
		try (Connection connection = sessions.getConnection()) {
			String first = Sql.find(connection, "select current_schemas(false)[1]", (row) -> row.getString(1));
			if (!this.schema.name().equals(first)) {
				logger.warn("Flyway {} sets its search path in a way that is not known here. Behind PgBouncer in "
						+ "transaction mode the next user of its session may not find his tables: let something else "
						+ "run the migrations in {} there, and set audit.flyway.enabled=false",
						Flyway.class.getPackage().getImplementationVersion(), MIGRATIONS);
			}
		}
	}

	private Flyway flyway(DataSource database, String location, String history) {
		return SchemaMigrations.configure(this.schema, location, history).dataSource(database).load();
	}

	private void requireTwoConnections(DataSource database) {
		DataSourcePoolMetadata pool = this.pools.getDataSourcePoolMetadata(database);
		Integer most = (pool != null) ? pool.getMax() : null;
		if (most != null && most == 1) {
			throw new AuditSetupException(
					"The audit schema '%s' must be created or migrated, which takes two connections, and the pool has one"
						.formatted(this.schema.name()),
					"Allow the pool a second one (spring.datasource.hikari.maximum-pool-size=2), if only for the start "
							+ "that migrates, or let something else run the migrations in "
							+ "classpath:io/auditspring/db and set audit.flyway.enabled=false.");
		}
	}

	private static String remedy(Throwable failure, String location) {
		if (DruidWall.refused(failure)) {
			return DruidWall.REMEDY;
		}
		String state = (failure instanceof SQLException refusal) ? String.valueOf(refusal.getSQLState()) : "";
		String remedy = switch (state) {
			case "25006" -> "Make connections that may write (spring.datasource.hikari.read-only, the URL's readOnly, "
					+ "default_transaction_read_only, or a replica keep them from it), or set audit.enabled=false.";
			case "42501" -> "Give the database user the right to do it (GRANT CREATE ON DATABASE ...), or " + BY_OTHERS;
			// A table, another object, a function that is there already.
			case "42P07", "42710", "42723" ->
				"Where that is the application's own, set audit.schema to a schema for the trail alone. Where the "
						+ "trail's migrations were run by something else than the application, set "
						+ "audit.flyway.enabled=false.";
			// Locks, statements and transactions that took too long.
			case "55P03", "57014", "25P04" ->
				"Start the application again when what holds it up has ended (a long transaction, another "
						+ "migration), or allow it more time (lock_timeout, statement_timeout).";
			default -> "Remove the cause, or " + BY_OTHERS;
		};
		return remedy.formatted(location);
	}

	private static Throwable root(Throwable failure) {
		Throwable root = failure;
		while (root.getCause() != null) {
			root = root.getCause();
		}
		return root;
	}

}
