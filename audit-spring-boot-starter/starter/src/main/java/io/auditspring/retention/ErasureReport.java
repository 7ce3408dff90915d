/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.UUID;

import io.auditspring.ledger.EntryGroup;

/**
 * What was erased, what was not, and where else to look.
 *
 * @param erased how many entries lost each group
 * @param months the months (UTC) they were recorded in, with how many of them
 * @param alreadyErased how many had lost the group before
 * @param left the entries that were left as they are, by the cause
 * @param staged how many rows of the outbox mention the person: they reach the ledger in
 * a moment; erase again then
 * @param quarantined the rows of {@code audit_quarantine} that mention the person; they
 * are not part of the ledger and are not touched
 * @since 0.1.0
 */
public record ErasureReport(Map<EntryGroup, Long> erased, SortedMap<YearMonth, Long> months, long alreadyErased,
		Map<Cause, List<UUID>> left, long staged, List<Long> quarantined) {

	/**
	 * Whether nothing is left that could be erased, now or later.
	 * @return whether to look again
	 */
	public boolean complete() {
		return this.staged == 0 && this.quarantined.isEmpty()
				&& this.left.keySet().stream().allMatch(Cause.RETIRED::equals);
	}

	/**
	 * Why an entry is left as it is.
	 */
	public enum Cause {

		/** A legal hold is on it. */
		HELD,

		/**
		 * It is of a chain that is received from another ledger: its source was asked to
		 * erase it, and what it erases is erased here, too.
		 */
		ASKED,

		/**
		 * It is a control entry, which tells of a redaction, a retirement or a legal
		 * hold: without it nobody could tell them from tampering.
		 */
		KEPT,

		/**
		 * Its hash does not verify: somebody tampered with it, which must stay visible.
		 */
		ALTERED,

		/**
		 * Its month was retired: it is gone, or, where months are detached only, in the
		 * table that was detached.
		 */
		RETIRED,

		/**
		 * There is no such entry, or nothing of it but what is in the table
		 * {@code audit_received_quarantine}.
		 */
		MISSING

	}

}
