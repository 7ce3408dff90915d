/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import io.auditspring.Outcome;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.tree.RootRows;
import io.auditspring.query.internal.value.Interval;
import jakarta.persistence.EntityManager;
import org.hibernate.query.NativeQuery;
import org.jspecify.annotations.Nullable;

/**
 * Counts entries by the sums that {@code audit_count_activity} keeps. The ends of the
 * period that are no whole hours, and what is not summed up yet, are counted in the same
 * statement, so the answer is exact.
 */
final class ActivityRollup {

	private static final Map<String, String> DIMENSIONS = Map.of("action", "action", "category", "category", "severity",
			"severity", "service", "service", "tenant", "tenant");

	private static final String OUTCOME = "outcome";

	private static final String COUNTS = """
			select %1$s as counted, outcome, cast(sum(entries) as bigint) as entries
			from (
				%2$s
				select recorded_at, %3$s, outcome, 1
				from %4$s
				where recorded_at >= '%5$s' and recorded_at < '%6$s' and chain <> 'root'%7$s
				union all
				select recorded_at, %3$s, outcome, 1
				from %4$s
				where recorded_at >= '%8$s' and recorded_at < '%9$s' and chain <> 'root'%7$s
				union all
				select entry.recorded_at, %3$s, outcome, 1
				from %10$s as head
				left join %11$s as position on position.chain = head.name
				cross join lateral (
					select *
					from %4$s
					where chain = head.name and seq >= coalesce(position.counted, 0) and seq < head.size
					and recorded_at >= '%6$s' and recorded_at < '%8$s'
					order by chain, seq
					limit 1000000000
				) as entry
				where coalesce(position.counted, 0) < head.size and head.name <> 'root'%7$s
				%12$s
			) as counts (start, value, outcome, entries)
			group by 1, 2
			""";

	/**
	 * In the same statement: by another one, what is recorded in between would be in one
	 * of both numbers only.
	 */
	private static final String LEFT_OUT = """
			union all
			select recorded_at, %s, outcome, -1
			from %s
			where recorded_at >= '%s' and recorded_at < '%s' and chain <> 'root'%s and action = :leftOut
			""";

	private final EntityManager entityManager;

	private final Schema schema;

	private final Map<String, @Nullable Object> filters;

	private final String dimension;

	private final @Nullable String leftOut;

	private final Instant from;

	private final Instant to;

	private final Instant firstHour;

	private final Instant lastHour;

	private ActivityRollup(EntityManager entityManager, Map<String, @Nullable Object> filters, @Nullable String leftOut,
			Instant from, Instant to) {
		this.entityManager = entityManager;
		this.schema = LedgerNames.of(entityManager);
		this.filters = filters;
		this.dimension = filters.keySet().stream().filter((name) -> !name.equals(OUTCOME)).findFirst().orElse("");
		this.leftOut = leftOut;
		this.from = from;
		this.to = to;
		this.firstHour = Interval.HOUR.next(from);
		this.lastHour = Interval.HOUR.start(to);
	}

	/** The sums that answer a query, or {@code null} if none do. */
	static @Nullable ActivityRollup of(EntityManager entityManager, AuditQuery query, Instant from, Instant to,
			Duration interval) {
		Map<String, @Nullable Object> filters = new LinkedHashMap<>();
		for (Filter filter : query.filters()) {
			String name = Objects.requireNonNullElse(filter.attribute(), "");
			boolean known = (DIMENSIONS.containsKey(name) || name.equals(OUTCOME))
					&& !RootRows.ACTION.equals(filter.value());
			if (!known || filters.containsKey(name) && !Objects.equals(filters.get(name), filter.value())) {
				return null;
			}
			filters.put(name, filter.value());
		}
		boolean kept = filters.size() <= (filters.containsKey(OUTCOME) ? 2 : 1)
				&& interval.toSeconds() % Interval.HOUR_SECONDS == 0;
		return (kept && Interval.HOUR.next(from).isBefore(Interval.HOUR.start(to)))
				? new ActivityRollup(entityManager, filters, null, from, to) : null;
	}

	/** The same without one action. */
	ActivityRollup without(String action) {
		return new ActivityRollup(this.entityManager, this.filters, action, this.from, this.to);
	}

	/** Whether there are sums of each action of what is asked for. */
	boolean partsActions() {
		return this.dimension.isEmpty();
	}

	List<Count> buckets(Duration interval) {
		Interval coarsest = (interval.toSeconds() % Interval.DAY_SECONDS == 0) ? Interval.DAY : Interval.HOUR;
		String start = "date_bin('%s seconds', start, timestamptz '1970-01-01 00:00:00Z')"
			.formatted(interval.toSeconds());
		String by = (this.leftOut != null && partsActions()) ? "action" : this.dimension;
		List<Object[]> rows = counts(start, by, coarsest).addScalar("counted", Instant.class)
			.addScalar(OUTCOME, String.class)
			.addScalar("entries", Long.class)
			.getResultList();
		return rows.stream()
			.map((row) -> new Count((Instant) row[0], Outcome.valueOf(((String) row[1]).toUpperCase(Locale.ROOT)),
					(Long) row[2]))
			.toList();
	}

	boolean tellsActions() {
		return Set.of("", "action").contains(this.dimension);
	}

