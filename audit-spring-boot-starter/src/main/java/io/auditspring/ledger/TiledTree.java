package io.auditspring.ledger;

import java.util.ArrayList;
import java.util.List;

/**
 * A Merkle tree of RFC 6962 that grows leaf by leaf and gives each tile as it is
 * complete: 256 hashes of one level, whose root is one hash of the level above (C2SP
 * tlog-tiles, height 8). Keeps one open tile a level.
 */
final class TiledTree {

	static final int TILE = 256;

	private final List<Level> levels = new ArrayList<>();

	private final Listener listener;

	private long size;

	TiledTree(Listener listener) {
		this.listener = listener;
	}

	void append(byte[] leafHash) {
		append(0, leafHash);
		this.size++;
	}

	private void append(int index, byte[] hash) {
		if (index == this.levels.size()) {
			this.levels.add(new Level());
		}
		Level level = this.levels.get(index);
		level.append(hash);
		if (level.count == TILE) {
			byte[] root = level.tree.root();
			this.listener.complete(index, level.index, level.hashes);
			level.next();
			append(index + 1, root);
		}
	}

	long size() {
		return this.size;
	}

	/**
	 * The root over all leaves.
	 * @return its hash; that of no bytes for an empty tree
	 */
	byte[] root() {
		byte[] root = null;
		for (Level level : this.levels) {
			root = level.tree.root(root);
		}
		return (root != null) ? root : Sha256.hash();
	}

	private static final class Level {

		private MerkleTree tree = new MerkleTree();

		private byte[] hashes = new byte[TILE * EntryHash.LENGTH];

		private int count;

		private long index;

		void append(byte[] hash) {
			this.tree.append(hash);
			System.arraycopy(hash, 0, this.hashes, this.count * EntryHash.LENGTH, EntryHash.LENGTH);
			this.count++;
		}

		void next() {
			this.tree = new MerkleTree();
			this.hashes = new byte[TILE * EntryHash.LENGTH];
			this.count = 0;
			this.index++;
		}

	}

	/** Learns of complete tiles. */
	interface Listener {

		/**
		 * Takes a tile.
		 * @param level its level, 0 for that of the leaves
		 * @param index its place in the level
		 * @param hashes its 256 hashes
		 */
		void complete(int level, long index, byte[] hashes);

	}

}
