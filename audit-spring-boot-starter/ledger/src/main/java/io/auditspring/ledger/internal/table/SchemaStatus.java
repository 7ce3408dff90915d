/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

import io.auditspring.ledger.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Which migrations of a schema have been run.
 *
 * @param schema the schema
 * @param version the version it has by now, or {@code null} where no migration has been
 * run, or something else than Flyway runs them
 * @param applied what has been run, in its order
 * @param pending what has not, in its order
 * @param failed what has begun and failed; the migrations here leave nothing when they
 * fail, so that it is still pending
 */
public record SchemaStatus(String schema, @Nullable String version, List<Migration> applied, List<String> pending,
		List<String> failed) {

	private static final Comparator<String> IN_ORDER = Comparator.comparingInt(SchemaStatus::number)
		.thenComparing(Comparator.naturalOrder());

	/**
	 * Reads the table of the migrations.
	 * @param connection a connection to PostgreSQL
	 * @param schema the schema
	 * @param history the name of the table
	 * @param scripts the names of all scripts there are
	 * @return what it says
	 * @throws SQLException if the database fails
	 */
	public static SchemaStatus read(Connection connection, Schema schema, String history, Collection<String> scripts)
			throws SQLException {
		TreeSet<String> pending = new TreeSet<>(IN_ORDER);
		pending.addAll(scripts);
		List<Migration> applied = new ArrayList<>();
		List<String> failed = new ArrayList<>();
		String table = schema.table(history);
		if (!Sql.is(connection, "select to_regclass(?) is not null", table)) {
			return new SchemaStatus(schema.name(), null, applied, List.copyOf(pending), failed);
		}
		Sql.each(connection, """
				select version, script, installed_on, success
				from %s
				where version is not null and type <> 'BASELINE'
				order by installed_rank
				""".formatted(table), (row) -> {
			if (row.getBoolean(4)) {
				pending.remove(row.getString(2));
				applied.add(new Migration(row.getString(1), row.getString(2), row.getTimestamp(3).toInstant()));
			}
			else {
				failed.add(row.getString(2));
			}
		});
		String version = applied.stream()
			.map(Migration::script)
			.max(IN_ORDER)
			.map((script) -> Integer.toString(number(script)))
			.orElse(null);
		return new SchemaStatus(schema.name(), version, applied, List.copyOf(pending), failed);
	}

	private static int number(String script) {
		String digits = script.replaceFirst("^V(\\d{1,9})__.*$", "$1");
		return digits.equals(script) ? Integer.MAX_VALUE : Integer.parseInt(digits);
	}

	/**
	 * A migration that has been run.
	 *
	 * @param version its number
	 * @param script its script
	 * @param at when it was run
	 */
	public record Migration(String version, String script, Instant at) {

	}

}
