/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Proofs as RFC 6962 and RFC 9162 define them. In come hashes and sizes, out goes whether
 * one leads to the other. Begin with {@link io.auditspring.ledger.merkle.InclusionProof}.
 * Knows nothing of entries or databases.
 */
@NullMarked
package io.auditspring.ledger.merkle;

import org.jspecify.annotations.NullMarked;
