/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * A row that was staged, and by what it is known whether that was committed.
 *
 * @param id the row's id
 * @param transaction the database's number of the transaction
 * @param entry one of its entries
 * @param unreported how many entries count as recorded when it was committed; not known
 * any more after a restart, which begins to count anew
 * @param database the name of the database where there are several, else {@code null}
 * @param further the ids of those that came with it, as its entries are too many for one;
 * not known any more after a restart
 */
public record StagedRow(long id, long transaction, UUID entry, int unreported, @Nullable String database,
		List<Long> further) {

	/** Stands in a file for a row that there is none of. */
	private static final String NONE = "-";

	StagedRow(long id, long transaction, UUID entry, int unreported, @Nullable String database) {
		this(id, transaction, entry, unreported, database, List.of());
	}

	public StagedRow counted() {
		return new StagedRow(this.id, this.transaction, this.entry, 0, this.database, this.further);
	}

	public static String format(@Nullable StagedRow row) {
		if (row == null) {
			return NONE;
		}
		String text = "%s:%s:%s".formatted(row.id, row.transaction, row.entry);
		return (row.database != null) ? text + ':' + URLEncoder.encode(row.database, StandardCharsets.UTF_8) : text;
	}

	/**
	 * Reads what {@link #format} wrote.
	 * @param text the text
	 * @return the row, or {@code null} for none
	 * @throws IllegalArgumentException if it is something else
	 */
	public static @Nullable StagedRow parse(String text) {
		if (text.equals(NONE)) {
			return null;
		}
		String[] parts = text.split(":", 4);
		if (parts.length < 3) {
			throw new IllegalArgumentException("Not a staged row: " + text);
		}
		String database = (parts.length == 4) ? URLDecoder.decode(parts[3], StandardCharsets.UTF_8) : null;
		return new StagedRow(Long.parseLong(parts[0]), Long.parseLong(parts[1]), UUID.fromString(parts[2]), 0,
				database);
	}

}
