/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

import java.util.List;

import io.auditspring.CheckpointAnchor;
import io.auditspring.CheckpointSigner;

/**
 * What it takes to sign checkpoints.
 *
 * @param signer the key
 * @param memory what it signed last
 * @param anchors where checkpoints are kept, and asked before the next one is signed
 * @param ignoresUnreadable whether it signs although an anchor, or something in one,
 * cannot be read: it may be what would show that the ledger went back
 * @since 0.1.0
 */
public record CheckpointSigning(CheckpointSigner signer, SignerMemory memory, List<CheckpointAnchor> anchors,
		boolean ignoresUnreadable) {

	public CheckpointSigning {
		anchors = List.copyOf(anchors);
	}

	/**
	 * What it takes to sign, as long as all anchors can be read.
	 * @param signer the key
	 * @param memory what it signed last
	 * @param anchors where checkpoints are kept
	 */
	public CheckpointSigning(CheckpointSigner signer, SignerMemory memory, List<CheckpointAnchor> anchors) {
		this(signer, memory, anchors, false);
	}

}
