/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.ActorObject;
import io.auditspring.ledger.internal.entry.CoreObject;
import io.auditspring.ledger.internal.entry.Entry;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Appends entries of another ledger to {@code audit_log} as they are: with their places,
 * times, salts and hashes, and with digests where something was erased.
 */
public final class ReceivedRows {

	/** SQLSTATE, as the database says it of what a column cannot hold. */
	private static final String INVALID_TEXT_REPRESENTATION = "22P02";

	private static final Pattern ADDRESS = Pattern.compile("[0-9a-f]{8}|[0-9a-f]{32}");

	private static final int V4 = 8;

	private final String copy;

	public ReceivedRows(Schema schema) {
		this.copy = """
				copy %s (
					chain, seq, id, recorded_at, occurred_at, service, tenant, operation_id, action, category,
					severity, outcome, actor_type, target_type, target_id, revision, duration_micros, trace_id,
					actor_id, actor_name, impersonator_id, ip_address, user_agent, session_id, device_fingerprint,
					geolocation,
					target_name, message, justification, error, before_state, after_state, changes, metadata, related,
					hash_version, salt, actor_digest, data_digest, prev_hash, hash
				) from stdin
				""".formatted(schema.table("audit_log"));
	}

	/**
	 * Appends entries to a chain that is locked.
	 * @param connection with an open transaction
	 * @param entries the entries, whose hashes were verified
	 * @throws SQLException if the database refuses one, or fails
	 */
	public void append(Connection connection, List<StoredEntry> entries) throws SQLException {
		// Before the copy begins, in which no limit ends the session of who is frozen.
		CopyText rows = new CopyText();
		for (StoredEntry entry : entries) {
			append(rows, entry);
		}
		byte[] bytes = rows.take();
		CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(this.copy);
		try {
			copy.writeToCopy(bytes, 0, bytes.length);
			EntryRows.checkTaken(copy.endCopy(), entries.size());
		}
		finally {
			if (copy.isActive()) {
				copy.cancelCopy();
			}
		}
	}

	private static void append(CopyText rows, StoredEntry entry) throws SQLException {
		CoreObject core = entry.core();
		ActorObject actor = entry.actor();
		Entry.DataGroup data = entry.data();
		EntryRows.append(rows, core);
		rows.column(actor.id()).column(actor.name()).column(actor.impersonator()).column(address(actor.ip()));
		rows.column(actor.userAgent()).column(actor.session()).column(actor.device()).column(actor.geo());
		EntryRows.append(rows, data);
		rows.column(entry.version()).bytes(entry.salt());
		optional(rows, entry.actorDigest());
		optional(rows, entry.dataDigest());
		rows.bytes(entry.prevHash()).bytes(entry.hash()).endRow();
	}

	private static void optional(CopyText rows, byte @Nullable [] bytes) {
		if (bytes != null) {
			rows.bytes(bytes);
		}
		else {
			rows.column(null);
		}
	}

	/** As it is: Java would make IPv4 of an IPv6 address that is mapped. */
	private static @Nullable String address(@Nullable String hex) throws SQLException {
		if (hex == null) {
			return null;
		}
		if (!ADDRESS.matcher(hex).matches()) {
			// What is written like an address would be stored, and be another text then.
			throw new SQLException("it is no address of 8 or 32 hexadecimal digits", INVALID_TEXT_REPRESENTATION);
		}
		if (hex.length() == V4) {
			byte[] bytes = HexFormat.of().parseHex(hex);
			return "%s.%s.%s.%s".formatted(bytes[0] & 0xff, bytes[1] & 0xff, bytes[2] & 0xff, bytes[3] & 0xff);
		}
		return hex.replaceAll("(.{4})(?=.)", "$1:");
	}

}
