/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.auditspring.ledger.internal.table.EntryKey;
import io.auditspring.query.internal.condition.Indexes;
import io.auditspring.query.internal.condition.Restriction;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import jakarta.persistence.criteria.CriteriaQuery;
import jakarta.persistence.criteria.Expression;
import jakarta.persistence.criteria.Order;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Root;
import jakarta.persistence.criteria.Selection;
import org.hibernate.query.criteria.HibernateCriteriaBuilder;
import org.jspecify.annotations.Nullable;

import org.springframework.data.domain.KeysetScrollPosition;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Window;

/**
 * Reads entries page by page, newest or oldest first: within a chain in the order of the
 * ledger, between chains in that of recording. "Forward" is towards older ones here.
 * <p>
 * Where an index knows that order, it gives a page at once. Words and related resources
 * are found by indexes that do not, so that PostgreSQL would have to choose: to sort all
 * that is found, millions perhaps, or to read on until the page is full, through
 * everything perhaps. Both are avoided by looking into the entries next to the position
 * first, and then, by the index, into spans of time ten times as long each.
 */
final class EntryPages {

	private static final int FIRST_SPAN = 2_000;

	private static final int GROWTH = 10;

	private static final Duration LONGEST_SPAN = Duration.ofDays(100);

	private static final String TIME = "recordedAt";

	private static final Selected<AuditEntry, AuditEntry> ENTRIES = new Selected<>(AuditEntry.class, (entry) -> entry,
			(entry) -> entry);

	private static final Step NEWEST_FIRST = new Step(true, false);

	/** As PostgreSQL compares: ids byte by byte. */
	static final Comparator<AuditEntry> OLDEST_FIRST = Comparator.comparing(AuditEntry::getRecordedAt)
		.thenComparing(AuditEntry::getSeq)
		.thenComparing((entry) -> entry.getId().toString());

	/** More are not looked at one by one where only their number is wanted. */
	static final int MOST_LOOKED_AT = 100_000;

	/**
	 * As many characters may the texts of the entries have together that are in memory as
	 * one page; one entry may have more by itself.
	 */
	static final int MOST_CHARACTERS = 8_000_000;

	/**
	 * Texts that are stored in more bytes are left out at first: only their length tells
	 * whether there is room for them. PostgreSQL stores most entries in less than half of
	 * that.
	 */
	private static final int LONG = 4_000;

	private final EntityManager entityManager;

	private final HibernateCriteriaBuilder builder;

	private final int most;

	EntryPages(EntityManager entityManager) {
		this(entityManager, MOST_LOOKED_AT);
	}

	/** Looks at so many entries where no index finds what is wanted. */
	EntryPages(EntityManager entityManager, int most) {
		this.most = most;
		this.entityManager = entityManager;
		this.builder = (HibernateCriteriaBuilder) entityManager.getCriteriaBuilder();
	}

	Window<AuditEntry> page(AuditQuery query) {
		return page(query, Restriction.NONE);
	}

	Window<AuditEntry> page(AuditQuery query, Restriction further) {
		Selected<?, AuditEntry> wanted = query.isBrief() ? tuple(AuditEntry.attributes(query.unread()), AuditEntry::of)
				: ENTRIES;
		List<AuditEntry> read = found(wanted, query, further, false).entries();
		int fitting = Math.min(read.size(), query.limit());
		return page(query, read.subList(0, fitting), fitting < read.size());
	}

	/**
	 * A page that may end before it is full: where there is no room for more, and where
	 * no index finds what is wanted.
	 */
	AuditTrail.Look look(AuditQuery query) {
		return look(query, true);
	}

	/** A page that ends before it is full only where there is no room for more. */
	Window<AuditEntry> portion(AuditQuery query) {
		return look(query, false).page(query);
	}

	private AuditTrail.Look look(AuditQuery query, boolean bounded) {
		Found<AuditEntry> found = found(measured(query), query, Restriction.NONE, bounded);
		List<AuditEntry> fitting = fitting(found.entries(), query.limit());
		boolean more = fitting.size() < found.entries().size();
		List<AuditEntry> complete = completed(fitting, query);
		if (complete.isEmpty() && more) {
			// Nothing of it is there any more.
			return look(query.after(positionOf(fitting.get(fitting.size() - 1), query.position().getDirection())),
					bounded);
		}
		Window<AuditEntry> page = page(query, complete, more);
		// What there was no room for comes before what was not looked at.
		return (found.until() == null || more) ? AuditTrail.Look.of(query, page)
				: new AuditTrail.Look(page.getContent(), beyond(query, found.until()), found.until());
	}

