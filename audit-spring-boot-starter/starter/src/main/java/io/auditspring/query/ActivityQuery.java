/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.auditspring.Outcome;
import io.auditspring.ledger.internal.tree.RootRows;
import io.auditspring.query.internal.condition.Condition;
import io.auditspring.query.internal.past.Past;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import jakarta.persistence.criteria.CriteriaQuery;
import jakarta.persistence.criteria.Expression;
import jakarta.persistence.criteria.Root;
import org.hibernate.query.criteria.HibernateCriteriaBuilder;
import org.jspecify.annotations.Nullable;

import org.springframework.data.domain.ScrollPosition;

/**
 * Counts entries: by the sums that are kept where they tell it, else one by one.
 */
final class ActivityQuery {

	static final int MOST = 50_000;

	static final int NEWEST = 2_000;

	private final EntityManager entityManager;

	private final HibernateCriteriaBuilder builder;

	private final AuditQuery query;

	private final @Nullable Past past;

	private final AuditQuery ofPast;

	/**
	 * Creates a query.
	 * @param entityManager reads the database
	 * @param query which entries
	 * @param past what is in the archive only, or {@code null}
	 * @param ofPast which entries, where names are not those that the database has
	 */
	ActivityQuery(EntityManager entityManager, AuditQuery query, @Nullable Past past, AuditQuery ofPast) {
		this.past = past;
		this.ofPast = ofPast;
		this.entityManager = entityManager;
		this.builder = (HibernateCriteriaBuilder) entityManager.getCriteriaBuilder();
		this.query = query;
	}

	Activity over(Instant from, Instant to, Duration interval) {
		Counted counted = ofPeriod(from, to, interval);
		if (this.past != null) {
			counted = withPast(this.past, counted, to, interval);
		}
		AuditQuery period = this.query.from(counted.since()).to(to);
		List<Activity.Bucket> buckets = toBuckets(counted.counts());
		long total = counted.counts().stream().mapToLong(ActivityRollup.Count::entries).sum();
		return new Activity(counted.since(), to, interval, total, buckets,
				(counted.actions() != null) ? mostFrequent(counted.actions())
						: mostFrequent("action", period, counted.since(), to),
				mostFrequent("actorId", period, counted.since(), to));
	}

	// The sums know of no filter by time: a period of the query is one of the counting.
	private Counted ofPeriod(Instant from, Instant to, Duration interval) {
		AuditQuery wanted = this.query;
		Instant start = from;
		Instant end = to;
		for (Filter filter : this.query.filters()) {
			if (Filter.FROM.equals(filter.attribute()) && filter.value() instanceof Instant time) {
				start = time.isAfter(start) ? time : start;
				wanted = wanted.dropping(filter);
			}
			else if (Filter.TO.equals(filter.attribute()) && filter.value() instanceof Instant time) {
				end = time.isBefore(end) ? time : end;
				wanted = wanted.dropping(filter);
			}
		}
		if (!start.isBefore(end)) {
			return new Counted(from, List.of(), new TreeMap<>());
		}
		Counted counted = counted(wanted, start, end, interval);
		return counted.since().equals(start) ? new Counted(from, counted.counts(), counted.actions()) : counted;
	}

	private Counted withPast(Past past, Counted live, Instant to, Duration interval) {
		Condition wanted = this.ofPast.from(live.since()).to(to).condition();
		List<ActivityRollup.Count> counts = new ArrayList<>(live.counts());
		past.sums(wanted, interval)
			.forEach((sum) -> counts.add(new ActivityRollup.Count(sum.start(), sum.outcome(), sum.entries())));
		Map<String, Long> actions = live.actions();
		if (actions != null) {
			past.frequencies(wanted, "action").forEach((action, times) -> actions.merge(action, times, Long::sum));
		}
		return new Counted(live.since(), counts, actions);
	}

	private Counted counted(AuditQuery wanted, Instant from, Instant to, Duration interval) {
		Filter leftOut = wanted.leftOut();
		if (leftOut != null && RootRows.ACTION.equals(leftOut.value()) && !wanted.mayBeRoot()) {
			return counted(wanted.dropping(leftOut), from, to, interval);
		}
		Counted counted = (leftOut != null)
				? withoutAction(wanted.dropping(leftOut), String.valueOf(leftOut.value()), from, to, interval) : null;
		if (counted != null) {
			return counted;
		}
		ActivityRollup kept = ActivityRollup.of(this.entityManager, wanted, from, to, interval);
		if (kept != null) {
			return new Counted(from, kept.buckets(interval), kept.actions());
		}
		Instant since = countable(wanted, from, to);
		return new Counted(since, buckets(wanted.from(since).to(to), interval), null);
	}

