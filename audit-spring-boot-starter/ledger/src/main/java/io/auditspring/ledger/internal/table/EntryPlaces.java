/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

import io.auditspring.Outcome;
import io.auditspring.ledger.Schema;

/**
 * Finds the places of entries by their ids.
 */
public final class EntryPlaces {

	private final String find;

	/**
	 * Creates it.
	 * @param schema where the ledger is
	 */
	public EntryPlaces(Schema schema) {
		// As of entries that are known already: those of a version 7 UUID are not
		// recorded before the time it begins with, give or take a clock that is wrong.
		this.find = """
				select id, chain, seq, hash, outcome
				from %s
				where id = any (?)
				and recorded_at >= least(?, now()) - interval '31 days'
				""".formatted(schema.table("audit_log"));
	}

	/**
	 * Finds entries.
	 * @param connection a connection to PostgreSQL
	 * @param entries their ids, version 7 UUIDs, at least one
	 * @return the places of those that are in the ledger
	 * @throws SQLException if the database fails
	 */
	public Map<UUID, Found> find(Connection connection, List<UUID> entries) throws SQLException {
		long earliest = entries.stream().mapToLong((id) -> id.getMostSignificantBits() >>> 16).min().orElseThrow();
		Map<UUID, Found> found = new HashMap<>();
		Sql.each(connection, this.find, (row) -> found.put(row.getObject(1, UUID.class), found(row)),
				Sql.array("uuid", entries), Instant.ofEpochMilli(earliest));
		return found;
	}

	private static Found found(ResultSet row) throws SQLException {
		return new Found(row.getString(2), row.getLong(3), HexFormat.of().formatHex(row.getBytes(4)),
				Outcome.valueOf(row.getString(5).toUpperCase(Locale.ROOT)));
	}

	/**
	 * An entry that is in the ledger.
	 *
	 * @param chain its chain
	 * @param seq its number there
	 * @param hash its hash in hex
	 * @param outcome how it says that it ended
	 */
	public record Found(String chain, long seq, String hash, Outcome outcome) {

	}

}
