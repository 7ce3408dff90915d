/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The way of an entry from the audited call to the ledger, with what each delivery mode
 * promises. In come entries of a transaction that ends, out go rows in the outbox or the
 * ledger, and receipts. Begin with {@code EntryDelivery}, which decides;
 * {@link io.auditspring.delivery.Quarantine} holds what the database refused.
 */
@NullMarked
package io.auditspring.delivery;

import org.jspecify.annotations.NullMarked;
