/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.Entry;

/**
 * Finds the entries that are in {@code audit_log} already.
 */
final class KnownEntries {

	private final String known;

	private final String holds;

	KnownEntries(Schema schema) {
		// Older months need not be searched: an entry is not recorded before it happened.
		// The month in between, and the server's own clock, are for clocks that are
		// wrong.
		this.known = """
				select id
				from %s
				where id = any (?)
				and recorded_at >= least(?, now()) - interval '31 days'
				""".formatted(schema.table("audit_log"));
		this.holds = "select exists (select from %s where id = ?)".formatted(schema.table("audit_log"));
	}

	/**
	 * Finds which of some entries are there.
	 * @param connection with an open transaction that has locked the entries' chain
	 * @param entries the entries, at least one
	 * @return the ids of those that are there
	 * @throws SQLException if the database fails
	 */
	Set<UUID> of(Connection connection, List<Entry> entries) throws SQLException {
		Instant earliest = entries.stream().map(Entry::occurredAt).min(Instant::compareTo).orElseThrow();
		return new HashSet<>(Sql.list(connection, this.known, (row) -> row.getObject(1, UUID.class),
				Sql.array("uuid", entries.stream().map(Entry::id).toList()), earliest));
	}

	boolean holds(Connection connection, UUID entry) throws SQLException {
		return Sql.is(connection, this.holds, entry);
	}

}
