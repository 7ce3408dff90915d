package io.auditspring.ledger.internal.merkle;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

import io.auditspring.ledger.merkle.ConsistencyProof;
import io.auditspring.ledger.merkle.InclusionProof;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Trees and proofs of any size are those of RFC 6962, and nothing else passes for them.
 */
class MerklePropertyTests {

	private static final int MAX = 700;

	private static final List<byte[]> LEAVES = IntStream.range(0, MAX)
		.mapToObj((i) -> Sha256.hash(Sha256.utf8("leaf " + i)))
		.toList();

	@Property
	void roots(@ForAll @IntRange(max = MAX) int size) {
		MerkleTree tree = new MerkleTree();
		LEAVES.subList(0, size).forEach(tree::append);
		assertThat(tree.root()).isEqualTo(Trees.root(LEAVES.subList(0, size)));
	}

	@Property
	void treesGoOnFromTheirSubtrees(@ForAll @IntRange(max = MAX) int one, @ForAll @IntRange(max = MAX) int two) {
		int size = Math.min(one, two);
		int end = Math.max(one, two);
		List<byte[]> subtrees = new TreeRange(0, size).nodes()
			.stream()
			.map((node) -> Trees.root(LEAVES.subList((int) (node.index() << node.level()), (int) node.end())))
			.toList();
		MerkleTree tree = new MerkleTree(size, subtrees);
		LEAVES.subList(size, end).forEach(tree::append);
		assertThat(tree.root()).isEqualTo(Trees.root(LEAVES.subList(0, end)));
	}

	@Property
	void inclusionProofs(@ForAll @IntRange(min = 1, max = MAX) int size, @ForAll @IntRange(max = MAX) int any,
			@ForAll @IntRange(max = 31) int bit) {
		int leaf = any % size;
		List<byte[]> leaves = LEAVES.subList(0, size);
		byte[] root = Trees.root(leaves);
		List<byte[]> path = Trees.inclusion(LEAVES, leaf, size);
		assertThat(hex(path)).isEqualTo(hex(Trees.path(leaf, leaves)));
		assertThat(new InclusionProof(leaf, size, path).proves(leaves.get(leaf), root)).isTrue();
		assertThat(new InclusionProof(leaf, size, path).proves(Sha256.hash(), root)).isFalse();
		assertThat(new InclusionProof(leaf, size, path).proves(leaves.get(leaf), Sha256.hash())).isFalse();
		for (List<byte[]> forged : forgeries(path, bit)) {
			assertThat(new InclusionProof(leaf, size, forged).proves(leaves.get(leaf), root)).isFalse();
		}
		int other = (leaf + 1) % size;
		assertThat(new InclusionProof(other, size, path).proves(leaves.get(leaf), root)).isEqualTo(other == leaf);
	}

	@Property
	void consistencyProofs(@ForAll @IntRange(min = 1, max = MAX) int one, @ForAll @IntRange(min = 1, max = MAX) int two,
			@ForAll @IntRange(max = 31) int bit) {
		int oldSize = Math.min(one, two);
		int newSize = Math.max(one, two);
		byte[] oldRoot = Trees.root(LEAVES.subList(0, oldSize));
		byte[] newRoot = Trees.root(LEAVES.subList(0, newSize));
		List<byte[]> path = Trees.consistency(LEAVES, oldSize, newSize);
		assertThat(hex(path)).isEqualTo(hex(Trees.subproof(oldSize, LEAVES.subList(0, newSize), true)));
		ConsistencyProof proof = new ConsistencyProof(oldSize, newSize, path);
		assertThat(proof.proves(oldRoot, newRoot)).isTrue();
		assertThat(proof.proves(Sha256.hash(), newRoot)).isFalse();
		assertThat(proof.proves(oldRoot, Sha256.hash())).isFalse();
		assertThat(proof.proves(newRoot, oldRoot)).isEqualTo(oldSize == newSize);
		for (List<byte[]> forged : forgeries(path, bit)) {
			assertThat(new ConsistencyProof(oldSize, newSize, forged).proves(oldRoot, newRoot)).isFalse();
		}
	}

	/** The path shortened, lengthened, and with one bit changed in each hash. */
	private static List<List<byte[]>> forgeries(List<byte[]> path, int changed) {
		List<List<byte[]>> forgeries = new ArrayList<>();
		List<byte[]> longer = new ArrayList<>(path);
		longer.add(Sha256.hash());
		forgeries.add(longer);
		for (int i = 0; i < path.size(); i++) {
			List<byte[]> flipped = new ArrayList<>(path);
			byte[] hash = path.get(i).clone();
			hash[changed] ^= 1;
			flipped.set(i, hash);
			forgeries.add(flipped);
			List<byte[]> shorter = new ArrayList<>(path);
			shorter.remove(i);
			forgeries.add(shorter);
		}
		return forgeries;
	}

	private static List<String> hex(List<byte[]> hashes) {
		return hashes.stream().map(HexFormat.of()::formatHex).toList();
	}

}
