/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Signed checkpoints: their text, keys, the memory of who signs them and the places that
 * keep them. In come sizes and roots, out go notes that anybody can verify. Begin with
 * {@link io.auditspring.ledger.checkpoint.Checkpoint}. Knows nothing of databases.
 */
@NullMarked
package io.auditspring.ledger.checkpoint;

import org.jspecify.annotations.NullMarked;
