/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.util.List;
import java.util.UUID;

/**
 * An operation: what one audited call did.
 *
 * @param id its id
 * @param entries its entries, newest first: of a large one only the newest
 * {@value OperationPages#MOST_ENTRIES}
 * @since 0.1.0
 */
public record AuditOperation(UUID id, List<AuditEntry> entries) {

}
