/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.Verification;
import io.auditspring.query.internal.condition.Condition;
import io.auditspring.query.internal.past.EntryArchive;
import io.auditspring.query.internal.past.Past;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.data.domain.KeysetScrollPosition;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Window;
import org.springframework.data.support.WindowIterator;

/**
 * Reads the database for what is there, and the archive for what is there only. Where a
 * month is dropped, or an archived entry is redacted, between both, it reads again.
 */
final class ArchivedTrail implements AuditTrail {

	private static final int MOST_ATTEMPTS = 5;

	private static final int UUID_OF_TIME = 7;

	private final JpaAuditTrail database;

	private final EntryArchive archive;

	ArchivedTrail(JpaAuditTrail database, EntryArchive archive) {
		this.database = database;
		this.archive = archive;
	}

	private <T> T read(Function<@Nullable Past, T> reading) {
		for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
			Past past = past();
			try {
				T read = reading.apply(past);
				if (isStill(past)) {
					return read;
				}
			}
			catch (DataAccessException ex) {
				if (isStill(past)) {
					throw ex;
				}
			}
		}
		throw new TransientDataAccessResourceException(
				"The archive changes faster than it can be read; try again in a moment");
	}

	private @Nullable Past past() {
		return this.database.past(this.archive);
	}

	private boolean isStill(@Nullable Past past) {
		return Objects.equals(past, past());
	}

	@Override
	public Optional<ArchivedPeriod> archived() {
		return Optional.ofNullable(past()).map((past) -> new ArchivedPeriod(past.from(), past.to()));
	}

	@Override
	public Window<AuditEntry> find(AuditQuery query) {
		return read((past) -> page(query, past, this.database.find(query), Long.MAX_VALUE));
	}

	@Override
	public Look look(AuditQuery query) {
		return read((past) -> {
			Look live = this.database.look(query);
			return (past != null) ? look(query, past, live) : live;
		});
	}

	/** What is in the archive is looked for to its end, before or after the database. */
	private Look look(AuditQuery query, Past past, Look live) {
		Instant until = live.until();
		if (until == null) {
			return Look.of(query, portion(query, past, live.page(query)));
		}
		if (query.isTowardsOlder() && until.isAfter(past.to())) {
			return live;
		}
		if (query.isTowardsOlder() || until.isBefore(past.to())) {
			return Look.of(query, portion(query, past, this.database.portion(query)));
		}
		// All of the archive comes before what was not looked at.
		Look page = Look.of(query, portion(query, past, new Look(live.entries(), null, null).page(query)));
		return (page.next() != null) ? page : new Look(page.entries(), live.next(), until);
	}

	/** A page that ends where there is no room for more. */
	private Window<AuditEntry> portion(AuditQuery query, @Nullable Past past, Window<AuditEntry> live) {
		return page(query, past, live, EntryPages.MOST_CHARACTERS);
	}

	private Window<AuditEntry> page(AuditQuery query, @Nullable Past past, Window<AuditEntry> live, long characters) {
		if (past == null || fills(live, query, past)) {
			return live;
		}
		boolean older = query.isTowardsOlder();
		Comparator<AuditEntry> order = older ? EntryPages.OLDEST_FIRST.reversed() : EntryPages.OLDEST_FIRST;
		Past.Found found = past.find(this.database.condition(query), new Past.Reading(position(query.position()), older,
				query.limit() + 1, characters, false, query.unread()));
		List<AuditEntry> archived = found.entries().stream().map(AuditEntry::of).toList();
		List<AuditEntry> read = Stream.concat(live.stream(), archived.stream()).sorted(order).toList();
		// Behind the last one that either knows of, it may have others.
		List<AuditEntry> known = found.more() ? upTo(archived, read, order) : read;
		known = live.hasNext() ? upTo(live.getContent(), known, order) : known;
		List<AuditEntry> fitting = (characters < Long.MAX_VALUE) ? EntryPages.fitting(known, query.limit()) : known;
		return window(fitting, query, live.hasNext() || found.more() || fitting.size() < read.size(),
				Function.identity());
	}

	private static List<AuditEntry> upTo(List<AuditEntry> end, List<AuditEntry> read, Comparator<AuditEntry> order) {
		AuditEntry last = end.stream().max(order).orElseThrow();
		return read.stream().filter((entry) -> order.compare(entry, last) <= 0).toList();
	}

	/** Whether nothing of the archive belongs on a page of newer entries. */
	private static boolean fills(Window<AuditEntry> live, AuditQuery query, Past past) {
		return query.isTowardsOlder() && live.hasNext()
				&& live.stream().allMatch((entry) -> entry.getRecordedAt().isAfter(past.to()));
	}

	/** The entries come in the order of reading. */
	private static <T> Window<T> window(List<T> read, AuditQuery query, boolean more, Function<T, AuditEntry> place) {
		List<T> page = new ArrayList<>(read.subList(0, Math.min(read.size(), query.limit())));
		if (!query.position().scrollsForward()) {
			Collections.reverse(page);
		}
		return Window.from(page,
				(index) -> EntryPages.positionOf(place.apply(page.get(index)), query.position().getDirection()),
				more || read.size() > query.limit());
	}

	private static Past.@Nullable Position position(KeysetScrollPosition position) {
		Map<String, Object> keys = position.getKeys();
		return keys.isEmpty() ? null
				: new Past.Position((Instant) Objects.requireNonNull(keys.get("recordedAt")),
						((Number) Objects.requireNonNull(keys.get("seq"))).longValue(),
						(UUID) Objects.requireNonNull(keys.get("id")));
	}

	@Override
	public Optional<AuditEntry> entry(UUID id) {
		Optional<AuditEntry> live = this.database.entry(id);
		return live.isPresent() ? live : find(AuditQuery.all().id(id)).stream().findFirst();
	}

	@Override
	public Stream<AuditEntry> stream(AuditQuery query) {
		AuditQuery pages = query.limit(AuditQuery.MAX_LIMIT);
		WindowIterator<AuditEntry> entries = WindowIterator
			.of((position) -> this.database.released(portion(pages.after(position))))
			.startingAt(query.position());
		return StreamSupport
			.stream(Spliterators.spliteratorUnknownSize(entries, Spliterator.ORDERED | Spliterator.NONNULL), false);
	}

	private Window<AuditEntry> portion(AuditQuery query) {
		return read((past) -> portion(query, past, this.database.portion(query)));
	}

	@Override
	public long count(AuditQuery query) {
		return read((past) -> this.database.count(query)
				+ ((past != null) ? past.count(this.database.condition(query)) : 0));
	}

	@Override
	public Count count(AuditQuery query, int most) {
		return read((past) -> {
			Count live = this.database.count(query, most);
			return (past != null && live.exact())
					? new Count(live.entries() + past.count(this.database.condition(query)), true) : live;
		});
	}

	@Override
	public Facets facets(AuditQuery query, Set<Facets.Field> fields) {
		Past past = past();
		boolean live = past == null || query.filters()
			.stream()
			.anyMatch((filter) -> Filter.FROM.equals(filter.attribute()) && filter.value() instanceof Instant from
					&& from.isAfter(past.to()));
		return live ? this.database.facets(query, fields) : AuditTrail.super.facets(query, fields);
	}

	@Override
	public Window<AuditOperation> operations(AuditQuery query) {
		return read((past) -> (past != null) ? operations(query, past) : this.database.operations(query));
	}

	/**
	 * An operation and where it is among others.
	 *
	 * @param operation the operation
	 * @param place the newest of its entries in the database, if there are any
	 */
	private record Placed(AuditOperation operation, AuditEntry place) {

	}

	/**
	 * An operation that has entries in the database is at the place of the newest of
	 * them, any other at that of its newest one in the archive.
	 */
	private Window<AuditOperation> operations(AuditQuery query, Past past) {
		Window<AuditOperation> live = this.database.operations(query);
		boolean older = query.isTowardsOlder();
		boolean filled = older && live.hasNext()
				&& live.stream().allMatch((operation) -> newest(operation).getRecordedAt().isAfter(past.to()));
		List<Placed> read = new ArrayList<>(completed(live.getContent(), query, past));
		if (!filled) {
			read.addAll(archived(query, past));
			Comparator<Placed> order = Comparator.comparing(Placed::place, EntryPages.OLDEST_FIRST);
			read.sort(older ? order.reversed() : order);
		}
		else if (!query.position().scrollsForward()) {
			Collections.reverse(read);
		}
		return window(read, query, live.hasNext(), Placed::place).map(Placed::operation);
	}

	private static AuditEntry newest(AuditOperation operation) {
		return operation.entries().get(0);
	}

	/** Adds what an operation left in the archive. */
	private List<Placed> completed(List<AuditOperation> live, AuditQuery query, Past past) {
		List<UUID> begunBefore = live.stream()
			.map(AuditOperation::id)
			.filter((id) -> id.version() != UUID_OF_TIME
					|| id.getMostSignificantBits() >>> 16 <= past.to().toEpochMilli())
			.toList();
		Map<UUID, List<AuditEntry>> before = entries(begunBefore, query, past);
		return live.stream()
			.map((operation) -> new Placed(new AuditOperation(operation.id(),
					Stream.concat(operation.entries().stream(), before.getOrDefault(operation.id(), List.of()).stream())
						.sorted(EntryPages.OLDEST_FIRST.reversed())
						.limit(OperationPages.MOST_ENTRIES)
						.toList()),
					newest(operation)))
			.toList();
	}

	/** Those of which all entries are in the archive. */
	private List<Placed> archived(AuditQuery query, Past past) {
		List<Placed> archived = new ArrayList<>();
		Past.Position position = position(query.position());
		boolean more = true;
		while (more && archived.size() <= query.limit()) {
			List<StoredEntry> found = past
				.find(this.database.condition(query),
						new Past.Reading(position, query.isTowardsOlder(), query.limit() + 1, Long.MAX_VALUE, true,
								Set.of()))
				.entries();
			more = found.size() > query.limit();
			List<AuditEntry> newest = found.stream().map(AuditEntry::of).toList();
			List<UUID> ids = newest.stream().map(AuditEntry::getOperationId).toList();
			if (ids.isEmpty()) {
				break;
			}
			Collection<UUID> live = this.database
				.stream(query.operations(ids).newestFirst().after(ScrollPosition.keyset()))
				.map(AuditEntry::getOperationId)
				.collect(Collectors.toSet());
			Map<UUID, List<AuditEntry>> entries = entries(ids, query, past);
			newest.stream()
				.filter((entry) -> !live.contains(entry.getOperationId()))
				.forEach((entry) -> archived.add(new Placed(new AuditOperation(entry.getOperationId(),
						entries.getOrDefault(entry.getOperationId(), List.of(entry))), entry)));
			AuditEntry last = newest.get(newest.size() - 1);
			position = new Past.Position(last.getRecordedAt(), last.getSeq(), last.getId());
		}
		return archived;
	}

	private Map<UUID, List<AuditEntry>> entries(List<UUID> operations, AuditQuery query, Past past) {
		Map<UUID, List<AuditEntry>> entries = new LinkedHashMap<>();
		if (!operations.isEmpty()) {
			Condition wanted = Condition.all(this.database.condition(query), Condition.in("operationId", operations));
			past.find(wanted, Past.Reading.newest(operations.size() * OperationPages.MOST_ENTRIES))
				.entries()
				.stream()
				.map(AuditEntry::of)
				.forEach((entry) -> entries.computeIfAbsent(entry.getOperationId(), (id) -> new ArrayList<>())
					.add(entry));
		}
		return entries;
	}

	@Override
	public List<String> suggest(Attribute attribute, String prefix, int limit, AuditQuery within) {
		return this.database.suggest(attribute, prefix, limit, within);
	}

	@Override
	public Activity activity(AuditQuery query, Instant from, Instant to, Duration interval) {
		return read((past) -> this.database.activity(query, from, to, interval, past));
	}

	@Override
	public Verification verify() {
		return this.database.verify();
	}

	@Override
	public ChainVerification verify(String chain) {
		return this.database.verify(chain);
	}

}
