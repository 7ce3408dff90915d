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
 * Entries that must be written, unless a transaction was committed whose answer was lost.
 *
 * @param row what that transaction staged, or {@code null} where they must be written in
 * any case
 * @param entries the entries
 */
public record InDoubtEntries(@Nullable StagedRow row, List<Entry> entries) {

}