	private Found<AuditEntry> found(Selected<?, AuditEntry> wanted, AuditQuery query, Restriction further,
			boolean bounded) {
		boolean forward = query.isTowardsOlder();
		Restriction rest = further.and(beyond(query.position(), forward));
		int most = query.limit() + 1;
		return query.isSearch() ? search(wanted, query, query.filter().and(rest), most, bounded) : new Found<>(
				merged(wanted, query.ranges(), query.withoutRanges().filter().and(rest), most, forward), null);
	}

	/** The entries come in the order of reading. */
	private static Window<AuditEntry> page(AuditQuery query, List<AuditEntry> read, boolean more) {
		List<AuditEntry> page = new ArrayList<>(read);
		if (!query.position().scrollsForward()) {
			Collections.reverse(page);
		}
		return Window.from(page, (index) -> positionOf(page.get(index), query.position().getDirection()), more);
	}

	/**
	 * As many of the first entries as there is room for, at least one.
	 * @param read the entries in the order of reading
	 * @param most how many at most
	 */
	static List<AuditEntry> fitting(List<AuditEntry> read, int most) {
		long characters = 0;
		int fits = 0;
		for (; fits < Math.min(read.size(), most); fits++) {
			characters += read.get(fits).length();
			if (fits > 0 && characters > MOST_CHARACTERS) {
				break;
			}
		}
		return read.subList(0, fits);
	}

	/**
	 * Entries with the length of their texts where these are long, so that a page of few
	 * characters, as nearly all are, is read by one statement, and no statement gives
	 * more than there is room for. How long a text is that PostgreSQL has compressed,
	 * perhaps to a hundredth, is known only once it is read.
	 */
	private Selected<Tuple, AuditEntry> measured(AuditQuery query) {
		List<String> attributes = AuditEntry.attributes(query.unread());
		List<String> texts = attributes.stream().filter(AuditEntry.TEXTS::contains).toList();
		if (texts.isEmpty()) {
			return tuple(attributes, AuditEntry::of);
		}
		return new Selected<>(Tuple.class, (entry) -> {
			Expression<Integer> stored = sum("coalesce(pg_column_size(?), 0)", Integer.class, entry, texts);
			Expression<Long> length = sum("coalesce(octet_length(cast(? as text)), 0)::bigint", Long.class, entry,
					texts);
			// One half of what each entry may have is for what is compressed.
			long half = MOST_CHARACTERS / (query.limit() + 1L) / Math.max(1, query.ranges().size()) / 2;
			long most = Math.min(LONG, half);
			String fits = "(pg_column_compression(?) is null or octet_length(cast(? as text)) <= %s)"
				.formatted(half / texts.size());
			List<Selection<?>> selected = new ArrayList<>();
			attributes.forEach(
					(name) -> selected.add((texts.contains(name)
							? this.builder.sql("case when ? <= %s and %s then ? end".formatted(most, fits),
									String.class, stored, entry.get(name), entry.get(name), entry.get(name))
							: entry.get(name))
						.alias(name)));
			Expression<Boolean> fit = joined(fits, " and ", Boolean.class,
					texts.stream().flatMap((name) -> Stream.<Expression<?>>of(entry.get(name), entry.get(name))),
					texts.size());
			selected.add(this.builder
				.sql("case when ? > %s or not ? then ? end".formatted(most), Long.class, stored, fit, length)
				.alias(AuditEntry.OMITTED));
			return this.builder.tuple(selected.toArray(Selection<?>[]::new));
		}, AuditEntry::of);
	}

	private <T> Expression<T> sum(String term, Class<T> type, Root<AuditEntry> entry, List<String> texts) {
		return joined(term, " + ", type, texts.stream().map((name) -> entry.get(name)), texts.size());
	}

	private <T> Expression<T> joined(String term, String operator, Class<T> type, Stream<Expression<?>> values,
			int times) {
		return this.builder.sql(
				Collections.nCopies(times, term).stream().collect(Collectors.joining(operator, "(", ")")), type,
				values.toArray(Expression<?>[]::new));
	}

