/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

import io.auditspring.capture.internal.value.FailureText;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.internal.entry.CanonicalObject;
import io.auditspring.ledger.internal.entry.CoreObject;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.ReceivedRows;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.ledger.internal.table.StoredEntry;
import org.jspecify.annotations.Nullable;

/**
 * Appends entries, also those of which the database here cannot hold a group, as in
 * another encoding: in the place of that is its digest, so that the chain has no gap, and
 * what it held is in quarantine, as bytes. What an entry is found by must be stored.
 */
final class RefusedGroups {

	/** Of SQLSTATE: what is wrong with a value. */
	private static final String DATA_EXCEPTION = "22";

	private static final List<Set<EntryGroup>> ATTEMPTS = List.of(EnumSet.of(EntryGroup.DATA),
			EnumSet.of(EntryGroup.ACTOR), EnumSet.allOf(EntryGroup.class));

	private final ReceivedRows rows;

	private final ReceivedTables tables;

	private final Supplier<Entry> recordedBy;

	RefusedGroups(ReceivedRows rows, ReceivedTables tables, Supplier<Entry> recordedBy) {
		this.rows = rows;
		this.tables = tables;
		this.recordedBy = recordedBy;
	}

	/**
	 * Appends entries to a chain that is locked.
	 * @param connection with an open transaction
	 * @param chain the chain's name
	 * @param entries the entries, whose hashes were verified
	 * @throws SQLException if the database refuses one for another reason, or fails
	 */
	void append(Connection connection, String chain, List<StoredEntry> entries) throws SQLException {
		SQLException refusal = tryToAppend(connection, entries);
		if (refusal != null) {
			append(connection, chain, entries, refusal);
		}
	}

	/**
	 * Appends entries of which the database has refused some, which can only be found out
	 * one by one.
	 * @param connection a connection within a transaction
	 * @param chain their chain
	 * @param entries the entries
	 * @param refusal why it refused them
	 * @throws SQLException if the database fails, or refuses what is left of an entry
	 */
	void append(Connection connection, String chain, List<StoredEntry> entries, SQLException refusal)
			throws SQLException {
		if (entries.size() > 1) {
			int half = entries.size() / 2;
			append(connection, chain, entries.subList(0, half));
			append(connection, chain, entries.subList(half, entries.size()));
		}
		else {
			appendWithout(connection, chain, entries.get(0), refusal);
		}
	}

	private void appendWithout(Connection connection, String chain, StoredEntry entry, SQLException refusal)
			throws SQLException {
		for (Set<EntryGroup> groups : ATTEMPTS) {
			StoredEntry stored = entry;
			for (EntryGroup group : groups) {
				stored = entry.isErased(group) ? stored : stored.without(group);
			}
			if (tryToAppend(connection, List.of(stored)) == null) {
				quarantine(connection, chain, entry, groups, refusal);
				return;
			}
		}
		throw refusal;
	}

	private void quarantine(Connection connection, String chain, StoredEntry entry, Set<EntryGroup> groups,
			SQLException refusal) throws SQLException {
		List<String> refused = new ArrayList<>();
		// What it says of one encoding, it may not be able to store in that.
		String reason = FailureText.messageOf(refusal).lines().findFirst().orElse("").replaceAll("[^\\x20-\\x7e]", "?");
		for (EntryGroup group : groups) {
			if (!entry.isErased(group)) {
				refused.add(new CanonicalObject().number("seq", entry.place().seq())
					.text("id", String.valueOf(entry.place().id()))
					.text("redacted", CoreObject.stored(group))
					.text("content", HexFormat.of().formatHex(entry.digested(group)))
					.text("reason", reason)
					.toString());
			}
		}
		this.tables.quarantine(connection, chain, "[" + String.join(",", refused) + "]", this.recordedBy.get());
	}

	/** Gives why the database cannot hold one of them. */
	@Nullable SQLException tryToAppend(Connection connection, List<StoredEntry> entries) throws SQLException {
		Sql.execute(connection, "savepoint audit_portion");
		try {
			this.rows.append(connection, entries);
			Sql.execute(connection, "release savepoint audit_portion");
			return null;
		}
		catch (SQLException ex) {
			if (!Objects.requireNonNullElse(ex.getSQLState(), "").startsWith(DATA_EXCEPTION)) {
				throw ex;
			}
			Sql.execute(connection, "rollback to savepoint audit_portion");
			return ex;
		}
	}

}