	/** How often each action happened, or {@code null} if they are only known of all. */
	@Nullable Map<String, Long> actions() {
		if (!tellsActions()) {
			return null;
		}
		List<Object[]> rows = counts("value", "action", Interval.MONTH).addScalar("counted", String.class)
			.addScalar(OUTCOME, String.class)
			.addScalar("entries", Long.class)
			.getResultList();
		Map<String, Long> actions = new TreeMap<>();
		rows.forEach((row) -> actions.merge((String) row[0], (Long) row[2], Long::sum));
		return actions;
	}

	/**
	 * How often each value of an attribute comes, or {@code null} if the sums do not tell
	 * that of what is asked for. By one statement: by several, what is recorded in
	 * between would be in some of the sums.
	 * @param attribute the attribute
	 * @param leftOut actions that are not counted
	 */
	@Nullable Map<String, Long> values(String attribute, Set<String> leftOut) {
		String by = !leftOut.isEmpty() ? "action" : attribute.equals(OUTCOME) ? this.dimension : attribute;
		boolean known = by.isEmpty() || DIMENSIONS.containsKey(by);
		if (!known || !this.dimension.isEmpty() && !this.dimension.equals(by)
				|| !leftOut.isEmpty() && !Set.of("action", OUTCOME).contains(attribute)) {
			return null;
		}
		List<Object[]> rows = counts("value", by, Interval.MONTH).addScalar("counted", String.class)
			.addScalar(OUTCOME, String.class)
			.addScalar("entries", Long.class)
			.getResultList();
		Map<String, Long> values = new TreeMap<>();
		for (Object[] row : rows) {
			String value = value(attribute, row);
			if (value != null && !leftOut.contains(row[0])) {
				values.merge(value, (Long) row[2], Long::sum);
			}
		}
		return values;
	}

	private static @Nullable String value(String attribute, Object[] row) {
		String counted = (String) row[0];
		return switch (attribute) {
			case OUTCOME -> (String) row[1];
			case "tenant" -> (counted == null || counted.isEmpty()) ? null : counted.substring(1);
			default -> counted;
		};
	}

	/** Sums of months that were retired may still be there. */
	private String sums(String dimension, Interval.Range range) {
		return """
				select start, value, outcome, entries
				from %s
				where dimension = '%s' and scale = '%s' and start >= '%s' and start < '%s'%s
				and to_char(start at time zone 'UTC', '"audit_log_"YYYY_MM') in (
					select cast(relname as text)
					from pg_inherits join pg_class on pg_class.oid = inhrelid
					where inhparent = cast('%s' as regclass)
				)
				union all
				""".formatted(this.schema.table("audit_activity"), dimension, range.scale(), range.from(), range.to(),
				sumCondition(dimension), this.schema.table("audit_log"));
	}

	/**
	 * The size, the order and the limit, which is none, are there for the plan:
	 * PostgreSQL takes a third of the log for not summed up yet, and would read all of
	 * it.
	 */
	@SuppressWarnings("unchecked")
	private NativeQuery<Object[]> counts(String counted, String dimension, Interval coarsest) {
		String value = dimension.isEmpty() ? "''"
				: dimension.equals("tenant") ? "coalesce('=' || tenant, '')" : DIMENSIONS.get(dimension);
		boolean less = this.leftOut != null && !partsActions();
		String condition = condition(this.dimension) + condition(OUTCOME);
		String rows = condition + ((this.leftOut != null && !less) ? " and action <> :leftOut" : "");
		String sums = coarsest.divide(this.firstHour, this.lastHour)
			.stream()
			.map((range) -> sums(dimension, range))
			.collect(Collectors.joining());
		NativeQuery<Object[]> query = (NativeQuery<Object[]>) this.entityManager.createNativeQuery(COUNTS.formatted(
				counted, sums, value, this.schema.table("audit_log"), this.from, this.firstHour, rows, this.lastHour,
				this.to, this.schema.table("audit_chain"), this.schema.table("audit_activity_position"),
				less ? LEFT_OUT.formatted(value, this.schema.table("audit_log"), this.from, this.to, condition) : ""));
		if (this.leftOut != null) {
			query.setParameter("leftOut", this.leftOut);
		}
		this.filters.forEach((name, wanted) -> {
			if (wanted != null) {
				query.setParameter(name, stored(wanted));
			}
		});
		return query;
	}

	private String condition(String name) {
		if (!this.filters.containsKey(name)) {
			return "";
		}
		return (this.filters.get(name) != null) ? " and %s = :%s".formatted(name, name)
				: " and %s is null".formatted(name);
	}

	private String sumCondition(String dimension) {
		String value = "";
		if (!this.dimension.isEmpty()) {
			value = (this.filters.get(this.dimension) == null) ? " and value = ''"
					: this.dimension.equals("tenant") ? " and value = '=' || :tenant" : " and value = :" + dimension;
		}
		else if (dimension.isEmpty()) {
			value = " and value = ''";
		}
		else if (this.leftOut != null) {
			value = " and value <> :leftOut";
		}
		return value + condition(OUTCOME);
	}

	private static String stored(Object value) {
		return (value instanceof Enum<?> constant) ? constant.name().toLowerCase(Locale.ROOT) : value.toString();
	}

	/**
	 * How many entries of a span have an outcome.
	 */
	record Count(Instant start, Outcome outcome, long entries) {

	}

}
