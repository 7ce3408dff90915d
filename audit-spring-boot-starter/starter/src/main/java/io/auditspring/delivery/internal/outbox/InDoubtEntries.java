/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.outbox;

import java.util.List;

import io.auditspring.database.internal.StagedRow;
import io.auditspring.ledger.internal.entry.Entry;
import org.jspecify.annotations.Nullable;

/**
 * Entries that must be written or not, as a transaction ended whose answer was lost.
 *
 * @param row what that transaction staged, or {@code null} where they must be written in
 * any case
 * @param committed whether they are to be written if it was committed; else, if it was
 * not
 * @param entries the entries
 */
public record InDoubtEntries(@Nullable StagedRow row, boolean committed, List<Entry> entries) {

	/**
	 * Entries that must be written in any case.
	 * @param entries the entries
	 */
	public InDoubtEntries(List<Entry> entries) {
		this(null, false, entries);
	}

}
