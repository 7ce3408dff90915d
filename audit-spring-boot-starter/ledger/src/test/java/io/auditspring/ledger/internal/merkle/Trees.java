package io.auditspring.ledger.internal.merkle;

import java.util.ArrayList;
import java.util.List;

import io.auditspring.ledger.merkle.ConsistencyProof;
import io.auditspring.ledger.merkle.InclusionProof;

/**
 * RFC 6962, section 2.1, word for word: slow, recursive and without any of our code but
 * SHA-256. What is tested is compared with it; and our proofs, made of all leaves.
 */
public final class Trees {

	private Trees() {
	}

	/** MTH(D[n]). */
	static byte[] root(List<byte[]> leaves) {
		if (leaves.isEmpty()) {
			return Sha256.hash();
		}
		if (leaves.size() == 1) {
			return leaves.get(0);
		}
		int k = split(leaves.size());
		return Sha256.hash(new byte[] { 1 }, root(leaves.subList(0, k)), root(leaves.subList(k, leaves.size())));
	}

	/** PATH(m, D[n]). */
	static List<byte[]> path(int m, List<byte[]> leaves) {
		int n = leaves.size();
		if (n == 1) {
			return List.of();
		}
		int k = split(n);
		return (m < k) ? plus(path(m, leaves.subList(0, k)), root(leaves.subList(k, n)))
				: plus(path(m - k, leaves.subList(k, n)), root(leaves.subList(0, k)));
	}

	/** SUBPROOF(m, D[n], b). */
	static List<byte[]> subproof(int m, List<byte[]> leaves, boolean complete) {
		int n = leaves.size();
		if (m == n) {
			return complete ? List.of() : List.of(root(leaves));
		}
		int k = split(n);
		return (m <= k) ? plus(subproof(m, leaves.subList(0, k), complete), root(leaves.subList(k, n)))
				: plus(subproof(m - k, leaves.subList(k, n), false), root(leaves.subList(0, k)));
	}

	private static int split(int n) {
		int k = 1;
		while (2 * k < n) {
			k = 2 * k;
		}
		return k;
	}

	private static List<byte[]> plus(List<byte[]> path, byte[] hash) {
		List<byte[]> longer = new ArrayList<>(path);
		longer.add(hash);
		return longer;
	}

	/** Our proof. */
	public static List<byte[]> inclusion(List<byte[]> leaves, int leaf, int size) {
		return InclusionProof.ranges(leaf, size).stream().map((range) -> hash(leaves, range)).toList();
	}

	/** Our proof. */
	public static List<byte[]> consistency(List<byte[]> leaves, int oldSize, int newSize) {
		return ConsistencyProof.ranges(oldSize, newSize).stream().map((range) -> hash(leaves, range)).toList();
	}

	private static byte[] hash(List<byte[]> leaves, TreeRange range) {
		return range.hash((node) -> root(leaves.subList((int) (node.end() - (1L << node.level())), (int) node.end())));
	}

}
