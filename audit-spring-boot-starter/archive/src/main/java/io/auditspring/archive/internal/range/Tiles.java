/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.range;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.merkle.TileCoordinates;
import io.auditspring.ledger.internal.merkle.TreeNode;
import io.auditspring.ledger.internal.merkle.TreeTile;
import org.jspecify.annotations.Nullable;

/**
 * The hashes of a range, as tiles have them (C2SP tlog-tiles): level by level, the hashes
 * of that level from the beginning of the tile in which the range begins up to the end of
 * the range. So a proof of any of its entries needs no other range's hashes but those of
 * whole tiles, and each has a place that can be computed.
 */
public final class Tiles {

	private static final int HEIGHT = 8;

	private static final int HASH = 32;

	private Tiles() {
	}

	/**
	 * Writes the file while the entries come.
	 */
	public static final class Writer implements AutoCloseable {

		private final CompactRange tree;

		private final OutputStream leaves;

		private final List<ByteArrayOutputStream> upper = new ArrayList<>();

		/**
		 * Begins a file.
		 * @param file the file
		 * @param before the tree over the entries before the range
		 * @throws IOException if it cannot be written
		 */
		public Writer(Path file, CompactRange before) throws IOException {
			List<byte[]> levels = before.levels();
			this.tree = new CompactRange(before.size(), levels);
			this.leaves = new BufferedOutputStream(Files.newOutputStream(file));
			if (!levels.isEmpty()) {
				this.leaves.write(levels.get(0));
				levels.subList(1, levels.size()).forEach((hashes) -> newLevel().writeBytes(hashes));
			}
		}

		/**
		 * Takes the next entry's hash.
		 * @param hash the hash
		 */
		public void append(byte[] hash) {
			try {
				this.leaves.write(hash);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
			this.tree.append(hash, this::add);
		}

		private void add(TreeTile full) {
			int above = full.place().level();
			((above < this.upper.size()) ? this.upper.get(above) : newLevel()).writeBytes(full.root());
		}

		private ByteArrayOutputStream newLevel() {
			ByteArrayOutputStream level = new ByteArrayOutputStream();
			this.upper.add(level);
			return level;
		}

		/**
		 * Writes what is left.
		 * @return the tree over all entries up to the end of the range
		 * @throws IOException if it cannot be written
		 */
		public CompactRange finish() throws IOException {
			for (ByteArrayOutputStream level : this.upper) {
				level.writeTo(this.leaves);
			}
			this.leaves.close();
			return this.tree;
		}

		@Override
		public void close() throws IOException {
			this.leaves.close();
		}

	}

	/**
	 * Compares the file with the entries as they come.
	 */
	public static final class Reader {

		private final byte[] content;

		private final RangeName range;

		private final CompactRange tree;

		private final boolean claimed;

		private final BiConsumer<Long, String> faults;

		private boolean differs;

		/**
		 * Begins to compare.
		 * @param content the file
		 * @param range the range it is of
		 * @param before the tree over the entries before the range, or {@code null} if
		 * only the file knows it
		 * @param faults takes the place of the first hash that differs, and a sentence
		 */
		public Reader(byte[] content, RangeName range, @Nullable CompactRange before, BiConsumer<Long, String> faults) {
			this.content = content;
			this.range = range;
			this.faults = faults;
			if (content.length != length(range)) {
				fault(range.first(), "the tiles of %s do not have %s bytes".formatted(range, length(range)));
			}
			CompactRange edge = edge();
			this.claimed = before == null;
			this.tree = (before != null) ? before : edge;
			if (before != null && !this.differs && !equal(before.levels(), edge.levels())) {
				fault(range.first(), "the tiles of %s do not begin as the entries before end".formatted(range));
			}
		}

		private static boolean equal(List<byte[]> levels, List<byte[]> others) {
			return Arrays.deepEquals(levels.toArray(), others.toArray());
		}

		private CompactRange edge() {
			List<byte[]> levels = new ArrayList<>();
			for (int level = 0; (this.range.first() >> (HEIGHT * level)) > 0; level++) {
				int start = offset(level);
				int length = (int) ((this.range.first() >> (HEIGHT * level)) % 256) * HASH;
				levels.add(Arrays.copyOfRange(this.content, Math.min(start, this.content.length),
						Math.min(start, this.content.length) + length));
			}
			return new CompactRange(this.range.first(), levels);
		}

		/**
		 * Takes the next entry's hash.
		 * @param seq the entry's place
		 * @param hash the hash
		 */
		public void append(long seq, byte[] hash) {
			compare(0, seq, seq, hash);
			this.tree.append(hash, this::compare);
		}

		private void compare(TreeTile full) {
			TileCoordinates place = full.place();
			compare(place.level() + 1, place.index(), this.tree.size() - 1, full.root());
		}

		private void compare(int level, long index, long seq, byte[] hash) {
			int start = offset(level) + (int) (index - begin(this.range, level)) * HASH;
			if (!this.differs && (start < 0 || start + HASH > this.content.length
					|| !Arrays.equals(this.content, start, start + HASH, hash, 0, hash.length))) {
				fault(seq, "the tiles of %s differ from the entries at hash %s of level %s".formatted(this.range, index,
						level));
			}
		}

		private void fault(long seq, String what) {
			this.differs = true;
			this.faults.accept(seq, what);
		}

		private int offset(int level) {
			return Math.toIntExact(Tiles.offset(this.range, level));
		}

		public CompactRange tree() {
			return this.tree;
		}

		/**
		 * Whether the tree can be compared: not if only the file knows the entries
		 * before, and it is not what it should be.
		 * @return whether its root says something of the entries
		 */
		public boolean comparable() {
			return !this.claimed || !this.differs;
		}

	}

	/**
	 * Reads the hash of a subtree: one that ends in the range, or before it in a tile of
	 * which the file has the beginning.
	 * @param content the file
	 * @param range the range it is of
	 * @param node the subtree
	 * @return its hash
	 * @throws IllegalArgumentException if the file does not have it
	 */
	static byte[] hash(byte[] content, RangeName range, TreeNode node) {
		TileCoordinates tile = TileCoordinates.of(node);
		long start = offset(range, tile.level()) + ((tile.index() << HEIGHT) - begin(range, tile.level())) * HASH;
		long end = Math.min(start + (HASH << HEIGHT), content.length);
		long wanted = (((node.index() + 1) << (node.level() % HEIGHT)) - (tile.index() << HEIGHT)) * HASH;
		if (start < 0 || start + wanted > end) {
			throw new IllegalArgumentException("'%s' does not have what a proof is made of".formatted(range.tiles()));
		}
		return tile.hash(node, Arrays.copyOfRange(content, (int) start, (int) end));
	}

	/** Where the hashes of a level begin in the file. */
	private static long offset(RangeName range, int level) {
		long offset = 0;
		for (int below = 0; below < level; below++) {
			offset += (long) hashes(range, below) * HASH;
		}
		return offset;
	}

	/** The first hash of a level that the file has: where a tile begins. */
	private static long begin(RangeName range, int level) {
		return (range.first() >> (HEIGHT * (level + 1))) << HEIGHT;
	}

	private static int hashes(RangeName range, int level) {
		return (int) (((range.last() + 1) >> (HEIGHT * level)) - begin(range, level));
	}

	/**
	 * How long the file is.
	 * @param range the range it is of
	 * @return its bytes
	 */
	public static long length(RangeName range) {
		long length = 0;
		for (int level = 0; ((range.last() + 1) >> (HEIGHT * level)) > 0; level++) {
			length += (long) hashes(range, level) * HASH;
		}
		return length;
	}

}
