/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.merkle;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Leaves of which RFC 6962, section 2.1, takes the hash at once: a tree, or a part of one
 * that lies below a single node. It consists of at most one complete subtree of each
 * height.
 *
 * @param from the first leaf's index
 * @param to one more than the last leaf's index
 */
public record TreeRange(long from, long to) {

	/**
	 * The complete subtrees that make up the range.
	 * @return the largest and leftmost first
	 */
	public List<TreeNode> nodes() {
		List<TreeNode> nodes = new ArrayList<>();
		long next = this.from;
		while (next < this.to) {
			int level = 63 - Long.numberOfLeadingZeros(this.to - next);
			nodes.add(new TreeNode(level, next >> level));
			next += 1L << level;
		}
		return nodes;
	}

	/**
	 * The hash over the range.
	 * @param hashes gives the hash of each of its {@link #nodes()}
	 * @return the hash
	 */
	public byte[] hash(Function<TreeNode, byte[]> hashes) {
		return MerkleTree.root(nodes().stream().map(hashes).toList());
	}

	/**
	 * The largest power of two below a size, where RFC 6962 splits a tree.
	 */
	public static long split(long size) {
		return Long.highestOneBit(size - 1);
	}

}
