/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.chain;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.ledger.internal.table.StoredEntry;
import org.jspecify.annotations.Nullable;

/**
 * The partitions of {@code audit_log}, each of which holds the entries of the month in
 * its name. An entry elsewhere would be retired at another time than its own.
 */
public final class PartitionCheck {

	/** Of what is not in a database. */
	public static final PartitionCheck NONE = new PartitionCheck(Map.of());

	private static final Pattern NAME = Pattern.compile("audit_log_(\\d{4})_(0[1-9]|1[0-2])");

	private final Map<Integer, Month> months;

	private PartitionCheck(Map<Integer, Month> months) {
		this.months = months;
	}

	/**
	 * A table that holds entries.
	 *
	 * @param table its name
	 * @param start when its month begins, or {@code null} if its name has none
	 * @param end when the next month begins, or {@code null} if its name has none
	 */
	private record Month(String table, @Nullable Instant start, @Nullable Instant end) {

		static Month of(String table) {
			Matcher name = NAME.matcher(table);
			if (!name.matches()) {
				return new Month(table, null, null);
			}
			YearMonth month = YearMonth.of(Integer.parseInt(name.group(1)), Integer.parseInt(name.group(2)));
			return new Month(table, start(month), start(month.plusMonths(1)));
		}

		private static Instant start(YearMonth month) {
			return month.atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC);
		}

		boolean holds(Instant time) {
			return this.start != null && this.end != null && !time.isBefore(this.start) && time.isBefore(this.end);
		}

	}

	public static PartitionCheck of(Connection connection, Schema schema) throws SQLException {
		Map<Integer, Month> months = new HashMap<>();
		Sql.each(connection, """
				select tree.relid::oid::bigint, relation.relname
				from pg_catalog.pg_partition_tree(?::regclass) as tree
				join pg_catalog.pg_class as relation on relation.oid = tree.relid
				where tree.isleaf
				""", (row) -> months.put((int) row.getLong(1), Month.of(row.getString(2))), schema.table("audit_log"));
		return new PartitionCheck(months);
	}

	/**
	 * Checks where an entry lies.
	 * @param place the entry's place
	 * @return what is wrong, or {@code null}
	 */
	@Nullable String fault(StoredEntry.Place place) {
		Month month = this.months.get(place.partition());
		return (month == null || place.recordedAt() == null || month.holds(place.recordedAt())) ? null
				: "it lies in %s, which is not the partition of its month".formatted(month.table());
	}

}
