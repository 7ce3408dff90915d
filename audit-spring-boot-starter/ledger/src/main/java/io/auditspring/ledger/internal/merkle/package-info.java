/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Merkle trees as RFC 6962 and RFC 9162 define them, and how they are kept in tiles. In
 * come hashes of leaves, out go roots and the hashes that proofs are made of. Begin with
 * {@link io.auditspring.ledger.internal.merkle.MerkleTree}. Knows nothing of entries or
 * databases. Internal: made for the other packages of this project, and changed without
 * notice.
 */
@NullMarked
package io.auditspring.ledger.internal.merkle;

import org.jspecify.annotations.NullMarked;
