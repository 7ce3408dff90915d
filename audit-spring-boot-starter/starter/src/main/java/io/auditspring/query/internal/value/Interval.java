/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query.internal.value;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How long the spans are that sums are kept of, in UTC.
 */
public enum Interval {

	HOUR, DAY, MONTH;

	public static final long HOUR_SECONDS = 3_600;

	public static final long DAY_SECONDS = 86_400;

	public Instant start(Instant time) {
		OffsetDateTime utc = time.atOffset(ZoneOffset.UTC);
		OffsetDateTime start = switch (this) {
			case HOUR -> utc.truncatedTo(ChronoUnit.HOURS);
			case DAY -> utc.truncatedTo(ChronoUnit.DAYS);
			case MONTH -> utc.truncatedTo(ChronoUnit.DAYS).with(TemporalAdjusters.firstDayOfMonth());
		};
		return start.toInstant();
	}

	/** The time itself, where something begins at it. */
	public Instant next(Instant time) {
		Instant start = start(time);
		if (start.equals(time)) {
			return start;
		}
		OffsetDateTime utc = start.atOffset(ZoneOffset.UTC);
		OffsetDateTime next = switch (this) {
			case HOUR -> utc.plusHours(1);
			case DAY -> utc.plusDays(1);
			case MONTH -> utc.plusMonths(1);
		};
		return next.toInstant();
	}

	/** The fewest spans up to this scale that make up a period. */
	public List<Range> divide(Instant from, Instant to) {
		List<Range> ranges = new ArrayList<>();
		Instant first = next(from);
		Instant last = start(to);
		if (!first.isBefore(last)) {
			return (this != HOUR) ? values()[ordinal() - 1].divide(from, to) : ranges;
		}
		if (this != HOUR) {
			ranges.addAll(values()[ordinal() - 1].divide(from, first));
			ranges.addAll(values()[ordinal() - 1].divide(last, to));
		}
		ranges.add(new Range(name().toLowerCase(Locale.ROOT), first, last));
		return ranges;
	}

	/**
	 * A period that sums of one scale make up.
	 *
	 * @param scale the name of the scale
	 * @param from when it begins
	 * @param to when it has ended
	 */
	public record Range(String scale, Instant from, Instant to) {

	}

}
