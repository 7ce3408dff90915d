/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.util.Map;

import io.auditspring.ledger.Schema;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/**
 * How the migrations of the audit schema are run: each in a transaction of its own, which
 * leaves nothing when it fails.
 */
public final class SchemaMigrations {

	/** Where the scripts are. */
	public static final String LOCATION = "classpath:io/auditspring/db/";

	/** The directory, and the table, of the ledger's. */
	public static final String LEDGER = "migration";

	/** The table of the ledger's migrations that have been run. */
	public static final String LEDGER_HISTORY = "audit_schema_history";

	private SchemaMigrations() {
	}

	/**
	 * The configuration of Flyway, without a data source.
	 * @param schema the schema to migrate
	 * @param directory the directory of the scripts
	 * @param history the table of those that have been run
	 * @return the configuration
	 */
	public static FluentConfiguration configure(Schema schema, String directory, String history) {
		return Flyway.configure(SchemaMigrations.class.getClassLoader())
			.defaultSchema(schema.name())
			.schemas(schema.name())
			.table(history)
			// The schema may hold other tables already.
			.baselineOnMigrate(true)
			.baselineVersion("0")
			.locations(LOCATION + directory)
			.placeholders(Map.of("schema", schema.name()));
	}

}
