/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.merkle;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The right edge of a tree that is kept in tiles: of each level the hashes that do not
 * fill a tile yet. As leaves are added, tiles become full.
 */
public final class CompactRange {

	private static final int TILE_LENGTH = TileCoordinates.WIDTH * TileCoordinates.HASH_LENGTH;

	private final List<ByteArrayOutputStream> levels = new ArrayList<>();

	private long size;

	/**
	 * Begins with an empty tree.
	 */
	public CompactRange() {
		this(0, List.of());
	}

	/**
	 * Goes on with a tree that has leaves already.
	 * @param size how many
	 * @param levels of each level the hashes that do not fill a tile, one after the other
	 * @throws IllegalArgumentException if there are too many hashes, or too few
	 */
	public CompactRange(long size, List<byte[]> levels) {
		this.size = size;
		for (int level = 0; (size >> (level * TileCoordinates.HEIGHT)) > 0; level++) {
			byte[] hashes = (level < levels.size()) ? levels.get(level) : new byte[0];
			int expected = (int) (size >> (level * TileCoordinates.HEIGHT)) & (TileCoordinates.WIDTH - 1);
			if (hashes.length != expected * TileCoordinates.HASH_LENGTH) {
				throw new IllegalArgumentException("A tree of %s leaves has %s bytes at the edge of level %s, not %s"
					.formatted(size, expected * TileCoordinates.HASH_LENGTH, level, hashes.length));
			}
			level(level).writeBytes(hashes);
		}
	}

	/**
	 * Adds a leaf at the right.
	 * @param leafHash the leaf's hash, prefix included
	 * @param full takes each tile that this makes full
	 */
	public void append(byte[] leafHash, Consumer<TreeTile> full) {
		this.size++;
		byte[] hash = leafHash;
		for (int level = 0; true; level++) {
			ByteArrayOutputStream hashes = level(level);
			hashes.writeBytes(hash);
			if (hashes.size() < TILE_LENGTH) {
				return;
			}
			TreeTile tile = new TreeTile(new TileCoordinates(level, fullTiles(level) - 1), hashes.toByteArray());
			hashes.reset();
			full.accept(tile);
			hash = tile.root();
		}
	}

	private ByteArrayOutputStream level(int level) {
		while (this.levels.size() <= level) {
			this.levels.add(new ByteArrayOutputStream());
		}
		return this.levels.get(level);
	}

	private long fullTiles(int level) {
		return this.size >> ((level + 1) * TileCoordinates.HEIGHT);
	}

	/**
	 * How many leaves the tree has.
	 * @return the size
	 */
	public long size() {
		return this.size;
	}

	/**
	 * Whether a tile is full.
	 * @param place which one
	 * @return whether it is; otherwise its hashes are here
	 */
	public boolean isFull(TileCoordinates place) {
		return place.index() < fullTiles(place.level());
	}

	/**
	 * The hashes that do not fill a tile yet.
	 * @return of each level, one after the other
	 */
	public List<byte[]> levels() {
		return this.levels.stream().map(ByteArrayOutputStream::toByteArray).toList();
	}

}
