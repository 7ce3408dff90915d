/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

import io.auditspring.ledger.merkle.ConsistencyProof;

/**
 * Proves that between two checkpoints entries were only appended.
 *
 * @param older the checkpoint of fewer entries
 * @param newer the checkpoint of more entries
 * @param proof leads to both roots
 * @since 0.1.0
 */
public record ConsistencyReceipt(Checkpoint older, Checkpoint newer, ConsistencyProof proof) {

	/**
	 * Checks the proof. The checkpoints' signatures are another matter.
	 * @return whether the newer tree begins with the older one
	 */
	public boolean holds() {
		return this.proof.oldSize() == this.older.size() && this.proof.newSize() == this.newer.size()
				&& this.proof.proves(this.older.root(), this.newer.root());
	}

}
