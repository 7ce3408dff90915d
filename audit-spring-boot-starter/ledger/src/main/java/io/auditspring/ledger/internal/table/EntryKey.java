/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.time.Instant;
import java.util.UUID;

/**
 * What it takes to find an entry again.
 *
 * @param id the entry's id
 * @param recordedAt when the ledger took it, which says in which month it lies
 */
public record EntryKey(UUID id, Instant recordedAt) {

}
