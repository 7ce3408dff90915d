/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.time.YearMonth;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Which months were retired.
 *
 * @param retired the months (UTC), oldest first
 * @param kept the first month that is due but had to be kept, and all after it with it,
 * as a chain only ever loses its beginning; {@code null} if there is none
 * @param reason why it is kept, or {@code null}
 * @since 0.1.0
 */
public record RetentionReport(List<YearMonth> retired, @Nullable YearMonth kept, @Nullable String reason) {

	public RetentionReport {
		retired = List.copyOf(retired);
	}

}
