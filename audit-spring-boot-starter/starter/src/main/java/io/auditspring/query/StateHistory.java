/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.jspecify.annotations.Nullable;

/**
 * Tells what a thing was like. An entry lacks what was not loaded when it was written,
 * which so was not changed either: an older one tells it. Only collections that are held
 * by their elements change without being loaded; then the changes name them without a
 * value, and nobody knows.
 */
final class StateHistory {

	/** A thing whose entries all are complete must not be read from its beginning. */
	static final int MOST = 1_000;

	private static final String BASELINE = "entity.baseline";

	private final AuditTrail trail;

	private final AuditQuery query;

	private final Instant at;

	StateHistory(AuditTrail trail, AuditQuery query, Instant at) {
		this.trail = trail;
		this.query = query;
		this.at = at;
	}

	Optional<Map<String, @Nullable Object>> read() {
		AuditEntry newest = newest();
		AuditEntry erased = erased(newest);
		if (erased != null) {
			throw new ErasedStateException(
					"The state at %s was erased from entry %s".formatted(this.at, erased.getId()));
		}
		if (newest == null) {
			return Optional.empty();
		}
		return Optional.ofNullable(newest.getAfter()).map((state) -> isWhole() ? completed(state) : state);
	}

	// States without a revision leave no trace where they were erased.
	private @Nullable AuditEntry erased(@Nullable AuditEntry newest) {
		if (newest != null && (newest.isDataErased() || newest.getRevision() != null)) {
			return newest.isDataErased() ? newest : null;
		}
		AuditEntry erased = first(this.query.erasedUntil(this.at));
		return (erased != null && (newest == null || erased.getRecordedAt().isAfter(newest.getRecordedAt()))) ? erased
				: null;
	}

	/** To who may not see every entry, an older one may tell what is no longer so. */
	private boolean isWhole() {
		return this.query.filters().stream().allMatch((filter) -> Filter.TARGET.equals(filter.attribute()));
	}

	private Map<String, @Nullable Object> completed(Map<String, @Nullable Object> state) {
		AuditEntry creation = first(this.query.createdUntil(this.at));
		if (creation != null && creation.getAfter() != null
				&& state.keySet().containsAll(creation.getAfter().keySet())) {
			return state;
		}
		Map<String, @Nullable Object> completed = new LinkedHashMap<>();
		Set<String> unknown = new TreeSet<>();
		for (AuditEntry entry : (Iterable<AuditEntry>) states()::iterator) {
			Map<String, @Nullable Object> after = entry.getAfter();
			if (after == null) {
				break;
			}
			after.forEach((name, value) -> {
				// Also where the newer one is null.
				if (!unknown.contains(name) && !completed.containsKey(name)) {
					completed.put(name, value);
				}
			});
			Map<String, @Nullable Object> changes = entry.getChanges();
			if (entry.getBefore() == null || changes == null) {
				break;
			}
			changes.keySet().stream().filter((name) -> !completed.containsKey(name)).forEach(unknown::add);
		}
		return completed;
	}

	// What a thing was like when the trail began is older than any change of it, though
	// one that was made while that was read may come before it.
	private @Nullable AuditEntry newest() {
		List<AuditEntry> newest = this.trail.find(this.query.stateUntil(this.at).limit(2)).getContent();
		return newest.isEmpty() ? null : newest.get((newest.size() > 1 && isBaseline(newest.get(0))) ? 1 : 0);
	}

	/** Read as they are needed: all of them may be long. */
	private Stream<AuditEntry> states() {
		Iterator<AuditEntry> states = this.trail.stream(this.query.stateUntil(this.at)).limit(MOST).iterator();
		AuditEntry newest = states.hasNext() ? states.next() : null;
		Stream<AuditEntry> rest = StreamSupport
			.stream(Spliterators.spliteratorUnknownSize(states, Spliterator.ORDERED | Spliterator.NONNULL), false);
		return (newest != null && isBaseline(newest)) ? Stream.concat(rest, Stream.of(newest))
				: Stream.concat(Stream.ofNullable(newest), rest);
	}

	private static boolean isBaseline(AuditEntry entry) {
		return BASELINE.equals(entry.getAction());
	}

	private @Nullable AuditEntry first(AuditQuery wanted) {
		return this.trail.find(wanted.limit(1)).stream().findFirst().orElse(null);
	}

}
