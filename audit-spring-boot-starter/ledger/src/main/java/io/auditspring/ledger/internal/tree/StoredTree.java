/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.tree;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.checkpoint.InclusionReceipt;
import io.auditspring.ledger.internal.entry.EntryHash;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.merkle.TileCoordinates;
import io.auditspring.ledger.internal.merkle.TreeTile;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.ledger.internal.table.StoredEntry;
import org.jspecify.annotations.Nullable;

/**
 * What the database has of a chain's Merkle tree and its checkpoints, as it is found:
 * nothing of it is taken for true. A ledger that has none yet is as one without any.
 */
public final class StoredTree {

	private final Connection connection;

	private final Schema schema;

	private final boolean present;

	private final boolean cosigned;

	/**
	 * A checkpoint as it is found.
	 *
	 * @param size the size in its row
	 * @param root the root in its row
	 * @param note the signed note
	 * @param cosignatures what others are said to have signed of it: anything
	 */
	public record Row(long size, byte[] root, String note, List<String> cosignatures) {

		/**
		 * The note with what others signed of it.
		 * @return a longer note
		 */
		public String cosigned() {
			return Checkpoint.cosigned(this.note, this.cosignatures);
		}

	}

	/**
	 * The edge of a tree as it is found.
	 *
	 * @param size how many entries it says it is of
	 * @param levels of each level the hashes that do not fill a tile
	 */
	public record Edge(long size, byte[][] levels) {

	}

	public StoredTree(Connection connection, Schema schema) throws SQLException {
		this.connection = connection;
		this.schema = schema;
		this.present = isPresent();
		this.cosigned = Sql.is(connection, "select to_regclass(?) is not null", schema.table("audit_cosignature"));
	}

	private boolean isPresent() throws SQLException {
		return Sql.is(this.connection, """
				select to_regclass(?) is not null and to_regclass(?) is not null and to_regclass(?) is not null
				""", this.schema.table("audit_tile"), this.schema.table("audit_tree"),
				this.schema.table("audit_checkpoint"));
	}

	/**
	 * Reads tiles of level 0, the last of which may not be full.
	 * @param chain the chain
	 * @param first the first one's index
	 * @param last the last one's index
	 * @return the hashes of each tile that there is
	 * @throws SQLException if the database fails
	 */
	public Map<Long, byte[]> leaves(String chain, long first, long last) throws SQLException {
		Map<Long, byte[]> tiles = tiles(chain, 0, first, last);
		Edge edge = edge(chain);
		if (edge != null && edge.levels().length > 0) {
			tiles.putIfAbsent(edge.size() / LeafHashes.TILE, edge.levels()[0]);
		}
		return tiles;
	}

	private Map<Long, byte[]> tiles(String chain, int level, long first, long last) throws SQLException {
		Map<Long, byte[]> tiles = new HashMap<>();
		query("""
				select index, hashes
				from %s
				where chain = ? and level = ? and index between ? and ?
				""".formatted(this.schema.table("audit_tile")), (row) -> tiles.put(row.getLong(1), row.getBytes(2)),
				chain, (long) level, first, last);
		return tiles;
	}

	public byte @Nullable [] tile(String chain, TileCoordinates place) throws SQLException {
		return tiles(chain, place.level(), place.index(), place.index()).get(place.index());
	}

	/**
	 * Whether all tiles that are full lead to the root of a tree: what a tile holds is
	 * proved by the hash above it.
	 * @param chain the chain
	 * @param tree the tree, whose own root was verified
	 * @return whether they are there and do
	 * @throws SQLException if the database fails
	 */
	public boolean leadsTo(String chain, CompactRange tree) throws SQLException {
		for (int level = 0; tree.isFull(new TileCoordinates(level, 0)); level++) {
			for (long above = 0; tree.isFull(new TileCoordinates(level, above * LeafHashes.TILE)); above++) {
				TileCoordinates place = new TileCoordinates(level + 1, above);
				byte[] hashes = tree.isFull(place) ? tile(chain, place) : tree.levels().get(level + 1);
				if (hashes == null || !areBelow(chain, tree, place, hashes)) {
					return false;
				}
			}
		}
		return true;
	}

