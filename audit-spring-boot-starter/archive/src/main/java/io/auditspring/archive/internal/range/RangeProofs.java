/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.range;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.InclusionReceipt;
import io.auditspring.ledger.internal.merkle.MerkleTree;
import io.auditspring.ledger.internal.merkle.TreeRange;
import io.auditspring.ledger.merkle.ConsistencyProof;
import io.auditspring.ledger.merkle.InclusionProof;

/**
 * Proves that entries of a range are under the checkpoint that its manifest holds: by the
 * range's tiles, and by what leads from its end to that checkpoint.
 */
public final class RangeProofs {

	private final Manifest manifest;

	private final byte[] tiles;

	private final Checkpoint checkpoint;

	private final Map<TreeRange, byte[]> further = new HashMap<>();

	/**
	 * Begins with what the archive has.
	 * @param manifest the manifest
	 * @param tiles the file of hashes
	 * @throws IllegalArgumentException if no checkpoint covers the range
	 */
	public RangeProofs(Manifest manifest, byte[] tiles) {
		this.manifest = manifest;
		this.tiles = tiles;
		this.checkpoint = Checkpoint.parse(manifest.proof().checkpoint());
		List<TreeRange> parts = ConsistencyProof.ranges(end(), this.checkpoint.size());
		List<byte[]> hashes = manifest.proof().consistency();
		if (parts.size() != hashes.size()) {
			throw new IllegalArgumentException("what leads from the range to its checkpoint has %s hashes instead of %s"
				.formatted(hashes.size(), parts.size()));
		}
		for (int i = 0; i < parts.size(); i++) {
			this.further.put(parts.get(i), hashes.get(i));
		}
	}

	private long end() {
		return this.manifest.range().last() + 1;
	}

	/**
	 * Proves that an entry is under the checkpoint.
	 * @param seq the entry's place
	 * @param hash the entry's hash
	 * @return the proof, which may not hold
	 * @throws IllegalArgumentException if the tiles do not have what it is made of
	 */
	public InclusionReceipt inclusion(long seq, byte[] hash) {
		List<byte[]> path = InclusionProof.ranges(seq, this.checkpoint.size()).stream().map(this::hash).toList();
		return new InclusionReceipt(this.manifest.range().chain(), seq, hash,
				new InclusionProof(seq, this.checkpoint.size(), path), this.checkpoint);
	}

	private byte[] hash(TreeRange part) {
		byte[] known = this.further.get(part);
		if (known != null) {
			return known;
		}
		if (part.to() <= end()) {
			return part.hash((node) -> Tiles.hash(this.tiles, this.manifest.range(), node));
		}
		if (part.from() >= end()) {
			throw new IllegalArgumentException("nothing leads from the range to its checkpoint");
		}
		long middle = part.from() + TreeRange.split(part.to() - part.from());
		return MerkleTree.node(hash(new TreeRange(part.from(), middle)), hash(new TreeRange(middle, part.to())));
	}

}
