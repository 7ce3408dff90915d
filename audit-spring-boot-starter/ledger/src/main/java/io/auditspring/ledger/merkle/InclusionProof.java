/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.merkle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

import io.auditspring.ledger.internal.merkle.MerkleTree;
import io.auditspring.ledger.internal.merkle.TreeRange;

/**
 * Proves that a leaf is in a tree (RFC 6962, section 2.1.1).
 *
 * @param leafIndex the leaf's index
 * @param treeSize how many leaves the tree has
 * @param path the hashes of 32 bytes from the leaf's neighbour up to below the root
 * @since 0.1.0
 */
public record InclusionProof(long leafIndex, long treeSize, List<byte[]> path) {

	public InclusionProof {
		check(leafIndex, treeSize);
		path = List.copyOf(path);
	}

	private static void check(long leafIndex, long treeSize) {
		if (leafIndex < 0 || leafIndex >= treeSize) {
			throw new IllegalArgumentException("A tree of %s leaves has no leaf %s".formatted(treeSize, leafIndex));
		}
	}

	/**
	 * Says of which parts of a tree the path consists.
	 * @param leafIndex the leaf's index
	 * @param treeSize how many leaves the tree has
	 * @return the parts, in the order of the path
	 */
	public static List<TreeRange> ranges(long leafIndex, long treeSize) {
		check(leafIndex, treeSize);
		List<TreeRange> ranges = new ArrayList<>();
		long from = 0;
		long to = treeSize;
		while (to - from > 1) {
			long middle = from + TreeRange.split(to - from);
			boolean left = leafIndex < middle;
			ranges.add(left ? new TreeRange(middle, to) : new TreeRange(from, middle));
			from = left ? from : middle;
			to = left ? middle : to;
		}
		Collections.reverse(ranges);
		return ranges;
	}

	/**
	 * Checks the proof as RFC 9162, section 2.1.3.2, says.
	 * @param leafHash the leaf's hash, prefix included
	 * @param root the tree's root
	 * @return whether the leaf is in the tree
	 */
	public boolean proves(byte[] leafHash, byte[] root) {
		long leaf = this.leafIndex;
		long last = this.treeSize - 1;
		byte[] hash = leafHash;
		for (byte[] neighbour : this.path) {
			if (last == 0) {
				return false;
			}
			if ((leaf & 1) == 1 || leaf == last) {
				hash = MerkleTree.node(neighbour, hash);
				while ((leaf & 1) == 0 && leaf != 0) {
					leaf >>= 1;
					last >>= 1;
				}
			}
			else {
				hash = MerkleTree.node(hash, neighbour);
			}
			leaf >>= 1;
			last >>= 1;
		}
		return last == 0 && Arrays.equals(hash, root);
	}

}
