/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.tree;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.internal.entry.EntryHash;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.merkle.TileCoordinates;
import io.auditspring.ledger.internal.merkle.TreeNode;
import io.auditspring.ledger.internal.merkle.TreeTile;
import io.auditspring.ledger.internal.table.Sql;
import org.jspecify.annotations.Nullable;

/**
 * The chains' Merkle trees in {@code audit_tree} and {@code audit_tile}.
 */
public final class TreeRows {

	/** One hash after the other for each level, whatever somebody made of the array. */
	static final String EDGES = """
			array(
				select coalesce(edge, '')
				from unnest(edges) with ordinality as levels (edge, place)
				order by place
			)""";

	/** No tree that there can be has a full tile above. */
	private static final int MAX_LEVEL = 6;

	private final String select;

	private final String create;

	private final String update;

	private final String insertTile;

	private final String selectTiles;

	public TreeRows(Schema schema) {
		this.select = """
				select size, %s as edges
				from %s
				where chain = ?
				""".formatted(EDGES, schema.table("audit_tree"));
		this.create = """
				insert into %s (chain, size, edges)
				values (?, 0, '{}')
				on conflict do nothing
				""".formatted(schema.table("audit_tree"));
		this.update = """
				update %s
				set size = ?, edges = ?
				where chain = ?
				""".formatted(schema.table("audit_tree"));
		this.insertTile = """
				insert into %s (chain, level, index, hashes)
				values (?, ?, ?, ?)
				""".formatted(schema.table("audit_tile"));
		this.selectTiles = """
				select tile.level, tile.index, tile.hashes
				from unnest(?::int[], ?::bigint[]) as wanted (level, index)
				join %s as tile on tile.chain = ? and tile.level = wanted.level and tile.index = wanted.index
				""".formatted(schema.table("audit_tile"));
	}

	public void create(Connection connection, String chain) throws SQLException {
		Sql.update(connection, this.create, chain);
	}

	/**
	 * Reads the edge of a tree.
	 * @param connection where from
	 * @param chain the chain's name
	 * @param lock how to lock it, as SQL says it; may be empty
	 * @return the edge, or {@code null} if there is no tree, or it was skipped as locked
	 * @throws SQLException if the database fails
	 */
	public @Nullable CompactRange edge(Connection connection, String chain, String lock) throws SQLException {
		return Sql.find(connection, this.select + lock,
				(row) -> edge(chain, row.getLong("size"), (byte[][]) row.getArray("edges").getArray()), chain);
	}

	private static CompactRange edge(String chain, long size, byte[][] levels) {
		try {
			return new CompactRange(size, Arrays.asList(levels));
		}
		catch (IllegalArgumentException ex) {
			throw new CheckpointRefusedException(
					"The tree of chain '%s' in audit_tree was altered: %s".formatted(chain, ex.getMessage()), ex);
		}
	}

	public void write(Connection connection, String chain, CompactRange edge, List<TreeTile> full) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(this.insertTile)) {
			for (TreeTile tile : full) {
				statement.setString(1, chain);
				statement.setInt(2, tile.place().level());
				statement.setLong(3, tile.place().index());
				statement.setBytes(4, tile.hashes());
				statement.addBatch();
			}
			statement.executeBatch();
		}
		Sql.update(connection, this.update, edge.size(), Sql.arrayOfBytes(edge.levels()), chain);
	}

	/**
	 * Reads the hashes of subtrees, all tiles at once.
	 * @param connection where from
	 * @param chain the chain's name
	 * @param edge the tree's edge
	 * @param nodes which subtrees
	 * @return gives the hash of each of them
	 * @throws SQLException if the database fails
	 * @throws CheckpointRefusedException if a tile is missing
	 */
	public Function<TreeNode, byte[]> hashes(Connection connection, String chain, CompactRange edge,
			Collection<TreeNode> nodes) throws SQLException {
		List<TileCoordinates> places = nodes.stream().map(TileCoordinates::of).distinct().filter(edge::isFull).toList();
		Map<TileCoordinates, byte[]> tiles = places.isEmpty() ? Map.of() : tiles(connection, chain, places);
		List<byte[]> levels = edge.levels();
		Map<TreeNode, byte[]> hashes = new HashMap<>();
		for (TreeNode node : nodes) {
			TileCoordinates place = TileCoordinates.of(node);
			byte[] tile = edge.isFull(place) ? tiles.get(place) : levels.get(place.level());
			if (tile == null) {
				throw new CheckpointRefusedException("Tile %s of level %s of chain '%s' is missing in audit_tile"
					.formatted(place.index(), place.level(), chain));
			}
			hashes.put(node, place.hash(node, tile));
		}
		return (node) -> Objects.requireNonNull(hashes.get(node));
	}

	/**
	 * Reads the first hashes of a tile, full or not.
	 * @return the hashes, or {@code null} if there are not so many
	 */
	public byte @Nullable [] tile(Connection connection, String chain, TileCoordinates place, int width)
			throws SQLException {
		CompactRange edge = (place.level() <= MAX_LEVEL) ? edge(connection, chain, "") : null;
		if (edge == null) {
			return null;
		}
		byte[] hashes = null;
		if (edge.isFull(place)) {
			hashes = tiles(connection, chain, List.of(place)).get(place);
		}
		else if (place.level() < edge.levels().size() && (place.index() == 0 || edge.isFull(place.before()))) {
			hashes = edge.levels().get(place.level());
		}
		int length = width * EntryHash.LENGTH;
		return (hashes != null && hashes.length >= length) ? Arrays.copyOf(hashes, length) : null;
	}

	private Map<TileCoordinates, byte[]> tiles(Connection connection, String chain, List<TileCoordinates> places)
			throws SQLException {
		Map<TileCoordinates, byte[]> tiles = new HashMap<>();
		Sql.each(connection, this.selectTiles,
				(row) -> tiles.put(new TileCoordinates(row.getInt("level"), row.getLong("index")),
						row.getBytes("hashes")),
				Sql.array("int4", places.stream().map(TileCoordinates::level).toList()),
				Sql.array("int8", places.stream().map(TileCoordinates::index).toList()), chain);
		return tiles;
	}

}
