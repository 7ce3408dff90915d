/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * Settings of the server under which the ledger's own statements mean and print what they
 * are meant to, whatever database, role, pool or session say. They end with the
 * transaction.
 */
public final class KnownSettings {

	/**
	 * The path: nobody's own functions and operators. The limit of an index would leave
	 * out rows. The session of a process that is frozen is ended, but not of one that
	 * pauses to read what was kept elsewhere. TCP alone takes two hours to notice that a
	 * host vanished without a word.
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
			set local idle_in_transaction_session_timeout = %s;
			set local tcp_keepalives_idle = 10;
			set local tcp_keepalives_interval = 5;
			set local tcp_keepalives_count = 3;
			select set_config('transaction_timeout', '0', true)
			where current_setting('transaction_timeout', true) is not null
			""";

	private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

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
		return beginning(mode, LONGEST_PAUSE);
	}

	/** Whoever pauses for longer between two statements is taken for frozen. */
	static String beginning(String mode, Duration longestPause) {
		return "set transaction " + mode + ";\n" + SET.formatted(longestPause.toMillis());
	}

	/**
	 * Sets them.
	 * @param connection with an open transaction
	 * @throws SQLException if the database fails
	 */
	public static void apply(Connection connection) throws SQLException {
		execute(connection, SET.formatted(LONGEST_PAUSE.toMillis()));
	}

	private static void execute(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

}
