/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.ActorObject;
import io.auditspring.ledger.internal.entry.CoreObject;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryHash;
import io.auditspring.ledger.internal.entry.InvalidEntryException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Appends rows to {@code audit_log}. What is hashed and what is stored is made of the
 * same values, here.
 */
final class EntryRows {

	/** Class 55 is tried again until it is mended. */
	private static final String OBJECT_NOT_IN_PREREQUISITE_STATE = "55000";

	private static final int CHUNK = 1 << 16;

	private final SecureRandom random = new SecureRandom();

	private final String copy;

	EntryRows(Schema schema) {
		this.copy = """
				copy %s (
					chain, seq, id, recorded_at, occurred_at, service, tenant, operation_id, action, category,
					severity, outcome, actor_type, target_type, target_id, revision, duration_micros, trace_id,
					actor_id, actor_name, impersonator_id, ip_address, user_agent, session_id, device_fingerprint,
					geolocation,
					target_name, message, justification, error, before_state, after_state, changes, metadata, related,
					hash_version, salt, prev_hash, hash
				) from stdin
				""".formatted(schema.table("audit_log"));
	}

	/**
	 * Chains entries to a head, which the database moves to the last one.
	 * @param connection where the head is locked
	 * @param head where to append
	 * @param entries the entries, in their order
	 * @throws SQLException if the database refuses an entry, or fails
	 */
	void append(Connection connection, ChainHead head, List<Entry> entries) throws SQLException {
		CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(this.copy);
		try {
			append(copy, head, entries);
			checkTaken(copy.endCopy(), entries.size());
		}
		finally {
			if (copy.isActive()) {
				copy.cancelCopy();
			}
		}
	}

	private void append(CopyIn copy, ChainHead head, List<Entry> entries) throws SQLException {
		CopyText rows = new CopyText();
		ChainHead end = head;
		for (Entry entry : entries) {
			end = end.next(appendValid(rows, end, entry));
			if (rows.length() >= CHUNK) {
				send(copy, rows);
			}
		}
		send(copy, rows);
	}

	/** A trigger of somebody's own can drop rows without a word. */
	static void checkTaken(long taken, int sent) throws SQLException {
		if (taken != sent) {
			throw new SQLException(
					"The database took %s of %s entries: a trigger on audit_log drops some".formatted(taken, sent),
					OBJECT_NOT_IN_PREREQUISITE_STATE);
		}
	}

	private static void send(CopyIn copy, CopyText rows) throws SQLException {
		byte[] chunk = rows.take();
		copy.writeToCopy(chunk, 0, chunk.length);
	}

	private byte[] appendValid(CopyText rows, ChainHead head, Entry entry) {
		try {
			return append(rows, head, entry);
		}
		catch (RuntimeException ex) {
			throw new InvalidEntryException(ex);
		}
	}

	private byte[] append(CopyText rows, ChainHead head, Entry entry) {
		byte[] salt = new byte[EntryHash.SALT_LENGTH];
		this.random.nextBytes(salt);
		CoreObject core = CoreObject.of(entry, head.chain(), head.size(), Objects.requireNonNull(head.recordedAt()));
		byte[] hash = EntryHash.leaf(core, EntryHash.actorDigest(salt, ActorObject.of(entry.actor())),
				EntryHash.dataDigest(salt, entry.data()), head.hash());
		append(rows, core);
		append(rows, entry.actor());
		append(rows, entry.data());
		rows.column(EntryHash.VERSION).bytes(salt).bytes(head.hash()).bytes(hash).endRow();
		return hash;
	}

	static void append(CopyText rows, CoreObject core) {
		rows.column(core.chain()).column(core.seq()).column(core.id()).column(core.recordedAt());
		rows.column(core.occurredAt()).column(core.service()).column(core.tenant()).column(core.operation());
		rows.column(core.action()).column(core.category()).column(core.severity()).column(core.outcome());
		rows.column(core.actorType()).column(core.targetType()).column(core.targetId()).column(core.revision());
		rows.column(core.durationMicros()).column(core.traceId());
	}

	private static void append(CopyText rows, Entry.ActorGroup actor) {
		rows.column(actor.id()).column(actor.name()).column(actor.impersonator()).column(actor.ip());
		rows.column(actor.userAgent()).column(actor.session()).column(actor.device()).column(actor.geo());
	}

	static void append(CopyText rows, Entry.DataGroup data) {
		rows.column(data.targetName()).column(data.message()).column(data.justification()).column(data.error());
		rows.column(data.before()).column(data.after()).column(data.changes()).column(data.metadata());
		rows.column(data.related());
	}

}
