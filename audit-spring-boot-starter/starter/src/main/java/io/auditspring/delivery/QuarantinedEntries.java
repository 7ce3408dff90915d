/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryCodec;
import org.jspecify.annotations.Nullable;

/**
 * A row of the quarantine.
 *
 * @param id the row's id
 * @param reason why the ledger refused it
 * @param at when it was set aside
 * @param entries what it holds, none where that cannot be read or is too large to be
 * shown
 * @since 0.1.0
 */
public record QuarantinedEntries(long id, String reason, Instant at, List<Summary> entries) {

	static QuarantinedEntries of(ResultSet row) throws SQLException {
		return new QuarantinedEntries(row.getLong(1), row.getString(2), row.getTimestamp(3).toInstant(),
				summaries(row.getString(4)));
	}

	private static List<Summary> summaries(@Nullable String text) {
		try {
			return (text == null) ? List.of() : EntryCodec.read(text).stream().map(Summary::of).toList();
		}
		catch (RuntimeException ex) {
			// The reason tells that it cannot be read.
			return List.of();
		}
	}

	/**
	 * What an entry is about, without its contents.
	 *
	 * @param id the entry's id
	 * @param occurredAt when it happened
	 * @param action what was done
	 */
	public record Summary(UUID id, Instant occurredAt, String action) {

		static Summary of(Entry entry) {
			return new Summary(entry.id(), entry.occurredAt(), entry.action());
		}

	}

}
