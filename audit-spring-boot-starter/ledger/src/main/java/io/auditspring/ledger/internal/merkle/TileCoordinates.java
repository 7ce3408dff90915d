/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.merkle;

import java.util.Arrays;

/**
 * The place of a tile: 256 hashes of one level of a tree (C2SP tlog-tiles, tile height
 * 8). On level 0 they are those of leaves, on each further level the roots of the tiles
 * below.
 *
 * @param level the level of tiles
 * @param index how many tiles of that level are left of it
 */
public record TileCoordinates(int level, long index) {

	static final int HEIGHT = 8;

	static final int HASH_LENGTH = 32;

	/** How many hashes a tile has. */
	static final int WIDTH = 1 << HEIGHT;

	/**
	 * The tile that has the leaves of a subtree, or the smallest subtrees within it that
	 * tiles keep.
	 * @param node the subtree
	 * @return its tile
	 */
	public static TileCoordinates of(TreeNode node) {
		return new TileCoordinates(node.level() / HEIGHT, node.index() >> (HEIGHT - node.level() % HEIGHT));
	}

	/**
	 * The tile left of this one.
	 * @return its place
	 */
	public TileCoordinates before() {
		return new TileCoordinates(this.level, this.index - 1);
	}

	/**
	 * The hash of a subtree in this tile.
	 * @param node the subtree
	 * @param hashes the tile's hashes, one after the other, or at least as many as the
	 * subtree needs
	 * @return its hash
	 */
	public byte[] hash(TreeNode node, byte[] hashes) {
		int count = 1 << (node.level() % HEIGHT);
		int first = (int) (node.index() * count - this.index * WIDTH);
		MerkleTree tree = new MerkleTree();
		for (int i = first; i < first + count; i++) {
			tree.append(Arrays.copyOfRange(hashes, i * HASH_LENGTH, (i + 1) * HASH_LENGTH));
		}
		return tree.root();
	}

}
