/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Settings of the server under which the ledger's own statements mean and print what they
 * are meant to, whatever database, role, pool or session say. They end with the
 * transaction.
 */
public final class KnownSettings {

	/**
	 * The path: nobody's own functions and operators. The limit of an index would leave
	 * out rows. The session of a process that is frozen is ended, but not of one that
	 * pauses to read what was kept elsewhere.
	 */
	private static final String SET = """
			set local search_path = pg_catalog, pg_temp;
			set local standard_conforming_strings = on;
			set local quote_all_identifiers = off;
			set local bytea_output = hex;
			set local transform_null_equals = off;
			set local row_security = on;
			set local gin_fuzzy_search_limit = 0;
			set local lock_timeout = '1min';
			set local statement_timeout = 0;
			set local idle_in_transaction_session_timeout = '5min';
			select set_config('transaction_timeout', '0', true)
			where current_setting('transaction_timeout', true) is not null
			""";

	private KnownSettings() {
	}

	/**
	 * Begins a transaction with them. All in one round trip: the session of whoever
	 * pauses in between may be ended.
	 * @param connection with auto-commit off and no transaction begun
	 * @param mode the transaction's isolation level and whether it writes, whatever the
	 * pool's default is
	 * @throws SQLException if the database fails
	 */
	public static void begin(Connection connection, String mode) throws SQLException {
		execute(connection, beginning(mode));
	}

	static String beginning(String mode) {
		return "set transaction " + mode + ";\n" + SET;
	}

	/**
	 * Sets them.
	 * @param connection with an open transaction
	 * @throws SQLException if the database fails
	 */
	public static void apply(Connection connection) throws SQLException {
		execute(connection, SET);
	}

	private static void execute(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

}
