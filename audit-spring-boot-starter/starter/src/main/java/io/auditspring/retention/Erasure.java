/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.time.YearMonth;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

import io.auditspring.ledger.EntryGroup;
import org.jspecify.annotations.Nullable;

/**
 * Counts what becomes of entries while they are redacted.
 */
final class Erasure {

	private static final Set<String> ERASED = Set.of("erased", "redacted");

	private final Map<EntryGroup, Long> erased = new EnumMap<>(EntryGroup.class);

	private final SortedMap<YearMonth, Long> months = new TreeMap<>();

	private final Map<ErasureReport.Cause, List<UUID>> left = new EnumMap<>(ErasureReport.Cause.class);

	private final SortedSet<YearMonth> touched = new TreeSet<>();

	private long alreadyErased;

	private long staged;

	private List<Long> quarantined = List.of();

	/** What is in no month of the database any more is not erased there. */
	void add(UUID id, @Nullable YearMonth month, EntryGroup group, String result) {
		if (month != null && ERASED.contains(result)) {
			this.touched.add(month);
		}
		switch (result) {
			case "erased" -> {
				this.erased.merge(group, 1L, Long::sum);
				this.months.merge(Objects.requireNonNull(month), 1L, Long::sum);
			}
			case "redacted" -> this.alreadyErased++;
			default -> left(id, ErasureReport.Cause.valueOf(result.toUpperCase(Locale.ROOT)));
		}
	}

	void left(UUID id, ErasureReport.Cause cause) {
		this.left.computeIfAbsent(cause, (key) -> new ArrayList<>()).add(id);
	}

	void elsewhere(long staged, List<Long> quarantined) {
		this.staged = staged;
		this.quarantined = quarantined;
	}

	/** The months of what is erased, by now or before. */
	SortedSet<YearMonth> touched() {
		return this.touched;
	}

	ErasureReport report() {
		return new ErasureReport(this.erased, this.months, this.alreadyErased, this.left, this.staged,
				this.quarantined);
	}

}
