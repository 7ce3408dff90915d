/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.value;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The period that statistics cover, in spans of equal length.
 *
 * @param from when it begins
 * @param to when it has ended
 * @param interval how long a span is; whole seconds
 */
public record Period(Instant from, Instant to, Duration interval) {

	private static final String INTERVAL = "interval";

	private static final int MOST_SPANS = 1000;

	private static final int USUAL_SPANS = 100;

	private static final Duration USUAL_LENGTH = Duration.ofDays(1);

	private static final Duration LONGEST = Duration.ofDays(36_500);

	private static final List<Duration> INTERVALS = List.of(Duration.ofSeconds(1), Duration.ofSeconds(10),
			Duration.ofMinutes(1), Duration.ofMinutes(5), Duration.ofMinutes(15), Duration.ofHours(1),
			Duration.ofHours(6), Duration.ofDays(1), Duration.ofDays(7), Duration.ofDays(30), Duration.ofDays(365));

	/**
	 * Completes what a request says of the period.
	 * @param from its beginning; if left out, one day before its end where spans are
	 * given, else before there was any entry
	 * @param to its end; now if left out
	 * @param interval a duration of ISO 8601; one that gives up to a hundred spans if
	 * left out
	 * @return the period
	 * @throws IllegalArgumentException naming the parameter that is wrong
	 */
	public static Period of(@Nullable String from, @Nullable String to, @Nullable String interval) {
		Instant end = (to != null) ? InstantParameter.parse("to", to) : Instant.now();
		Instant open = (interval != null) ? end.minus(USUAL_LENGTH) : Instant.EPOCH;
		Instant start = (from != null) ? InstantParameter.parse("from", from) : open;
		if (!start.isBefore(end)) {
			throw new MalformedParameterException("from", "from must be before to");
		}
		Duration length = Duration.between(start, end);
		Duration span = (interval != null) ? parse(interval) : fitting(length);
		if (length.dividedBy(span) > MOST_SPANS) {
			throw new MalformedParameterException(INTERVAL,
					"interval divides the period into more than %s spans; take a longer one".formatted(MOST_SPANS));
		}
		return new Period(start, end, span);
	}

	/** A period of up to a hundred spans. */
	public static Period of(Instant from, Instant to) {
		return new Period(from, to, fitting(Duration.between(from, to)));
	}

	private static Duration parse(String interval) {
		try {
			Duration duration = Duration.parse(interval);
			if (duration.toSeconds() > 0 && duration.getNano() == 0 && duration.compareTo(LONGEST) <= 0) {
				return duration;
			}
		}
		catch (DateTimeParseException ex) {
			throw new MalformedParameterException(INTERVAL, new IllegalArgumentException(remedy(interval), ex));
		}
		throw new MalformedParameterException(INTERVAL, remedy(interval));
	}

	private static String remedy(String interval) {
		return "interval takes a duration of whole seconds, such as PT15M or P1D, up to a hundred years, not '%s'"
			.formatted(interval);
	}

	private static Duration fitting(Duration length) {
		return INTERVALS.stream()
			.filter((interval) -> length.dividedBy(interval) < USUAL_SPANS)
			.findFirst()
			.orElse(LONGEST);
	}

}
