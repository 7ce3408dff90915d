/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The Merkle tree over a chain, as the database keeps it: tiles, checkpoints and the
 * proofs made of them. In come hashes of entries, out go roots, proofs and their
 * receipts. Begin with {@code TreeRows}, which reads and writes the tiles. Internal but
 * for the receipts, which {@code Checkpoints} hands out.
 */
@NullMarked
package io.auditspring.ledger.internal.tree;

import org.jspecify.annotations.NullMarked;
