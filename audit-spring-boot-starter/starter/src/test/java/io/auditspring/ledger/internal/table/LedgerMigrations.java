package io.auditspring.ledger.internal.table;

import javax.sql.DataSource;

import io.auditspring.TestDatabase;
import io.auditspring.ledger.Schema;

/**
 * What the first start of an application runs in its database, for those that tests
 * start.
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
