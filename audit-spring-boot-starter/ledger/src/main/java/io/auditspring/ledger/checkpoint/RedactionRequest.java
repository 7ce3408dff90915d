/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

import java.util.Arrays;
import java.util.UUID;

import io.auditspring.CheckpointSigner;
import io.auditspring.ledger.internal.entry.CanonicalObject;
import io.auditspring.ledger.internal.merkle.Sha256;

/**
 * What a ledger that receives a chain asks its source to erase. It is signed as a note in
 * the form of a checkpoint: the first line is {@code audit-request/redaction/} with the
 * chain as its own checkpoints name it, the number is the entry's place, and the hash is
 * that of what is asked.
 *
 * @param log the chain: {@code <origin>/<chain>}
 * @param seq the entry's place
 * @param id the entry
 * @param group what is to be erased, as it is stored
 * @param reason why
 */
public record RedactionRequest(String log, long seq, UUID id, String group, String reason) {

	/**
	 * Signs the request.
	 * @param signer who asks
	 * @return the signed note
	 */
	public String sign(CheckpointSigner signer) {
		return Checkpoint.sign(origin(), this.seq, hash(), signer).note();
	}

	/**
	 * Whether this is what a note asks for.
	 * @param note the signed note
	 * @param keys whose signatures count
	 * @return whether one of them signed it
	 */
	public boolean isSigned(String note, TrustedKeys keys) {
		try {
			Checkpoint signed = Checkpoint.open(note, keys);
			return signed.origin().equals(origin()) && signed.size() == this.seq
					&& Arrays.equals(signed.root(), hash());
		}
		catch (InvalidCheckpointException | IndexOutOfBoundsException ex) {
			return false;
		}
	}

	private String origin() {
		return "audit-request/redaction/" + this.log;
	}

	private byte[] hash() {
		return Sha256.hash(Sha256.utf8(new CanonicalObject().text("group", this.group)
			.text("id", this.id.toString())
			.text("reason", this.reason)
			.toString()));
	}

}
