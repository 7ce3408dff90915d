/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;

import javax.sql.DataSource;

import io.auditspring.AuditSetupException;
import io.auditspring.ledger.internal.table.Sql;

/**
 * Asks a database what it is before anything is asked of it that only PostgreSQL
 * understands.
 */
final class DatabaseProduct {

	private static final int OLDEST = 15;

	/** What calls itself PostgreSQL, and is none, by what only it says in its version. */
	private static final Map<String, String> OTHERS = Map.of("CockroachDB", "CockroachDB", "-YB-", "YugabyteDB",
			"Redshift", "Amazon Redshift");

	private DatabaseProduct() {
	}

	static void require(DataSource database) {
		try (Connection connection = database.getConnection()) {
			DatabaseMetaData product = connection.getMetaData();
			String name = product.getDatabaseProductName();
			if (!name.equals("PostgreSQL")) {
				throw another(name, found(product));
			}
			String version = version(connection);
			OTHERS.forEach((word, other) -> {
				if (version.contains(word)) {
					throw another(other, "Found %s (%s), the audit trail needs PostgreSQL itself, %s or later"
						.formatted(other, version, OLDEST));
				}
			});
			if (product.getDatabaseMajorVersion() < OLDEST) {
				throw new AuditSetupException(found(product),
						"Upgrade the database, or set audit.enabled=false; nothing is recorded then.");
			}
		}
		catch (SQLException ex) {
			throw new AuditSetupException("The database of the audit trail cannot be reached: " + ex.getMessage(),
					"Make sure that the database is up and that the data source leads to it.", ex);
		}
	}

	private static String version(Connection connection) throws SQLException {
		String version = Objects.requireNonNull(Sql.find(connection, "select version()", (row) -> row.getString(1)));
		if (!connection.getAutoCommit()) {
			connection.rollback();
		}
		return version;
	}

	private static AuditSetupException another(String name, String found) {
		return new AuditSetupException(found,
				("Keep the business data in PostgreSQL, and the ledger if it has a data source of its own "
						+ "(@AuditDataSource). Tests may run on %s: with audit-spring-boot-starter-test on their class "
						+ "path, which keeps the entries in memory where the database is an embedded one, or where "
						+ "audit.test.in-memory=true says so. Or set audit.enabled=false; nothing is recorded then.")
					.formatted(name));
	}

	private static String found(DatabaseMetaData product) throws SQLException {
		return "Found %s %s, the audit trail needs PostgreSQL %s or later".formatted(product.getDatabaseProductName(),
				product.getDatabaseProductVersion(), OLDEST);
	}

}