	/** Reads what was omitted, for which there is room. */
	private List<AuditEntry> completed(List<AuditEntry> page, AuditQuery query) {
		List<AuditEntry> omitted = page.stream().filter(AuditEntry::isOmitted).toList();
		if (omitted.isEmpty()) {
			return page;
		}
		List<UUID> ids = omitted.stream().map(AuditEntry::getId).toList();
		Instant first = omitted.stream().map(AuditEntry::getRecordedAt).min(Comparator.naturalOrder()).orElseThrow();
		Instant last = omitted.stream().map(AuditEntry::getRecordedAt).max(Comparator.naturalOrder()).orElseThrow();
		Restriction these = (entry, any, none) -> this.builder.and(entry.get("id").in(ids),
				this.builder.between(entry.<Instant>get(TIME), literal(first), literal(last)));
		// One id may be there several times, under other names.
		Map<EntryKey, AuditEntry> complete = new HashMap<>();
		read(tuple(AuditEntry.attributes(query.unread()), AuditEntry::of), these, Integer.MAX_VALUE,
				new Step(true, true))
			.forEach((entry) -> complete.put(key(entry), entry));
		return page.stream()
			.flatMap((entry) -> entry.isOmitted() ? Stream.ofNullable(complete.get(key(entry))) : Stream.of(entry))
			.toList();
	}

	private static EntryKey key(AuditEntry entry) {
		return new EntryKey(entry.getId(), entry.getRecordedAt());
	}

	/**
	 * Several ranges of an index, each in order: together they would have to be sorted.
	 */
	private List<AuditEntry> merged(Selected<?, AuditEntry> selected, List<Restriction> ranges, Restriction wanted,
			int most, boolean forward) {
		if (ranges.isEmpty()) {
			return read(selected, wanted, most, new Step(forward, false));
		}
		return ranges.stream()
			.flatMap((range) -> read(selected, wanted.and(range), most, new Step(forward, false)).stream())
			.collect(Collectors.toCollection(() -> new TreeSet<>(forward ? OLDEST_FIRST.reversed() : OLDEST_FIRST)))
			.stream()
			.limit(most)
			.toList();
	}

	/**
	 * Reads some attributes of the newest entries.
	 * @param query which entries, whatever its limit and position
	 * @param attributes what is wanted of each
	 * @param most how many entries at most
	 * @return the attributes by their names, newest first
	 */
	List<Tuple> newest(AuditQuery query, List<String> attributes, int most) {
		Selected<Tuple, Tuple> wanted = tuple(Stream.concat(Stream.of(TIME), attributes.stream()).toList(),
				(row) -> row);
		if (query.isSearch()) {
			return search(wanted, query.newestFirst(), query.filter(), most, false).entries();
		}
		List<Restriction> ranges = query.ranges();
		if (ranges.isEmpty()) {
			return read(wanted, query.filter(), most, NEWEST_FIRST);
		}
		Restriction rest = query.withoutRanges().filter();
		return ranges.stream()
			.flatMap((range) -> read(wanted, rest.and(range), most, NEWEST_FIRST).stream())
			.sorted(Comparator.comparing((Tuple row) -> row.get(TIME, Instant.class)).reversed())
			.limit(most)
			.toList();
	}

	private <T> Selected<Tuple, T> tuple(List<String> attributes, Function<Tuple, T> made) {
		return new Selected<>(Tuple.class,
				(entry) -> this.builder
					.tuple(attributes.stream().map((name) -> entry.get(name).alias(name)).toArray(Selection<?>[]::new)),
				made);
	}

	/**
	 * Since when there are no more entries than can be looked at one by one, where no
	 * index finds what is wanted.
	 * @param query which entries
	 * @return the time, or {@code null} where all of its period can be looked at
	 */
	@Nullable Instant searchable(AuditQuery query) {
		Restriction all = query.isOwn() ? query.filter((filter) -> filter.isOfPeriod() || filter.confines())
				: begun(query);
		return query.isSearch() ? after(this.most, all, true) : null;
	}

	// Within a tenant nothing is told of how much others do; their own are found by the
	// actor.
	private static Restriction begun(AuditQuery query) {
		return query.filter((filter) -> filter.isOrdered() || (filter.isOfTenant() && !query.isOwn()));
	}

