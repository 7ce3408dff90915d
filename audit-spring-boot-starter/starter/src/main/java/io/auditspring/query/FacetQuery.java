/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.auditspring.ledger.internal.tree.RootRows;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import org.jspecify.annotations.Nullable;

/**
 * Counts entries, and what values they have: by the sums that are kept where they tell
 * it, else among the newest. Neither takes longer the more there is.
 */
final class FacetQuery {

	private static final Duration DAY = Duration.ofDays(1);

	/** Where the clock of the database is ahead of ours. */
	private static final Duration AHEAD = Duration.ofHours(1);

	private final EntityManager entityManager;

	private final AuditQuery query;

	private final Instant from;

	private final Instant to;

	/** The same without its period and the actions that it leaves out. */
	private final AuditQuery whole;

	private final Set<String> leftOut = new TreeSet<>();

	FacetQuery(EntityManager entityManager, AuditQuery query) {
		this.entityManager = entityManager;
		this.query = query;
		Instant start = Instant.EPOCH;
		Instant end = Instant.now().plus(AHEAD);
		AuditQuery rest = query;
		for (Filter filter : query.filters()) {
			if (Filter.FROM.equals(filter.attribute()) && filter.value() instanceof Instant time) {
				start = time.isAfter(start) ? time : start;
			}
			else if (Filter.TO.equals(filter.attribute()) && filter.value() instanceof Instant time) {
				end = time.isBefore(end) ? time : end;
			}
			else if (filter.leavesOut()) {
				this.leftOut.add(String.valueOf(filter.value()));
			}
			else {
				continue;
			}
			rest = rest.dropping(filter);
		}
		// The sums know nothing of the root log.
		this.leftOut.remove(RootRows.ACTION);
		this.whole = rest;
		this.from = start;
		this.to = end;
	}

	AuditTrail.Count count(int most) {
		Map<String, Long> outcomes = kept(Facets.Field.OUTCOME);
		if (outcomes != null) {
			return new AuditTrail.Count(outcomes.values().stream().mapToLong(Long::longValue).sum(), true);
		}
		Newest newest = newest(List.of(), most);
		return new AuditTrail.Count(newest.rows().size(), newest.all());
	}

	Facets facets(Set<Facets.Field> fields) {
		Map<Facets.Field, @Nullable Map<String, Long>> kept = new LinkedHashMap<>();
		fields.forEach((field) -> kept.put(field, kept(field)));
		List<Facets.Field> others = fields.stream().filter((field) -> kept.get(field) == null).toList();
		Newest newest = others.isEmpty() ? null
				: newest(others.stream().map(Facets.Field::attribute).toList(), Facets.NEWEST);
		Map<Facets.Field, Facets.Facet> facets = new LinkedHashMap<>();
		kept.forEach((field, counts) -> facets.put(field, (counts != null) ? Facets.mostFrequent(counts, true)
				: Facets.mostFrequent(among(newest, field), newest != null && newest.all())));
		return new Facets((newest != null) ? newest.rows().size() : count(Facets.NEWEST).entries(), facets);
	}

	private static Map<String, Long> among(@Nullable Newest newest, Facets.Field field) {
		return (newest == null) ? Map.of()
				: Facets.count(newest.rows().stream().map((row) -> Facets.Field.text(row.get(field.attribute()))));
	}

	/** How often each value comes by the sums, or {@code null} if they do not tell. */
	private @Nullable Map<String, Long> kept(Facets.Field field) {
		ActivityRollup rollup = ActivityRollup.of(this.entityManager, this.whole, this.from, this.to, DAY);
		return (rollup != null) ? rollup.values(field.attribute(), this.leftOut) : null;
	}

	private Newest newest(List<String> attributes, int most) {
		EntryPages pages = new EntryPages(this.entityManager);
		Instant since = pages.searchable(this.query);
		AuditQuery within = (since != null) ? this.query.from(since) : this.query;
		List<Tuple> rows = pages.newest(within, attributes, most + 1);
		return (rows.size() > most) ? new Newest(rows.subList(0, most), false) : new Newest(rows, since == null);
	}

	/**
	 * The newest entries of a query.
	 *
	 * @param rows what was asked of each
	 * @param all whether that is all of them
	 */
	private record Newest(List<Tuple> rows, boolean all) {

	}

}
