/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.entry;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * Points in time as PostgreSQL keeps them, in whole microseconds, and as they are hashed.
 */
public final class Timestamps {

	private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");

	private static final Instant END = Instant.parse("9999-12-31T23:59:59.999999999Z");

	private static final DateTimeFormatter FORMAT = DateTimeFormatter
		.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
		.withZone(ZoneOffset.UTC);

	private Timestamps() {
	}

	/**
	 * Cuts a point in time to microseconds. PostgreSQL's driver would round, and round up
	 * into the future.
	 * @param instant a point in time of the years 1 to 9999
	 * @return the start of its microsecond
	 * @throws IllegalArgumentException for any other year, which the hashed format cannot
	 * express
	 */
	public static Instant truncate(Instant instant) {
		if (!isExpressible(instant)) {
			throw new IllegalArgumentException(
					"An audit entry can only be of a time in the years 1 to 9999, not " + instant);
		}
		return instant.truncatedTo(ChronoUnit.MICROS);
	}

	static boolean isExpressible(Instant instant) {
		return !instant.isBefore(FIRST) && !instant.isAfter(END);
	}

	public static String format(Instant instant) {
		return FORMAT.format(instant);
	}

}