	/**
	 * Takes one action away from the sums of all. {@code null} where its entries would
	 * have to be counted one by one, and are too many.
	 */
	private @Nullable Counted withoutAction(AuditQuery all, String action, Instant from, Instant to,
			Duration interval) {
		ActivityRollup kept = ActivityRollup.of(this.entityManager, all, from, to, interval);
		if (kept == null || !kept.partsActions() && countable(all.action(action), from, to).isAfter(from)) {
			return null;
		}
		ActivityRollup others = kept.without(action);
		List<ActivityRollup.Count> counts = others.buckets(interval)
			.stream()
			.filter((count) -> count.entries() > 0)
			.toList();
		return new Counted(from, counts, others.actions());
	}

	/**
	 * Since when there are no more entries than can be looked at, and counted one by one.
	 */
	private Instant countable(AuditQuery wanted, Instant from, Instant to) {
		EntryPages pages = new EntryPages(this.entityManager);
		AuditQuery period = wanted.from(from).to(to).newestFirst().after(ScrollPosition.keyset());
		Instant farthest = period.isSearch() ? pages.farthest(period, true) : null;
		Instant last = pages.after(MOST, ((farthest != null) ? period.from(farthest) : period).filter(), true);
		return (last != null) ? last.plus(1, ChronoUnit.MICROS) : (farthest != null) ? farthest : from;
	}

	private List<ActivityRollup.Count> buckets(AuditQuery period, Duration interval) {
		CriteriaQuery<Tuple> count = this.builder.createTupleQuery();
		Root<AuditEntry> entry = count.from(AuditEntry.class);
		// Not a parameter: PostgreSQL would not see that both expressions are the same.
		Expression<Instant> start = this.builder.sql(
				"date_bin('%s seconds', ?, timestamptz '1970-01-01 00:00:00Z')".formatted(interval.toSeconds()),
				Instant.class, entry.get("recordedAt"));
		count.multiselect(start, entry.get("outcome"), this.builder.count());
		count.where(period.filter().toPredicate(entry, count, this.builder));
		count.groupBy(start, entry.get("outcome"));
		return this.entityManager.createQuery(count)
			.getResultList()
			.stream()
			.map((row) -> new ActivityRollup.Count(row.get(0, Instant.class), row.get(1, Outcome.class),
					row.get(2, Long.class)))
			.toList();
	}

	private static List<Activity.Bucket> toBuckets(List<ActivityRollup.Count> counts) {
		Map<Instant, Map<Outcome, Long>> buckets = new TreeMap<>();
		for (ActivityRollup.Count count : counts) {
			buckets.computeIfAbsent(count.start(), (time) -> new EnumMap<>(Outcome.class))
				.merge(count.outcome(), count.entries(), Long::sum);
		}
		List<Activity.Bucket> result = new ArrayList<>();
		buckets.forEach((time, outcomes) -> result.add(new Activity.Bucket(time, outcomes)));
		return result;
	}

	/** Among the newest entries: of all, they would have to be read. */
	private Map<String, Long> mostFrequent(String attribute, AuditQuery period, Instant since, Instant to) {
		CriteriaQuery<Tuple> newest = this.builder.createTupleQuery();
		Root<AuditEntry> entry = newest.from(AuditEntry.class);
		newest.multiselect(entry.get("recordedAt"), entry.get(attribute))
			.where(period.filter().toPredicate(entry, newest, this.builder))
			.orderBy(this.builder.desc(entry.get("recordedAt")));
		List<Past.Value> values = this.entityManager.createQuery(newest)
			.setMaxResults(NEWEST)
			.getResultList()
			.stream()
			.map((row) -> new Past.Value(row.get(0, Instant.class), row.get(1, String.class)))
			.toList();
		Map<String, Long> counts = new TreeMap<>();
		for (Past.Value value : (this.past != null) ? withPast(this.past, values, attribute, since, to) : values) {
			if (value.text() != null) {
				counts.merge(value.text(), 1L, Long::sum);
			}
		}
		return mostFrequent(counts);
	}

	private List<Past.Value> withPast(Past past, List<Past.Value> live, String attribute, Instant since, Instant to) {
		Instant begin = (live.size() < NEWEST) ? since : live.get(NEWEST - 1).recordedAt();
		return Stream
			.concat(live.stream(), past.newest(this.ofPast.from(begin).to(to).condition(), attribute, NEWEST).stream())
			.sorted(Comparator.comparing(Past.Value::recordedAt).reversed())
			.limit(NEWEST)
			.toList();
	}

	/** Those of the same number in the order of their letters. */
	static Map<String, Long> mostFrequent(Map<String, Long> counts) {
		Map<String, Long> result = new LinkedHashMap<>();
		counts.entrySet()
			.stream()
			.sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
			.limit(Facets.MOST_FREQUENT)
			.forEach((entry) -> result.put(entry.getKey(), entry.getValue()));
		return result;
	}

	/**
	 * What was counted.
	 *
	 * @param since when the period begins that was counted
	 * @param counts the counts
	 * @param actions how often each action happened, or {@code null} if that is not known
	 */
	private record Counted(Instant since, List<ActivityRollup.Count> counts, @Nullable Map<String, Long> actions) {

	}

}
