/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

import io.auditspring.ledger.Problem;
import io.auditspring.ledger.internal.entry.EntryHash;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.merkle.TileCoordinates;
import io.auditspring.ledger.internal.merkle.TreeRange;
import io.auditspring.ledger.internal.merkle.TreeTile;
import io.auditspring.ledger.internal.table.Problems;
import org.jspecify.annotations.Nullable;

/**
 * The Merkle tree over the entries that are found, compared with the tiles that are
 * stored. Where entries are missing, because they were retired or deleted, their leaf
 * hashes come from the tiles; where those are missing, too, the tree ends.
 */
public final class LeafHashes {

	/** How many hashes a tile has (C2SP tlog-tiles, height 8). */
	public static final int TILE = 256;

	private final Problems problems;

	private final Growth growth;

	private final CompactRange tree;

	/** The tiles of level 0 that are stored for the entries that come next. */
	private final TreeMap<Long, byte[]> stored = new TreeMap<>();

	private final List<TreeTile> upper = new ArrayList<>();

	/** Up to where full tiles must be there. */
	private final long tiled;

	/** The edge that is stored, or {@code null} if there is none to compare. */
	private final StoredTree.@Nullable Edge edge;

	private boolean known = true;

	private boolean tilesDiffer;

	public LeafHashes(Problems problems, CompactRange tree, long tiled, StoredTree.@Nullable Edge edge, Growth growth) {
		this.tiled = tiled;
		this.edge = edge;
		this.tree = tree;
		this.problems = problems;
		this.growth = growth;
	}

	/**
	 * Says what is stored for the entries that come next.
	 * @param tiles tiles of level 0 by their index
	 */
	public void expect(Map<Long, byte[]> tiles) {
		this.stored.clear();
		this.stored.putAll(tiles);
	}

	/**
	 * Takes an entry's hash.
	 * @param seq the entry's place
	 * @param hash its hash
	 */
	public void append(long seq, byte[] hash) {
		fillUpTo(seq);
		this.known &= this.tree.size() == seq;
		if (this.known) {
			add((hash.length == EntryHash.LENGTH) ? hash : Arrays.copyOf(hash, EntryHash.LENGTH));
		}
	}

	/**
	 * Goes on with the stored hashes of entries that are not there, as far as there are
	 * any.
	 * @param seq where to stop
	 */
	public void fillUpTo(long seq) {
		byte[] hash = (this.known && this.tree.size() < seq) ? storedHash() : null;
		while (hash != null) {
			add(hash);
			hash = (this.tree.size() < seq) ? storedHash() : null;
		}
	}

	private byte @Nullable [] storedHash() {
		byte[] tile = this.stored.get(this.tree.size() / TILE);
		int start = (int) (this.tree.size() % TILE) * EntryHash.LENGTH;
		return (tile != null && start + EntryHash.LENGTH <= tile.length)
				? Arrays.copyOfRange(tile, start, start + EntryHash.LENGTH) : null;
	}

	private void add(byte[] hash) {
		this.tree.append(hash, this::complete);
		this.growth.reached(this.tree.size(), this::computeRoot);
		compareEdge();
	}

	/** To be called once where no entry comes first. */
	public void compareEdge() {
		StoredTree.Edge stored = this.edge;
		if (stored == null || stored.size() != this.tree.size()) {
			return;
		}
		List<byte[]> levels = this.tree.levels();
		for (int level = 0; level < Math.max(levels.size(), stored.levels().length); level++) {
			byte[] computed = (level < levels.size()) ? levels.get(level) : new byte[0];
			byte[] found = (level < stored.levels().length) ? stored.levels()[level] : new byte[0];
			int difference = Arrays.mismatch(computed, found);
			// Above the leaves it may be but what a tile below was found to be.
			if (difference >= 0 && !(level > 0 && this.tilesDiffer)) {
				int index = difference / EntryHash.LENGTH;
				this.problems.add(Problem.Kind.TILE,
						(level == 0) ? (Long) (this.tree.size() / TILE * TILE + index) : null, null,
						"the edge of the tree at level %s differs from the entries at its hash %s".formatted(level,
								index),
						hex(computed, index), hex(found, index));
				return;
			}
		}
	}

	private void complete(TreeTile tile) {
		if (tile.place().level() > 0) {
			this.upper.add(tile);
			return;
		}
		compare(tile, this.stored.get(tile.place().index()));
	}

	/**
	 * Gives the tiles above the leaves that were completed since the last time.
	 * @return the tiles, which are forgotten
	 */
	public List<TreeTile> takeUpper() {
		List<TreeTile> taken = List.copyOf(this.upper);
		this.upper.clear();
		return taken;
	}

	/**
	 * Compares a tile.
	 * @param computed as it should be
	 * @param found as it is stored, or {@code null} if it is not, which is only right if
	 * no checkpoint was made since it is full
	 */
	public void compare(TreeTile computed, byte @Nullable [] found) {
		TileCoordinates place = computed.place();
		String name = "tile %s of level %s".formatted(place.index(), place.level());
		Long first = (place.level() == 0) ? (Long) (place.index() * TILE) : null;
		if (found == null || found.length < computed.hashes().length) {
			if (end(place) <= this.tiled) {
				this.tilesDiffer = true;
				this.problems.add(Problem.Kind.TILE, first, null, name + " is missing");
			}
			return;
		}
		int difference = Arrays.mismatch(computed.hashes(), found);
		if (difference >= 0) {
			this.tilesDiffer = true;
			int index = difference / EntryHash.LENGTH;
			this.problems.add(Problem.Kind.TILE, (first != null) ? (Long) (first + index) : null, null,
					name + " differs from the entries at its hash " + index, hex(computed.hashes(), index),
					hex(found, index));
		}
	}

	private static long end(TileCoordinates place) {
		return (place.index() + 1) << (8 * (place.level() + 1));
	}

	private static @Nullable String hex(byte[] hashes, int index) {
		int start = index * EntryHash.LENGTH;
		int end = Math.min(start + EntryHash.LENGTH, hashes.length);
		return (start < end) ? HexFormat.of().formatHex(hashes, start, end) : null;
	}

	public long size() {
		return this.tree.size();
	}

	/**
	 * The root over all entries so far.
	 * @return its hash, or {@code null} if not all of them are known
	 */
	public byte @Nullable [] root() {
		return this.known ? computeRoot() : null;
	}

	private byte[] computeRoot() {
		return root(this.tree);
	}

	public static byte[] root(CompactRange tree) {
		List<byte[]> levels = tree.levels();
		return new TreeRange(0, tree.size()).hash((node) -> {
			TileCoordinates place = TileCoordinates.of(node);
			return place.hash(node, levels.get(place.level()));
		});
	}

	/** Learns of the tree as it grows. */
	public interface Growth {

		/**
		 * Takes the next size.
		 * @param size how many leaves there are
		 * @param root computes the root over them
		 */
		void reached(long size, Supplier<byte[]> root);

	}

}
