/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

import io.auditspring.Actor;
import org.jspecify.annotations.Nullable;

/**
 * Which values the entries of a query have, and how often.
 *
 * @param entries how many entries were counted: all of the query, or its newest
 * {@value #NEWEST} where not all fields are exact
 * @param fields the values of each field that was asked for
 * @since 0.1.0
 */
public record Facets(long entries, Map<Field, Facet> fields) {

	/** How many entries are looked at where no sums tell. */
	public static final int NEWEST = 10_000;

	/** How many values of a field are told. */
	public static final int MOST_FREQUENT = 10;

	/**
	 * Whether everything that was asked for is about all entries of the query.
	 * @return whether no field is about the newest entries alone
	 */
	public boolean exact() {
		return this.fields.values().stream().allMatch(Facet::exact);
	}

	/**
	 * The values of one field.
	 *
	 * @param values how often each value comes, most frequent first; entries without a
	 * value are not told of
	 * @param exact whether that is about all entries of the query, and not only about its
	 * newest
	 */
	public record Facet(Map<String, Long> values, boolean exact) {

	}

	/**
	 * What values can be counted of.
	 */
	public enum Field {

		OUTCOME("outcome", "outcome", (entry) -> constant(entry.getOutcome())),

		SEVERITY("severity", "severity", (entry) -> constant(entry.getSeverity())),

		ACTION("action", "action", AuditEntry::getAction),

		ACTOR("actor", "actorId", (entry) -> {
			Actor actor = entry.getActor();
			return (actor != null) ? actor.id() : null;
		}),

		TARGET_TYPE("targetType", "targetType", AuditEntry::getTargetType),

		CATEGORY("category", "category", AuditEntry::getCategory),

		SERVICE("service", "service", AuditEntry::getService),

		TENANT("tenant", "tenant", AuditEntry::getTenant),

		IP("ip", "ipAddress", AuditEntry::getIpAddress);

		private final String parameter;

		private final String attribute;

		private final Function<AuditEntry, @Nullable String> value;

		Field(String parameter, String attribute, Function<AuditEntry, @Nullable String> value) {
			this.parameter = parameter;
			this.attribute = attribute;
			this.value = value;
		}

		/**
		 * What the parameter is called by which the API filters by it.
		 * @return the name
		 */
		public String parameter() {
			return this.parameter;
		}

		String attribute() {
			return this.attribute;
		}

		@Nullable String of(AuditEntry entry) {
			return this.value.apply(entry);
		}

		static @Nullable String text(@Nullable Object value) {
			return (value instanceof Enum<?> named) ? constant(named) : (value != null) ? value.toString() : null;
		}

		private static String constant(Enum<?> value) {
			return value.name().toLowerCase(Locale.ROOT);
		}

	}

	/** Those of the same number in the order of their letters. */
	static Facet mostFrequent(Map<String, Long> counts, boolean exact) {
		return new Facet(ActivityQuery.mostFrequent(counts), exact);
	}

	/** How often each value comes; {@code null} is none. */
	static Map<String, Long> count(Stream<@Nullable String> values) {
		Map<String, Long> counts = new TreeMap<>();
		values.forEach((value) -> {
			if (value != null) {
				counts.merge(value, 1L, Long::sum);
			}
		});
		return counts;
	}

	/**
	 * Counts what is read page by page.
	 */
	static final class Counting {

		private final Map<Field, Map<String, Long>> counts = new LinkedHashMap<>();

		private int entries;

		private boolean full;

		Counting(Iterable<Field> fields) {
			fields.forEach((field) -> this.counts.put(field, new TreeMap<>()));
		}

		void add(List<AuditEntry> page) {
			this.full |= this.entries + page.size() > NEWEST;
			List<AuditEntry> counted = page.subList(0, Math.min(page.size(), NEWEST - this.entries));
			this.counts.forEach((field, values) -> count(counted.stream().map(field::of))
				.forEach((value, count) -> values.merge(value, count, Long::sum)));
			this.entries += counted.size();
		}

		/** Whether there are more entries than are counted. */
		boolean isFull() {
			return this.full;
		}

		Facets facets(boolean complete) {
			Map<Field, Facet> facets = new LinkedHashMap<>();
			this.counts.forEach((field, values) -> facets.put(field, mostFrequent(values, complete && !this.full)));
			return new Facets(this.entries, facets);
		}

	}

}