	private <T> Found<T> search(Selected<?, T> selected, AuditQuery query, Restriction wanted, int most,
			boolean bounded) {
		boolean forward = query.isTowardsOlder();
		Restriction begun = begun(query).and(bound(query.position(), forward));
		Instant end = after(Math.min(FIRST_SPAN, this.most), begun, forward);
		List<T> found = new ArrayList<>(
				read(selected, wanted.and(until(end, forward)), most, new Step(forward, false)));
		Instant last = (bounded && end != null && found.size() < most) ? farthest(query, forward) : null;
		Duration span = null;
		while (end != null && found.size() < most) {
			if (isThere(end, last, forward)) {
				return new Found<>(found, end);
			}
			Restriction rest = wanted.and(beyond(end, forward));
			span = ((span != null) ? span : between(after(0, begun, forward), end)).plusMillis(1).multipliedBy(GROWTH);
			end = (span.compareTo(LONGEST_SPAN) < 0) ? (forward ? end.minus(span) : end.plus(span)) : null;
			end = (last != null && (end == null || isThere(end, last, forward))) ? last : end;
			found.addAll(read(selected, rest.and(until(end, forward)), most - found.size(), new Step(forward, true)));
		}
		return new Found<>(found, null);
	}

	private static boolean isThere(Instant time, @Nullable Instant end, boolean forward) {
		return end != null && (forward ? !time.isAfter(end) : !time.isBefore(end));
	}

	/**
	 * How far one page looks for what no index finds: where other filters have indexes,
	 * as far as is little for one of them. Who sees one tenant, or their own, is told a
	 * time of an entry of theirs.
	 * @param query which entries
	 * @param forward from newer to older entries
	 * @return when the last entry that is looked at was recorded, or {@code null} to look
	 * at everything
	 */
	@Nullable Instant farthest(AuditQuery query, boolean forward) {
		Restriction period = query.filter(Filter::isOfPeriod).and(bound(query.position(), forward));
		Restriction all = period.and(query.filter(Filter::isOfTenant));
		if (query.isOwn()) {
			return after(this.most, period.and(query.filter(Filter::confines)), forward);
		}
		Indexes indexes = new Indexes(this.entityManager, LedgerNames.of(this.entityManager));
		if (query.filters().stream().filter(Filter::searched).map(Filter::wanted).allMatch(indexes::find)) {
			return null;
		}
		Instant farthest = after(this.most, all, forward);
		if (farthest == null) {
			return null;
		}
		for (Filter filter : query.filters().stream().filter((each) -> indexes.find(each.wanted())).toList()) {
			Instant end = end(filter, all, forward, farthest);
			if (end == null) {
				return null;
			}
			farthest = isThere(end, farthest, forward) ? end : farthest;
		}
		return farthest;
	}

	/** Where many entries end that an index finds, or {@code null} if there are few. */
	private @Nullable Instant end(Filter filter, Restriction all, boolean forward, Instant otherwise) {
		Restriction found = all.and(filter.condition());
		return Indexes.isRange(filter.wanted()) ? after(this.most, found, forward) : hasMany(found) ? otherwise : null;
	}

	private boolean hasMany(Restriction wanted) {
		CriteriaQuery<Long> query = this.builder.createQuery(Long.class);
		Root<AuditEntry> entry = query.from(AuditEntry.class);
		query.select(entry.get("seq")).where(wanted.toPredicate(entry, query, this.builder));
		return !this.entityManager.createQuery(query)
			.setFirstResult(this.most)
			.setMaxResults(1)
			.getResultList()
			.isEmpty();
	}

	private static Duration between(@Nullable Instant start, Instant end) {
		return (start != null) ? Duration.between(start, end).abs() : Duration.ZERO;
	}

	private <R, T> List<T> read(Selected<R, T> selected, Restriction wanted, int most, Step step) {
		CriteriaQuery<R> query = this.builder.createQuery(selected.type());
		Root<AuditEntry> entry = query.from(AuditEntry.class);
		query.select(selected.of().apply(entry));
		query.where(wanted.toPredicate(entry, query, this.builder));
		Expression<Instant> time = entry.get("recordedAt");
		// Sorts by what is in no index, which leaves only the index that finds.
		Expression<Instant> ordering = step.sorts() ? this.builder.sql("? + interval '0'", Instant.class, time) : time;
		query.orderBy(order(ordering, step), order(entry.get("seq"), step), order(entry.get("id"), step));
		return this.entityManager.createQuery(query)
			.setMaxResults(most)
			.getResultList()
			.stream()
			.map(selected.made())
			.toList();
	}

	private Order order(Expression<?> expression, Step step) {
		return step.forward() ? this.builder.desc(expression) : this.builder.asc(expression);
	}

