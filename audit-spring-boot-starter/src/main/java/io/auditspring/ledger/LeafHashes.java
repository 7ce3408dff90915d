package io.auditspring.ledger;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * The Merkle tree over the entries that are found, compared with the tiles that are
 * stored. Where entries are missing, because they were retired or deleted, their leaf
 * hashes come from the tiles; where those are missing, too, the tree ends.
 */
final class LeafHashes {

	private final Problems problems;

	private final Checkpoints checkpoints;

	private final TiledTree tree = new TiledTree(this::complete);

	/** The tiles of level 0 that are stored for the entries that come next. */
	private final TreeMap<Long, byte[]> stored = new TreeMap<>();

	private final List<Tile> upper = new ArrayList<>();

	private boolean known = true;

	/**
	 * A tile.
	 *
	 * @param level its level
	 * @param index its place in the level
	 * @param hashes its hashes
	 */
	record Tile(int level, long index, byte[] hashes) {

	}

	LeafHashes(Problems problems, Checkpoints checkpoints) {
		this.problems = problems;
		this.checkpoints = checkpoints;
	}

	void expect(Map<Long, byte[]> tiles) {
		this.stored.clear();
		this.stored.putAll(tiles);
	}

	/**
	 * Takes an entry's hash.
	 * @param seq the entry's place
	 * @param hash its hash
	 */
	void append(long seq, byte[] hash) {
		fillUpTo(seq);
		if (this.known && this.tree.size() == seq) {
			add((hash.length == EntryHash.LENGTH) ? hash : Arrays.copyOf(hash, EntryHash.LENGTH));
		}
	}

	/**
	 * Goes on with the stored hashes of entries that are not there.
	 * @param seq where to stop
	 */
	void fillUpTo(long seq) {
		while (this.known && this.tree.size() < seq) {
			byte[] tile = this.stored.get(this.tree.size() / TiledTree.TILE);
			this.known = tile != null;
			if (tile != null) {
				int start = (int) (this.tree.size() % TiledTree.TILE) * EntryHash.LENGTH;
				add(Arrays.copyOfRange(tile, start, start + EntryHash.LENGTH));
			}
		}
	}

	private void add(byte[] hash) {
		this.tree.append(hash);
		this.checkpoints.reached(this.tree.size(), this.tree::root);
	}

	private void complete(int level, long index, byte[] hashes) {
		if (level > 0) {
			this.upper.add(new Tile(level, index, hashes));
			return;
		}
		byte[] tile = this.stored.get(index);
		if (tile != null) {
			compare(new Tile(level, index, hashes), tile);
		}
	}

	/**
	 * Gives the tiles above the leaves that were completed since the last time.
	 * @return the tiles, which are forgotten
	 */
	List<Tile> takeUpper() {
		List<Tile> taken = List.copyOf(this.upper);
		this.upper.clear();
		return taken;
	}

	void compare(Tile computed, byte[] found) {
		int difference = Arrays.mismatch(computed.hashes(), found);
		if (difference >= 0) {
			int start = difference - difference % EntryHash.LENGTH;
			this.problems.add(Problem.Kind.TILE, (computed.level() == 0) ? firstOf(computed, start) : null, null,
					"tile %d of level %d differs from the entries at its hash %d".formatted(computed.index(),
							computed.level(), start / EntryHash.LENGTH),
					hex(computed.hashes(), start), hex(found, start));
		}
	}

	private static Long firstOf(Tile tile, int start) {
		return tile.index() * TiledTree.TILE + start / EntryHash.LENGTH;
	}

	private static @Nullable String hex(byte[] hashes, int start) {
		int end = Math.min(start + EntryHash.LENGTH, hashes.length);
		return (start < end) ? HexFormat.of().formatHex(hashes, start, end) : null;
	}

	long size() {
		return this.tree.size();
	}

	/**
	 * The root over all entries so far.
	 * @return its hash, or {@code null} if not all of them are known
	 */
	byte @Nullable [] root() {
		return this.known ? this.tree.root() : null;
	}

	/** Learns of the tree as it grows. */
	interface Checkpoints {

		/**
		 * Takes the next size.
		 * @param size how many leaves there are
		 * @param root computes the root over them
		 */
		void reached(long size, java.util.function.Supplier<byte[]> root);

	}

}
