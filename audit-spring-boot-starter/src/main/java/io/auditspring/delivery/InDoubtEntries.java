package io.auditspring.delivery;

import java.util.List;

import io.auditspring.ledger.Entry;
import org.jspecify.annotations.Nullable;

/**
 * Entries that must be written, unless a transaction was committed whose answer was lost.
 *
 * @param row what that transaction staged, or {@code null} where they must be written in
 * any case
 * @param entries the entries
 */
record InDoubtEntries(@Nullable StagedRow row, List<Entry> entries) {

}
