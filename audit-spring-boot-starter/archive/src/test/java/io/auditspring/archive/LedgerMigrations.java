/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import javax.sql.DataSource;

import io.auditspring.TestDatabase;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.table.SchemaMigrations;

/**
 * What the first start of an application runs in its database, for ledgers that tests
 * archive.
 */
public final class LedgerMigrations implements TestDatabase.Migrations {

	@Override
	public void run(DataSource database) {
		SchemaMigrations.configure(new Schema("audit"), SchemaMigrations.LEDGER, SchemaMigrations.LEDGER_HISTORY)
			.dataSource(database)
			.load()
			.migrate();
	}

}
