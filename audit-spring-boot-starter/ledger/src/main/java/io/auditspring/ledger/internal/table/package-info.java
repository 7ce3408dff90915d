/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The rows of the ledger's tables, written and read. In come entries to be chained and
 * connections to PostgreSQL, out go rows of {@code audit_log} and what was read of them.
 * Begin with {@link io.auditspring.ledger.internal.table.LedgerWriter} for writing and
 * {@code EntryReader} for reading. Internal: made for the other packages of this project,
 * and changed without notice.
 */
@NullMarked
package io.auditspring.ledger.internal.table;

import org.jspecify.annotations.NullMarked;
