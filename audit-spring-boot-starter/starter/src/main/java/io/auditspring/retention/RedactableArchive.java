/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

import io.auditspring.ledger.EntryGroup;
import org.jspecify.annotations.Nullable;

/**
 * Erases groups of entries that are in an archive only, as the ledger does of those in
 * the database: the artifact {@code audit-archive} has one.
 *
 * @since 0.1.0
 */
public interface RedactableArchive {

	/**
	 * Erases a group of some entries. One that must be kept does not stop the others.
	 * What is still in the database, too, is not erased here but brought to what the
	 * database says of it.
	 * @param chain the chain that they are in; with {@code null} those of all chains are
	 * erased that have these ids
	 * @param ids the entries
	 * @param group what to erase
	 * @param reason why, without what is erased
	 * @param requestedBy an entry that says who asks for it, as entries are staged
	 * @return what became of each entry that is in the archive only
	 * @throws IOException if not all of the archive can be read or written; the rest is
	 * erased, and doing it again completes it
	 */
	List<Redacted> redact(@Nullable String chain, Collection<UUID> ids, EntryGroup group, String reason,
			String requestedBy) throws IOException;

	/**
	 * Erases a person's traces. What is still in the database, too, is not erased here
	 * but brought to what the database says of it.
	 * @param subjects the person, as a target under each name that entries may show
	 * @param reason why, without what is erased
	 * @param requestedBy an entry that says who asks for it, as entries are staged
	 * @return what became of each entry that is in the archive only
	 * @throws IOException if not all of the archive can be read or written; the rest is
	 * erased, and doing it again completes it
	 */
	List<Redacted> erase(Collection<Subject> subjects, String reason, String requestedBy) throws IOException;

	/**
	 * Brings the archive to what the ledger says: erases what was erased in the database
	 * or by the source of a received chain, and signs anew what only keys signed that
	 * leaked. It is asked once a day, on one instance.
	 * @param requestedBy an entry that says who asks for it, as entries are staged
	 * @throws IOException if the archive cannot be read or written; what was done before
	 * is done, and doing it again completes it
	 */
	void followLedger(String requestedBy) throws IOException;

	/**
	 * What became of an entry.
	 *
	 * @param id the entry
	 * @param recordedAt when it was recorded
	 * @param group what was to be erased
	 * @param result what became of it
	 */
	record Redacted(UUID id, Instant recordedAt, EntryGroup group, Result result) {

	}

	/**
	 * What can become of an entry.
	 */
	enum Result {

		/** The group is erased. */
		ERASED,

		/** The group had been erased before. */
		REDACTED,

		/** A legal hold is on it. */
		HELD,

		/** It is a control entry, whose data is never erased. */
		KEPT,

		/** The source of its chain is asked to erase it, and the archive follows. */
		ASKED

	}

}
