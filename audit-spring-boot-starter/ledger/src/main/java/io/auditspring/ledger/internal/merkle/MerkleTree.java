/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.merkle;

import java.util.ArrayList;
import java.util.List;

/**
 * A Merkle tree of RFC 6962, section 2.1, that grows leaf by leaf. Keeps one hash for
 * each complete subtree, so its memory is the logarithm of its size.
 */
public final class MerkleTree {

	private static final byte[] NODE = { 0x01 };

	/** The roots of the complete subtrees, the largest and leftmost first. */
	private final List<byte[]> subtrees;

	private long size;

	/**
	 * Begins with an empty tree.
	 */
	public MerkleTree() {
		this(0, List.of());
	}

	/**
	 * Goes on with a tree that has leaves already.
	 * @param size how many
	 * @param subtrees the roots of its complete subtrees, as
	 * {@code new TreeRange(0, size).nodes()} lists them
	 */
	public MerkleTree(long size, List<byte[]> subtrees) {
		if (Long.bitCount(size) != subtrees.size()) {
			throw new IllegalArgumentException("A tree of %s leaves has %s complete subtrees, not %s".formatted(size,
					Long.bitCount(size), subtrees.size()));
		}
		this.size = size;
		this.subtrees = new ArrayList<>(subtrees);
	}

	/**
	 * Adds a leaf at the right.
	 * @param leafHash the leaf's hash, prefix included
	 */
	public void append(byte[] leafHash) {
		byte[] subtree = leafHash;
		// Like a carry: every trailing one in the old size is a subtree to merge with.
		for (long carry = this.size; (carry & 1) == 1; carry >>= 1) {
			subtree = node(this.subtrees.remove(this.subtrees.size() - 1), subtree);
		}
		this.subtrees.add(subtree);
		this.size++;
	}

	/**
	 * How many leaves it has.
	 * @return the size
	 */
	public long size() {
		return this.size;
	}

	/**
	 * The root over all leaves.
	 * @return its hash; that of no bytes for an empty tree
	 */
	public byte[] root() {
		return root(this.subtrees);
	}

	/**
	 * The root over complete subtrees, each smaller than the one before.
	 * @param subtrees their roots, the largest and leftmost first
	 * @return the hash over them; that of no bytes if there are none
	 */
	static byte[] root(List<byte[]> subtrees) {
		if (subtrees.isEmpty()) {
			return Sha256.hash();
		}
		byte[] root = subtrees.get(subtrees.size() - 1);
		for (int i = subtrees.size() - 2; i >= 0; i--) {
			root = node(subtrees.get(i), root);
		}
		return root;
	}

	public static byte[] node(byte[] left, byte[] right) {
		return Sha256.hash(NODE, left, right);
	}

}