	private boolean areBelow(String chain, CompactRange tree, TileCoordinates above, byte[] hashes)
			throws SQLException {
		int level = above.level() - 1;
		long first = above.index() * LeafHashes.TILE;
		Map<Long, byte[]> tiles = tiles(chain, level, first, first + LeafHashes.TILE - 1);
		for (int i = 0; i < LeafHashes.TILE && tree.isFull(new TileCoordinates(level, first + i)); i++) {
			byte[] tile = tiles.get(first + i);
			int start = i * EntryHash.LENGTH;
			if (tile == null || tile.length != LeafHashes.TILE * EntryHash.LENGTH
					|| hashes.length < start + EntryHash.LENGTH
					|| !Arrays.equals(new TreeTile(new TileCoordinates(level, first + i), tile).root(), 0,
							EntryHash.LENGTH, hashes, start, start + EntryHash.LENGTH)) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Reads the edge of the tree.
	 * @param chain the chain
	 * @return its size and hashes as they are found, or {@code null} if there is none
	 * @throws SQLException if the database fails
	 */
	public @Nullable Edge edge(String chain) throws SQLException {
		return first(query("""
				select size, %s
				from %s
				where chain = ?
				""".formatted(TreeRows.EDGES, this.schema.table("audit_tree")),
				(row) -> new Edge(row.getLong(1), (byte[][]) row.getArray(2).getArray()), chain));
	}

	public byte @Nullable [] leaf(String chain, long seq) throws SQLException {
		long index = seq / LeafHashes.TILE;
		byte[] tile = leaves(chain, index, index).get(index);
		int start = (int) (seq % LeafHashes.TILE) * EntryHash.LENGTH;
		return (tile != null) ? Arrays.copyOfRange(tile, start, start + EntryHash.LENGTH) : null;
	}

	/**
	 * How many entries the stored tiles of level 0 are of.
	 * @param chain the chain
	 * @return a multiple of 256
	 * @throws SQLException if the database fails
	 */
	public long tiled(String chain) throws SQLException {
		Long index = first(query("""
				select coalesce(max(index), -1)
				from %s
				where chain = ? and level = 0
				""".formatted(this.schema.table("audit_tile")), (row) -> row.getLong(1), chain));
		long last = (index != null) ? index : -1;
		return (last < Long.MAX_VALUE / LeafHashes.TILE) ? (last + 1) * LeafHashes.TILE : Long.MAX_VALUE;
	}

	/**
	 * Finds the next entry of which a hash is stored, or which a checkpoint is the first
	 * to cover.
	 * @param chain the chain
	 * @param seq where to search from
	 * @return its place, or -1 if there is none
	 * @throws SQLException if the database fails
	 */
	public long next(String chain, long seq) throws SQLException {
		Long next = first(query(
				"""
						select coalesce(least(
							(select least(min(index), %s) * 256 from %s where chain = ? and level = 0 and index >= ?),
							(select size - 1 from %s where chain = ? and size > ?),
							(select min(size) - 1 from %s where chain = ? and size > ?)
						), -1)
						""".formatted(Long.MAX_VALUE / LeafHashes.TILE, this.schema.table("audit_tile"),
						this.schema.table("audit_tree"), this.schema.table("audit_checkpoint")),
				(row) -> row.getLong(1), chain, seq / LeafHashes.TILE, chain, seq, chain, seq));
		return (next != null) ? next : -1;
	}

	/**
	 * Finds a tile above the leaves that a tree has no place for.
	 * @param chain the chain
	 * @param size how many entries the tree has
	 * @return its place, or {@code null} if there is none
	 * @throws SQLException if the database fails
	 */
	public @Nullable TileCoordinates tileBeyond(String chain, long size) throws SQLException {
		return first(query("""
				select level, index
				from %s
				where chain = ? and level > 0 and (level > 6 or index >= ? >> (8 * (level + 1)))
				order by level, index
				limit 1
				""".formatted(this.schema.table("audit_tile")),
				(row) -> new TileCoordinates(row.getInt(1), row.getLong(2)), chain, size));
	}

	/**
	 * Puts together the tree as it was at some size, with one read for each level.
	 * @param chain the chain
	 * @param size how many entries it had
	 * @return the tree, or {@code null} if what is stored does not suffice
	 * @throws SQLException if the database fails
	 */
	public @Nullable CompactRange edgeAt(String chain, long size) throws SQLException {
		List<byte[]> levels = new ArrayList<>();
		Edge edge = edge(chain);
		byte[][] open = (edge != null) ? edge.levels() : new byte[0][];
		long hashes = size;
		for (int level = 0; hashes > 0; level++) {
			byte[] tile = tile(chain, new TileCoordinates(level, hashes / LeafHashes.TILE));
			if (tile == null) {
				tile = (level < open.length) ? open[level] : new byte[0];
			}
			int length = (int) (hashes % LeafHashes.TILE) * EntryHash.LENGTH;
			if (tile.length < length) {
				return null;
			}
			levels.add(Arrays.copyOf(tile, length));
			hashes /= LeafHashes.TILE;
		}
		return new CompactRange(size, levels);
	}

	/**
	 * Puts together the tree as it was at some size: what is stored of it, and the hashes
	 * of entries that came since.
	 * @param chain the chain
	 * @param size how many entries it had
	 * @return the tree; a smaller one if entries are gone
	 * @throws SQLException if the database fails
	 */
	public CompactRange grown(String chain, long size) throws SQLException {
		Edge edge = edge(chain);
		CompactRange stored = (edge != null) ? edgeAt(chain, Math.min(edge.size(), size)) : null;
		CompactRange tree = (stored != null) ? stored : new CompactRange();
		Sql.each(this.connection, """
				select hash
				from %s
				where chain = ? and seq >= ? and seq < ?
				order by seq
				""".formatted(this.schema.table("audit_log")), (row) -> tree.append(row.getBytes(1), (full) -> {
		}), chain, tree.size(), size);
		return tree;
	}

	public List<Row> checkpoints(String chain, long after, long upTo) throws SQLException {
		return checkpoints(chain, after, upTo, Integer.MAX_VALUE);
	}

	/**
	 * Reads checkpoints of a chain, of which there may be one a minute.
	 * @param chain the chain
	 * @param after before which size to begin, which is not read
	 * @param upTo the largest size that is read
	 * @param most how many at most
	 * @return the checkpoints, smallest first
	 * @throws SQLException if the database fails
	 */
	public List<Row> checkpoints(String chain, long after, long upTo, int most) throws SQLException {
		return query(
				"""
						select size, root, note, %s as lines
						from %s as checkpoint
						where chain = ? and size > ? and size <= ?
						order by size
						limit ?
						""".formatted(this.cosigned ? CheckpointRows.cosignatures(this.schema) : "array[]::text[]",
						this.schema.table("audit_checkpoint")),
				(row) -> new Row(row.getLong(1), row.getBytes(2), row.getString(3), CheckpointRows.lines(row)), chain,
				after, upTo, most);
	}

	/**
	 * Which chains have checkpoints.
	 * @return their names
	 * @throws SQLException if the database fails
	 */
	public List<String> chains() throws SQLException {
		return query(Sql.chainsOf(this.schema.table("audit_checkpoint")), (row) -> row.getString(1));
	}

	/**
	 * Finds the newest checkpoint.
	 * @param chain the chain
	 * @return its size, or 0 if there is none
	 * @throws SQLException if the database fails
	 */
	public long newestCheckpoint(String chain) throws SQLException {
		Long size = first(query("""
				select coalesce(max(size), 0)
				from %s
				where chain = ?
				""".formatted(this.schema.table("audit_checkpoint")), (row) -> row.getLong(1), chain));
		return (size != null) ? size : 0;
	}

	/**
	 * Whether an entry is under a checkpoint.
	 * @param chain the chain
	 * @param checkpoint the checkpoint, whose signature was verified
	 * @param entry the entry's place
	 * @return whether the stored tree proves it
	 * @throws SQLException if the database fails
	 */
	public boolean covers(String chain, Checkpoint checkpoint, StoredEntry.Place entry) throws SQLException {
		try {
			InclusionReceipt proof = new TreeProofs(this.schema, new TreeRows(this.schema)).inclusion(this.connection,
					chain, Objects.requireNonNull(entry.seq()), checkpoint);
			return Arrays.equals(proof.hash(), entry.hash());
		}
		catch (CheckpointRefusedException | IndexOutOfBoundsException ex) {
			return false;
		}
	}

	private <T extends @Nullable Object> List<T> query(String sql, Sql.RowReader<T> reader, Object... parameters)
			throws SQLException {
		return this.present ? Sql.list(this.connection, sql, reader, parameters) : List.of();
	}

	private static <T> @Nullable T first(List<T> found) {
		return found.isEmpty() ? null : found.get(0);
	}

}
