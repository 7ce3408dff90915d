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
 */
public record CheckpointSigning(CheckpointSigner signer, SignerMemory memory, List<CheckpointAnchor> anchors) {

	public CheckpointSigning {
		anchors = List.copyOf(anchors);
	}

}
