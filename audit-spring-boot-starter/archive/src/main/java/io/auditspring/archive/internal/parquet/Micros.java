/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.parquet;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * Points in time as microseconds since 1970, and as they are hashed.
 */
final class Micros {

	private static final long SECOND = 1_000_000;

	private Micros() {
	}

	static long of(Instant instant) {
		return instant.getEpochSecond() * SECOND + instant.getNano() / 1_000;
	}

	static Instant instant(long micros) {
		return Instant.ofEpochSecond(Math.floorDiv(micros, SECOND), Math.floorMod(micros, SECOND) * 1_000);
	}

	/** By hand, as a formatter takes longer than the hash. */
	static String format(long micros) {
		LocalDateTime time = LocalDateTime.ofEpochSecond(Math.floorDiv(micros, SECOND), 0, ZoneOffset.UTC);
		StringBuilder text = new StringBuilder(27);
		digits(text, time.getYear(), 1_000).append('-');
		digits(text, time.getMonthValue(), 10).append('-');
		digits(text, time.getDayOfMonth(), 10).append('T');
		digits(text, time.getHour(), 10).append(':');
		digits(text, time.getMinute(), 10).append(':');
		digits(text, time.getSecond(), 10).append('.');
		return digits(text, (int) Math.floorMod(micros, SECOND), 100_000).append('Z').toString();
	}

	private static StringBuilder digits(StringBuilder text, int number, int first) {
		if (number < 0 || number >= first * 10) {
			throw new IllegalArgumentException("The time is not in the years 0 to 9999");
		}
		for (int digit = first; digit > 0; digit /= 10) {
			text.append((char) ('0' + number / digit % 10));
		}
		return text;
	}

}
