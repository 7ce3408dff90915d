/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.time.Instant;

import io.auditspring.query.AuditTrail;
import io.auditspring.web.internal.value.InstantParameter;
import org.jspecify.annotations.Nullable;

import org.springframework.http.ResponseEntity;

/**
 * Says which part of the period that was asked for is in the archive only, where an
 * answer was looked for there, too: that takes longer, and its reader should know why.
 *
 * @param from when the first entry of the part may have been recorded
 * @param to when the last one may have been
 */
record ArchivedPart(Instant from, Instant to) {

	/** Two times as ISO 8601 writes a period. */
	static final String HEADER = "Audit-Archived";

	/**
	 * The part of a period, or {@code null} where all of it is in the database, and for
	 * readers from whom others' entries are kept: it begins and ends with one of them.
	 */
	static @Nullable ArchivedPart of(Reader reader, AuditTrail trail, EntryParameters parameters) {
		return !reader.seesAll() ? null : trail.archived().map((period) -> {
			String from = parameters.value("from");
			String to = parameters.value("to");
			Instant begin = (from != null) ? InstantParameter.parse("from", from) : period.from();
			Instant end = (to != null) ? InstantParameter.parse("to", to) : period.to();
			return new ArchivedPart(begin.isAfter(period.from()) ? begin : period.from(),
					end.isBefore(period.to()) ? end : period.to());
		}).filter((part) -> !part.from().isAfter(part.to())).orElse(null);
	}

	/**
	 * The part that a page was looked for in: a page of newer entries that is full was
	 * read from the database alone.
	 */
	static @Nullable ArchivedPart of(Reader reader, AuditTrail trail, EntryParameters parameters,
			AuditTrail.Look page) {
		ArchivedPart part = of(reader, trail, parameters);
		boolean begins = parameters.isOldestFirst() && parameters.value(EntryParameters.CURSOR) == null;
		boolean ends = !parameters.isOldestFirst() && page.next() == null;
		return (part == null || begins || ends
				|| page.entries().stream().anyMatch((entry) -> !entry.getRecordedAt().isAfter(part.to()))) ? part
						: null;
	}

	@Override
	public String toString() {
		return this.from + "/" + this.to;
	}

	/** An answer that says so. */
	static ResponseEntity<byte[]> told(ResponseEntity<byte[]> answer, @Nullable ArchivedPart part) {
		return (part == null) ? answer
				: ResponseEntity.status(answer.getStatusCode())
					.headers(answer.getHeaders())
					.header(HEADER, part.toString())
					.body(answer.getBody());
	}

}
