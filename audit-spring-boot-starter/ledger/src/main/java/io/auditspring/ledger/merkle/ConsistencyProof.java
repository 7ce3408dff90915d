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
 * Proves that a tree begins with all leaves of an older one (RFC 6962, section 2.1.2).
 *
 * @param oldSize how many leaves the older tree has
 * @param newSize how many the newer one has
 * @param path the hashes of 32 bytes that lead to both roots
 * @since 0.1.0
 */
public record ConsistencyProof(long oldSize, long newSize, List<byte[]> path) {

	public ConsistencyProof {
		check(oldSize, newSize);
		path = List.copyOf(path);
	}

	private static void check(long oldSize, long newSize) {
		if (oldSize < 1 || oldSize > newSize) {
			throw new IllegalArgumentException(
					"A tree of %s leaves does not begin with one of %s".formatted(newSize, oldSize));
		}
	}

	/**
	 * Says of which parts of the newer tree the path consists.
	 * @param oldSize how many leaves the older tree has, at least 1
	 * @param newSize how many the newer one has
	 * @return the parts, in the order of the path
	 */
	public static List<TreeRange> ranges(long oldSize, long newSize) {
		check(oldSize, newSize);
		List<TreeRange> ranges = new ArrayList<>();
		long from = 0;
		long to = newSize;
		while (oldSize != to) {
			long middle = from + TreeRange.split(to - from);
			boolean left = oldSize <= middle;
			ranges.add(left ? new TreeRange(middle, to) : new TreeRange(from, middle));
			from = left ? from : middle;
			to = left ? middle : to;
		}
		// Whoever checks the proof knows the root of the older tree already.
		if (from != 0) {
			ranges.add(new TreeRange(from, to));
		}
		Collections.reverse(ranges);
		return ranges;
	}

	/**
	 * Checks the proof as RFC 9162, section 2.1.4.2, says.
	 * @param oldRoot the older tree's root
	 * @param newRoot the newer tree's root
	 * @return whether the newer tree begins with the older one
	 */
	public boolean proves(byte[] oldRoot, byte[] newRoot) {
		if (this.oldSize == this.newSize) {
			return this.path.isEmpty() && Arrays.equals(oldRoot, newRoot);
		}
		List<byte[]> hashes = new ArrayList<>(this.path);
		if (Long.bitCount(this.oldSize) == 1) {
			hashes.add(0, oldRoot);
		}
		return !hashes.isEmpty() && leadsToBoth(hashes, oldRoot, newRoot);
	}

	private boolean leadsToBoth(List<byte[]> hashes, byte[] oldRoot, byte[] newRoot) {
		int shared = Long.numberOfTrailingZeros(this.oldSize);
		long oldLast = (this.oldSize - 1) >> shared;
		long newLast = (this.newSize - 1) >> shared;
		byte[] oldHash = hashes.get(0);
		byte[] newHash = hashes.get(0);
		for (byte[] hash : hashes.subList(1, hashes.size())) {
			if (newLast == 0) {
				return false;
			}
			if ((oldLast & 1) == 1 || oldLast == newLast) {
				oldHash = MerkleTree.node(hash, oldHash);
				newHash = MerkleTree.node(hash, newHash);
				while ((oldLast & 1) == 0 && oldLast != 0) {
					oldLast >>= 1;
					newLast >>= 1;
				}
			}
			else {
				newHash = MerkleTree.node(newHash, hash);
			}
			oldLast >>= 1;
			newLast >>= 1;
		}
		return newLast == 0 && Arrays.equals(oldHash, oldRoot) && Arrays.equals(newHash, newRoot);
	}

}
