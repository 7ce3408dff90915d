/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.merkle;

import java.util.ArrayList;
import java.util.List;

/**
 * A Merkle tree of RFC 6962, section 2.1, with all of its hashes in memory, so that a
 * changed leaf costs a path and not a tree.
 */
public final class LeafLevels {

	/** The leaves, then of each further level the hashes over two of the level below. */
	private final List<List<byte[]>> levels = new ArrayList<>();

	/**
	 * Begins with a tree.
	 * @param leaves its leaves' hashes, prefix included
	 */
	public LeafLevels(List<byte[]> leaves) {
		List<byte[]> level = new ArrayList<>(leaves);
		this.levels.add(level);
		while (level.size() > 1) {
			List<byte[]> above = new ArrayList<>();
			for (int i = 0; i < level.size(); i += 2) {
				above.add(above(level, i));
			}
			this.levels.add(above);
			level = above;
		}
	}

	/** A last one without a neighbour goes up as it is. */
	private static byte[] above(List<byte[]> level, int left) {
		return (left + 1 < level.size()) ? MerkleTree.node(level.get(left), level.get(left + 1)) : level.get(left);
	}

	/**
	 * Changes a leaf.
	 * @param index which one
	 * @param leafHash its new hash, prefix included
	 */
	public void set(int index, byte[] leafHash) {
		this.levels.get(0).set(index, leafHash);
		int at = index;
		for (int level = 1; level < this.levels.size(); level++) {
			at /= 2;
			this.levels.get(level).set(at, above(this.levels.get(level - 1), at * 2));
		}
	}

	/**
	 * The root over all leaves.
	 * @return its hash; that of no bytes for an empty tree
	 */
	public byte[] root() {
		List<byte[]> top = this.levels.get(this.levels.size() - 1);
		return top.isEmpty() ? Sha256.hash() : top.get(0);
	}

	/**
	 * The path from a leaf to the root.
	 * @param index the leaf
	 * @return its neighbours on all levels that have one, from below
	 */
	public List<byte[]> path(int index) {
		List<byte[]> path = new ArrayList<>();
		int at = index;
		for (List<byte[]> level : this.levels) {
			int neighbour = at ^ 1;
			if (neighbour < level.size()) {
				path.add(level.get(neighbour));
			}
			at /= 2;
		}
		return path;
	}

}
