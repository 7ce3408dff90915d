/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.AuditSetupException;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;
import org.jspecify.annotations.Nullable;

/**
 * Makes sure at the start that chains can be received. Whether sources can be reached is
 * no part of it: they may be away.
 */
final class ReceivingCheck {

	private static final String ROLE = """
			select exists (
				select from pg_roles where rolname = 'audit_receiver' and pg_has_role(current_user, oid, 'usage')
			) and has_function_privilege(to_regprocedure(?), 'EXECUTE')
			""";

	/**
	 * What roles.sql grants to the role, so that nothing is missing in the midst of it.
	 */
	private static final List<String> FUNCTIONS = List.of("audit_receive_lock(text)",
			"audit_receive_months(text, date[])", "audit_receive_redactions(text, jsonb)",
			"audit_receive_retirement(text, text, bigint)", "audit_speaks_for(text, text)",
			"audit_receive_note(text, text)", "audit_park(text, bigint, bytea, bytea, text, text, jsonb)",
			"audit_receive_successor(text, text, uuid, jsonb)", "audit_receive_quarantine(text, jsonb, jsonb)");

	private static final List<String> TABLES = List.of("audit_log", "audit_chain", "audit_tree", "audit_tile",
			"audit_checkpoint", "audit_legal_hold", "audit_received", "audit_received_key", "audit_received_quarantine",
			"audit_request", "audit_archived", "audit_root_head");

	private static final String MISSING = """
			select string_agg(lacking, ', ')
			from (
				select name as lacking
				from unnest(?::text[]) as name
				where has_function_privilege(to_regprocedure(name), 'EXECUTE') is not true
				union all
				select name
				from unnest(?::text[]) as name
				where has_table_privilege(to_regclass(name), 'SELECT') is not true
			) as rights
			""";

	private final DataSource dataSource;

	private final Schema schema;

	ReceivingCheck(DataSource dataSource, Schema schema) {
		this.dataSource = dataSource;
		this.schema = schema;
	}

	void run(Map<String, ReceiveProperties.Source> sources) {
		try {
			OwnTransaction.look(this.dataSource, (connection) -> {
				requireTables(connection);
				requireRole(connection);
				requireRights(connection);
				requireRegistered(connection, sources);
				return true;
			});
		}
		catch (SQLException ex) {
			throw new AuditSetupException(
					"Chains of other ledgers cannot be received into the audit schema '%s': %s"
						.formatted(this.schema.name(), ex.getMessage()),
					"Make sure that the database can be reached and that its user may use the schema.", ex);
		}
	}

	/** Others do not see what standbys have. */
	void requireStatistics() {
		try {
			OwnTransaction.look(this.dataSource, (connection) -> {
				if (!Sql.is(connection, "select pg_has_role(current_user, 'pg_read_all_stats', 'usage')")) {
					String user = Sql.get(connection, "select current_user", (row) -> row.getString(1));
					throw new AuditSetupException(
							"audit.receive.synchronous-standby is set, but the database user '%s' cannot see what standbys have"
								.formatted(user),
							"Let a superuser do 'grant pg_read_all_stats to %s', or do not set it.".formatted(user));
				}
				return true;
			});
		}
		catch (SQLException ex) {
			throw new AuditSetupException(
					"It cannot be found out whether audit.receive.synchronous-standby can be used: " + ex.getMessage(),
					"Make sure that the database can be reached.", ex);
		}
	}

	private void requireTables(Connection connection) throws SQLException {
		if (!Sql.is(connection, "select to_regclass(?) is not null", this.schema.table("audit_received"))) {
			throw new AuditSetupException(
					"audit.receive is set, but the audit schema '%s' cannot hold chains of other ledgers yet: %s is missing"
						.formatted(this.schema.name(), this.schema.table("audit_received")),
					"Run the migrations of this version (audit.flyway.enabled=true, or the command 'migrate'), and then "
							+ "classpath:io/auditspring/db/roles.sql.");
		}
	}

	private void requireRole(Connection connection) throws SQLException {
		if (!Sql.is(connection, ROLE, this.schema.table("audit_receive_lock(text)"))) {
			String user = Sql.get(connection, "select current_user", (row) -> row.getString(1));
			throw new AuditSetupException(
					"audit.receive is set, but the database user '%s' does not have the role audit_receiver, to which alone "
						.formatted(user)
							+ "the audit schema '%s' lets chains of other ledgers be appended"
								.formatted(this.schema.name()),
					"Run classpath:io/auditspring/db/roles.sql and 'grant audit_receiver to %s', or name a DataSource bean "
						.formatted(user) + "of a user that has it by audit.receive.data-source.");
		}
	}

	/** The role may be there, and its rights be those of an earlier version. */
	private void requireRights(Connection connection) throws SQLException {
		String missing = Sql.<@Nullable String>get(connection, MISSING, (row) -> row.getString(1), names(FUNCTIONS),
				names(TABLES));
		if (missing != null) {
			throw new AuditSetupException(
					"audit.receive is set, but the role audit_receiver does not have all the rights that it takes in the audit "
							+ "schema '%s'; missing are those of %s".formatted(this.schema.name(), missing),
					"Run classpath:io/auditspring/db/roles.sql again: after the migrations, and after each later one.");
		}
	}

	private Object names(List<String> names) {
		return Sql.array("text", names.stream().map(this.schema::table).toList());
	}

	private void requireRegistered(Connection connection, Map<String, ReceiveProperties.Source> sources)
			throws SQLException {
		List<String> registered = Sql.list(connection,
				"select chain from %s order by chain".formatted(this.schema.table("audit_received")),
				(row) -> row.getString(1));
		Map<String, String> named = new HashMap<>();
		sources.forEach((name, source) -> source.chains().forEach((chain) -> {
			String key = "audit.receive.sources.%s.chains".formatted(name);
			String other = named.put(chain, key);
			if (other != null) {
				throw new AuditSetupException("Chain '%s' is named by both %s and %s".formatted(chain, other, key),
						"Leave it at the source that writes it: a chain has one.");
			}
			if (!registered.contains(chain)) {
				throw new AuditSetupException(
						"'%s' names chain '%s', which is not registered in the audit schema '%s'; registered are: %s"
							.formatted(key, chain, this.schema.name(),
									registered.isEmpty() ? "none" : String.join(", ", registered)),
						"Let the owner of the ledger here register it: select %s('%s', '<ledger_id of the chain in audit_chain at its source>', "
							.formatted(this.schema.table("audit_receive_chain"), chain.replace("'", "''"))
								+ "'<audit.checkpoint.origin there>', '<the key that the source's log names at its start>').");
			}
		}));
	}

}
