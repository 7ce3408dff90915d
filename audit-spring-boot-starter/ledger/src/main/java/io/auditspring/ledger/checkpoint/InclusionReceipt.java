/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

import io.auditspring.ledger.merkle.InclusionProof;

/**
 * Proves to anybody who has the public key that an entry is in the ledger. It needs none
 * of our code to be checked: the entry's hash, the path and the signed root are those of
 * RFC 6962.
 *
 * @param chain the chain's name
 * @param seq the entry's position, which is its leaf's index
 * @param hash the entry's hash, which is its leaf's hash
 * @param proof leads from the hash to the checkpoint's root
 * @param checkpoint the signed statement of the root
 * @since 0.1.0
 */
public record InclusionReceipt(String chain, long seq, byte[] hash, InclusionProof proof, Checkpoint checkpoint) {

	/**
	 * Checks the proof. The checkpoint's signature is another matter.
	 * @return whether the entry is under the checkpoint's root
	 */
	public boolean holds() {
		return this.proof.leafIndex() == this.seq && this.proof.treeSize() == this.checkpoint.size()
				&& this.proof.proves(this.hash, this.checkpoint.root());
	}

	/**
	 * Writes the proof as C2SP tlog-proof has it, with the cosignatures of witnesses.
	 * Whoever verifies it computes the entry's hash by themselves, so it is not in it.
	 * @return several lines
	 */
	public String tlogProof() {
		return tlogProof("");
	}

	/**
	 * Writes the proof as C2SP tlog-proof has it, with what the entry's hash is made of
	 * as its extra data: so it can be verified with nothing but public keys. The core
	 * object has digests of the actor and of the data, and neither of the two.
	 * @param core the entry's core object in canonical form
	 * @return several lines
	 */
	public String tlogProof(String core) {
		StringBuilder text = new StringBuilder("c2sp.org/tlog-proof@v1\n");
		if (!core.isEmpty()) {
			text.append("extra ").append(base64(core.getBytes(StandardCharsets.UTF_8))).append('\n');
		}
		text.append("index ").append(this.seq).append('\n');
		this.proof.path().forEach((hash) -> text.append(base64(hash)).append('\n'));
		return text.append('\n').append(this.checkpoint.note()).toString();
	}

	private static String base64(byte[] bytes) {
		return Base64.getEncoder().encodeToString(bytes);
	}

}
