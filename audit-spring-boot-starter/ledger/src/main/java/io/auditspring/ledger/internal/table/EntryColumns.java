/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

import io.auditspring.ledger.Problem;
import io.auditspring.ledger.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The columns of {@code audit_log} as the verifier reads them. Whoever tampers with the
 * ledger may change its columns, too; then the rows must still be readable, so that what
 * else was changed is found.
 */
public final class EntryColumns {

	/**
	 * In the order in which {@link StoredEntry} reads them. Types by their names in the
	 * catalogue: how types are printed is a matter of settings.
	 */
	private static final Map<String, String> TYPES = types("""
			seq int8, id uuid, recorded_at timestamptz, prev_hash bytea, hash bytea,
			chain text, occurred_at timestamptz, service text, tenant text, operation_id uuid, action text,
			category text, severity text, outcome text, actor_type text, target_type text, target_id text,
			revision int8, duration_micros int8, trace_id text,
			actor_id text, actor_name text, impersonator_id text, ip_address inet, user_agent text, session_id text,
			device_fingerprint text, geolocation jsonb,
			target_name text, message text, justification text, error text, before_state jsonb, after_state jsonb,
			changes jsonb, metadata jsonb, related jsonb,
			hash_version int2, salt bytea, actor_digest bytea, data_digest bytea
			""");

	private final Map<String, String> found;

	private EntryColumns(Map<String, String> found) {
		this.found = found;
	}

	public static EntryColumns of(Connection connection, Schema schema) throws SQLException {
		Map<String, String> found = new HashMap<>();
		Sql.each(connection, """
				select attname, case nspname when 'pg_catalog' then typname else concat(nspname, '.', typname) end
				from pg_catalog.pg_attribute
				join pg_catalog.pg_type on pg_type.oid = atttypid
				join pg_catalog.pg_namespace on pg_namespace.oid = typnamespace
				where attrelid = ?::regclass and (attnum > 0 or attname = 'tableoid') and not attisdropped
				""", (row) -> found.put(row.getString(1), row.getString(2)), schema.table("audit_log"));
		return new EntryColumns(found);
	}

	/**
	 * The columns for the binary format, and the partition.
	 * @return a select list
	 */
	String selectList() {
		return TYPES.entrySet()
			.stream()
			.map((column) -> expression(column.getKey(), column.getValue()))
			.collect(Collectors.joining(", ", expression("tableoid", "oid") + ", ", ""));
	}

	private String expression(String name, String type) {
		String actual = this.found.get(name);
		if (type.equals(actual)) {
			return name;
		}
		if (actual != null && type.equals("jsonb")) {
			// As a jsonb value is sent: its version, then its text.
			return "decode('01', 'hex') || convert_to(%s::text, 'UTF8')".formatted(name);
		}
		return (actual != null && type.equals("text")) ? name + "::text" : "null::" + type;
	}

	/**
	 * Which chain a redaction entry is about.
	 * @return an expression; null if the column is not as it should be
	 */
	String redactedChain() {
		return "jsonb".equals(this.found.get("metadata")) ? "metadata->>'chain'" : "null::text";
	}

	public void check(Problems problems) {
		TYPES.forEach((name, type) -> {
			String actual = this.found.get(name);
			if (!type.equals(actual)) {
				problems.add(Problem.Kind.COLUMN, null, null, what(name, actual), type, actual);
			}
		});
	}

	private static String what(String name, @Nullable String actual) {
		return (actual != null) ? "audit_log's column %s has another type".formatted(name)
				: "audit_log has no column " + name;
	}

	private static Map<String, String> types(String declarations) {
		Map<String, String> types = new LinkedHashMap<>();
		for (String controlEntry : declarations.split(",")) {
			String[] nameAndType = controlEntry.strip().split(" ");
			types.put(nameAndType[0], nameAndType[1]);
		}
		return types;
	}

}
