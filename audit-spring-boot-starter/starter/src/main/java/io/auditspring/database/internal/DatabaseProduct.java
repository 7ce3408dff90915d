/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;

import javax.sql.DataSource;

import io.auditspring.AuditSetupException;

/**
 * Asks a database what it is before anything is asked of it that only PostgreSQL
 * understands.
 */
final class DatabaseProduct {

	private static final int OLDEST = 15;

	private DatabaseProduct() {
	}

	static void require(DataSource database) {
		try (Connection connection = database.getConnection()) {
			DatabaseMetaData product = connection.getMetaData();
			if (!product.getDatabaseProductName().equals("PostgreSQL")) {
				throw new AuditSetupException(found(product),
						"Keep the business data in PostgreSQL, and the ledger if it has a data source of its own "
								+ "(@AuditDataSource). Tests may run on %s: with audit-spring-boot-starter-test "
									.formatted(product.getDatabaseProductName())
								+ "on their class path, which keeps the entries in memory where the database "
								+ "is an embedded one, or where audit.test.in-memory=true says so. Or set "
								+ "audit.enabled=false; nothing is recorded then.");
			}
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

	private static String found(DatabaseMetaData product) throws SQLException {
		return "Found %s %s, the audit trail needs PostgreSQL %d or later".formatted(product.getDatabaseProductName(),
				product.getDatabaseProductVersion(), OLDEST);
	}

}
