package io.auditspring.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

import javax.sql.DataSource;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.LedgerWriter;
import io.auditspring.ledger.internal.table.SchemaMigrations;

/**
 * A ledger without an application.
 */
final class Ledger {

	private static final Schema SCHEMA = new Schema("audit");

	private final LedgerWriter writer = new LedgerWriter(SCHEMA);

	private final DataSource dataSource;

	private Ledger(DataSource dataSource) {
		this.dataSource = dataSource;
	}

	static Ledger create(Server server) throws SQLException {
		DataSource dataSource = server.plain(server.newDatabase());
		SchemaMigrations.configure(SCHEMA, SchemaMigrations.LEDGER, SchemaMigrations.LEDGER_HISTORY)
			.dataSource(dataSource)
			.load()
			.migrate();
		Ledger ledger = new Ledger(dataSource);
		ledger.execute("select audit.audit_ensure_partition((now() at time zone 'UTC')::date)");
		return ledger;
	}

	/**
	 * The same table and indexes, but only a table: whoever inserts chains nothing.
	 */
	static Ledger unguarded(Server server) throws SQLException {
		Ledger ledger = create(server);
		ledger.execute("alter table audit.audit_log disable trigger user");
		return ledger;
	}

	DataSource dataSource() {
		return this.dataSource;
	}

	Schema schema() {
		return SCHEMA;
	}

	Connection begin() throws SQLException {
		Connection connection = this.dataSource.getConnection();
		connection.setAutoCommit(false);
		return connection;
	}

	void append(Connection connection, String chain, List<Entry> entries) throws SQLException {
		this.writer.append(connection, chain, entries);
		connection.commit();
	}

	void execute(String sql) throws SQLException {
		Server.execute(this.dataSource, sql);
	}

	long number(String sql) throws SQLException {
		return Server.number(this.dataSource, sql);
	}

}
