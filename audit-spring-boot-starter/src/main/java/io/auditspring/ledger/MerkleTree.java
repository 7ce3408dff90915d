package io.auditspring.ledger;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A Merkle tree of RFC 6962, section 2.1, that grows leaf by leaf. Keeps one hash for
 * each complete subtree, so its memory is the logarithm of its size.
 */
final class MerkleTree {

	private static final byte[] NODE = { 0x01 };

	/** The roots of the complete subtrees, the largest and leftmost first. */
	private final List<byte[]> subtrees = new ArrayList<>();

	private long size;

	/**
	 * Adds a leaf at the right.
	 * @param leafHash the leaf's hash, prefix included
	 */
	void append(byte[] leafHash) {
		byte[] subtree = leafHash;
		// Like a carry: every trailing one in the old size is a subtree to merge with.
		for (long carry = this.size; (carry & 1) == 1; carry >>= 1) {
			subtree = node(this.subtrees.remove(this.subtrees.size() - 1), subtree);
		}
		this.subtrees.add(subtree);
		this.size++;
	}

	long size() {
		return this.size;
	}

	/**
	 * The root over all leaves.
	 * @return its hash; that of no bytes for an empty tree
	 */
	byte[] root() {
		byte[] root = root(null);
		return (root != null) ? root : Sha256.hash();
	}

	/**
	 * The root over all leaves and further ones to their right.
	 * @param right the root over the further ones, or {@code null} if there are none
	 * @return the root, or {@code null} if there are no leaves at all
	 */
	byte @Nullable [] root(byte @Nullable [] right) {
		byte[] root = right;
		for (int i = this.subtrees.size() - 1; i >= 0; i--) {
			root = (root != null) ? node(this.subtrees.get(i), root) : this.subtrees.get(i);
		}
		return root;
	}

	private static byte[] node(byte[] left, byte[] right) {
		return Sha256.hash(NODE, left, right);
	}

}
