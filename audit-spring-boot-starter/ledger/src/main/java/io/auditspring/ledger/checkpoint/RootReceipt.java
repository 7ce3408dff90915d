/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

import java.util.Arrays;
import java.util.HexFormat;

import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.EntryHash;
import io.auditspring.ledger.merkle.InclusionProof;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Proves to anybody who has the public key that an entry is in the ledger, by one
 * signature over all of its chains: the entry is in its chain, the chain's head in the
 * map over all heads, and the entry of the root log that states the map under a
 * checkpoint of the chain {@code root}. Each of the three is a proof of RFC 6962.
 *
 * @param hash the entry's hash, which is its leaf's hash
 * @param inChain leads from the hash to the root of its chain; the index is the entry's
 * position
 * @param head where the chain ended
 * @param inMap leads from the head to the root of the map
 * @param rootEntry the core object of the entry of the root log in canonical form, which
 * is what its hash is made of; {@code targetId} is the root of the map in hex
 * @param root proves that this entry is under the checkpoint
 * @since 0.1.0
 */
public record RootReceipt(byte[] hash, InclusionProof inChain, RootHead head, InclusionProof inMap, String rootEntry,
		InclusionReceipt root) {

	/**
	 * Checks the proof. The checkpoint's signature is another matter.
	 * @return whether the entry is under the checkpoint's root
	 */
	public boolean holds() {
		return this.inChain.treeSize() == this.head.size() && this.inChain.proves(this.hash, this.head.root())
				&& isInMap() && Arrays.equals(EntryHash.leaf(this.rootEntry), this.root.hash()) && this.root.holds();
	}

	private boolean isInMap() {
		try {
			JsonNode entry = CanonicalJson.parse(this.rootEntry).toNode();
			byte[] map = HexFormat.of().parseHex(entry.path("targetId").asString(""));
			return entry.path("action").asString("").equals("audit.root")
					&& entry.path("chain").asString("").equals("root") && this.inMap.proves(this.head.leafHash(), map);
		}
		catch (JacksonException | IllegalArgumentException ex) {
			return false;
		}
	}

}
