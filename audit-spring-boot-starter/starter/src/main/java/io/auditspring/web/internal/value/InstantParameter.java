/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.value;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * Points in time as requests name them.
 */
public final class InstantParameter {

	private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");

	private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");

	private InstantParameter() {
	}

	/**
	 * Reads a point in time.
	 * @param parameter the request's parameter
	 * @param text ISO 8601 with zone or offset, or a date, which stands for its beginning
	 * in UTC
	 * @return the time
	 * @throws IllegalArgumentException if it is something else
	 */
	public static Instant parse(String parameter, String text) {
		try {
			return requireStorable(
					(text.indexOf('T') < 0) ? LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC)
							: OffsetDateTime.parse(text).toInstant());
		}
		catch (DateTimeException | IllegalArgumentException ex) {
			throw new MalformedParameterException(parameter,
					new IllegalArgumentException(
							"%s takes a time such as 2026-01-31T12:00:00Z or a date such as 2026-01-31, not '%s'"
								.formatted(parameter, text),
							ex));
		}
	}

	static Instant requireStorable(Instant time) {
		if (time.isBefore(FIRST) || time.isAfter(LAST)) {
			throw new IllegalArgumentException("The time must be within the years 1 to 9999");
		}
		return time;
	}

}
