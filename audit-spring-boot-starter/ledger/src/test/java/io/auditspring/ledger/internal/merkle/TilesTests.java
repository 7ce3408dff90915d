package io.auditspring.ledger.internal.merkle;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.auditspring.ledger.merkle.ConsistencyProof;
import io.auditspring.ledger.merkle.InclusionProof;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Full tiles and the edge are enough for the root of each size and for each proof.
 */
class TilesTests {

	/** So that three levels of tiles are needed. */
	private static final int SIZE = 256 * 256 + 3 * 256 + 5;

	private static final Map<TileCoordinates, byte[]> TILES = new HashMap<>();

	private static final CompactRange EDGE = new CompactRange();

	private static final Map<Long, byte[]> ROOTS = new HashMap<>();

	static {
		MerkleTree tree = new MerkleTree();
		for (long i = 0; i < SIZE; i++) {
			EDGE.append(leaf(i), (tile) -> TILES.put(tile.place(), tile.hashes()));
			tree.append(leaf(i));
			ROOTS.put(i + 1, tree.root());
		}
	}

	private static byte[] leaf(long index) {
		return Sha256.hash(Sha256.utf8("leaf " + index));
	}

	private static byte[] hash(TreeNode node) {
		TileCoordinates place = TileCoordinates.of(node);
		byte[] hashes = EDGE.isFull(place) ? TILES.get(place) : EDGE.levels().get(place.level());
		return place.hash(node, hashes);
	}

	private static byte[] root(long size) {
		return ROOTS.get(size);
	}

	@Test
	void onlyFullTilesAreKept() {
		assertThat(TILES).hasSize(256 + 3 + 1);
		assertThat(EDGE.levels()).extracting((level) -> level.length / 32).containsExactly(5, 3, 1);
	}

	@Property
	void rootsOfAnySize(@ForAll @LongRange(min = 1, max = SIZE) long size) {
		assertThat(new TreeRange(0, size).hash(TilesTests::hash)).isEqualTo(root(size));
	}

	@Property
	void inclusionProofsOfAnyLeafInAnySize(@ForAll @LongRange(min = 1, max = SIZE) long size,
			@ForAll @LongRange(max = SIZE) long any) {
		long leaf = any % size;
		List<byte[]> path = hashes(InclusionProof.ranges(leaf, size).stream());
		assertThat(new InclusionProof(leaf, size, path).proves(leaf(leaf), root(size))).isTrue();
	}

	@Property
	void consistencyProofsBetweenAnySizes(@ForAll @LongRange(min = 1, max = SIZE) long one,
			@ForAll @LongRange(min = 1, max = SIZE) long two) {
		long oldSize = Math.min(one, two);
		long newSize = Math.max(one, two);
		List<byte[]> path = hashes(ConsistencyProof.ranges(oldSize, newSize).stream());
		assertThat(new ConsistencyProof(oldSize, newSize, path).proves(root(oldSize), root(newSize))).isTrue();
	}

	@Test
	void proofsOfHugeTreesNeedFewTiles() {
		long size = 10_000_019;
		long tiles = InclusionProof.ranges(4_711_001, size)
			.stream()
			.flatMap((range) -> range.nodes().stream())
			.map(TileCoordinates::of)
			.distinct()
			.count();
		assertThat(tiles).isLessThanOrEqualTo(6);
	}

	@Test
	void edgesThatDoNotFitTheSizeAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> new CompactRange(257, List.of(new byte[32])))
			.withMessage("A tree of 257 leaves has 32 bytes at the edge of level 1, not 0");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new CompactRange(256, List.of(new byte[32], new byte[32])));
	}

	@Property(tries = 50)
	void anEdgeGoesOnWhereItWasLeft(@ForAll @LongRange(max = 1000) long size) {
		CompactRange edge = new CompactRange();
		for (long i = 0; i < size; i++) {
			edge.append(leaf(i), (tile) -> {
			});
		}
		CompactRange restored = new CompactRange(edge.size(), edge.levels());
		edge.append(leaf(size), (tile) -> {
		});
		restored.append(leaf(size), (tile) -> assertThat(tile.hashes()).isEqualTo(TILES.get(tile.place())));
		assertThat(restored.levels()).containsExactly(edge.levels().toArray(byte[][]::new));
	}

	private static List<byte[]> hashes(Stream<TreeRange> ranges) {
		return ranges.map((range) -> range.hash(TilesTests::hash)).toList();
	}

}
