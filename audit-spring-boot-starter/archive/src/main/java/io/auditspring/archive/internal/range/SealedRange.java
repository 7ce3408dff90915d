/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.range;

import java.util.List;
import java.util.UUID;

import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.internal.merkle.CompactRange;

/**
 * A range that a signed checkpoint covers, so that it can be archived.
 *
 * @param ledger the chain's random id
 * @param name the range
 * @param received whether another ledger begins the chain and goes on with it
 * @param begins where the archive of the chain begins
 * @param prevHash what the first entry follows
 * @param before the tree over the entries before
 * @param proof that it is signed
 */
public record SealedRange(UUID ledger, RangeName name, boolean received, long begins, byte[] prevHash,
		CompactRange before, Manifest.Proof proof) {

}