	/**
	 * Finds when the entry was recorded that comes after so many.
	 * @param entries how many come before it
	 * @param from which entries
	 * @param forward from newer to older entries
	 * @return the time, or {@code null} if there are no more
	 */
	@Nullable Instant after(int entries, Restriction from, boolean forward) {
		CriteriaQuery<Instant> query = this.builder.createQuery(Instant.class);
		Root<AuditEntry> entry = query.from(AuditEntry.class);
		query.select(entry.get("recordedAt"));
		query.where(from.toPredicate(entry, query, this.builder));
		query.orderBy(order(entry.get("recordedAt"), new Step(forward, false)));
		List<Instant> end = this.entityManager.createQuery(query)
			.setFirstResult(entries)
			.setMaxResults(1)
			.getResultList();
		return end.isEmpty() ? null : end.get(0);
	}

	// The bounds of spans are literals: a plan that was made for all spans would not suit
	// any.

	/**
	 * Hibernate's own has no time zone, which hides from PostgreSQL whose months it is
	 * about.
	 */
	private Expression<Instant> literal(Instant time) {
		return this.builder.sql("timestamptz '%s'".formatted(time), Instant.class);
	}

	private Restriction until(@Nullable Instant end, boolean forward) {
		if (end == null) {
			return Restriction.NONE;
		}
		return (entry, query, any) -> forward ? this.builder.greaterThanOrEqualTo(entry.get("recordedAt"), literal(end))
				: this.builder.lessThanOrEqualTo(entry.get("recordedAt"), literal(end));
	}

	private Restriction beyond(Instant end, boolean forward) {
		return (entry, query, any) -> forward ? this.builder.lessThan(entry.get("recordedAt"), literal(end))
				: this.builder.greaterThan(entry.get("recordedAt"), literal(end));
	}

	/**
	 * What comes after a position. The exact condition is a disjunction, for which alone
	 * PostgreSQL would read all pages before; the inequality is where an index range can
	 * start.
	 */
	private Restriction beyond(KeysetScrollPosition position, boolean forward) {
		Map<String, Object> keys = position.getKeys();
		if (keys.isEmpty()) {
			return Restriction.NONE;
		}
		return bound(position, forward)
			.and((entry, query, any) -> this.builder.or(compare(entry, "recordedAt", keys, forward),
					this.builder.and(same(entry, "recordedAt", keys),
							this.builder.or(compare(entry, "seq", keys, forward),
									this.builder.and(same(entry, "seq", keys), compare(entry, "id", keys, forward))))));
	}

	private Restriction bound(KeysetScrollPosition position, boolean forward) {
		if (!(position.getKeys().get("recordedAt") instanceof Instant time)) {
			return Restriction.NONE;
		}
		return (entry, query, any) -> forward ? this.builder.lessThanOrEqualTo(entry.get("recordedAt"), time)
				: this.builder.greaterThanOrEqualTo(entry.get("recordedAt"), time);
	}

	private Predicate same(Root<?> entry, String attribute, Map<String, Object> keys) {
		return this.builder.equal(entry.get(attribute), keys.get(attribute));
	}

	@SuppressWarnings({ "unchecked", "rawtypes" })
	private Predicate compare(Root<?> entry, String attribute, Map<String, Object> keys, boolean forward) {
		Expression<Comparable> value = entry.get(attribute);
		Comparable key = (Comparable) keys.get(attribute);
		return forward ? this.builder.lessThan(value, key) : this.builder.greaterThan(value, key);
	}

	/** Behind all entries that were recorded at a time. */
	private static ScrollPosition beyond(AuditQuery query, Instant time) {
		boolean forward = query.isTowardsOlder();
		return ScrollPosition.of(Map.of("recordedAt", time, "seq", forward ? 0L : Long.MAX_VALUE, "id",
				forward ? new UUID(0, 0) : new UUID(-1, -1)), query.position().getDirection());
	}

	static ScrollPosition positionOf(AuditEntry entry, ScrollPosition.Direction direction) {
		return ScrollPosition
			.of(Map.of("recordedAt", entry.getRecordedAt(), "seq", entry.getSeq(), "id", entry.getId()), direction);
	}

	/**
	 * What is wanted of entries.
	 *
	 * @param type its type
	 * @param of what it is of one
	 * @param made what is made of it
	 */
	private record Selected<R, T>(Class<R> type, Function<Root<AuditEntry>, Selection<? extends R>> of,
			Function<R, T> made) {

	}

	/**
	 * What a search has found.
	 *
	 * @param entries what was found
	 * @param until where it ended early, the time of the last entry it looked at; else
	 * {@code null}
	 */
	private record Found<T>(List<T> entries, @Nullable Instant until) {

	}

	/**
	 * How to read on.
	 *
	 * @param forward from newer to older entries
	 * @param sorts whether what is found must be sorted
	 */
	private record Step(boolean forward, boolean sorts) {

	}

}
