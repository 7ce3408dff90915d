/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.merkle;

/**
 * A full tile.
 *
 * @param place which one
 * @param hashes its 256 hashes of 32 bytes, one after the other
 */
public record TreeTile(TileCoordinates place, byte[] hashes) {

	/**
	 * The hash over the tile, which is part of a tile of the next level.
	 * @return its root
	 */
	public byte[] root() {
		MerkleTree tree = new MerkleTree();
		for (int i = 0; i < TileCoordinates.WIDTH; i++) {
			tree.append(this.place.hash(new TreeNode(this.place.level() * TileCoordinates.HEIGHT,
					this.place.index() * TileCoordinates.WIDTH + i), this.hashes));
		}
		return tree.root();
	}

}
