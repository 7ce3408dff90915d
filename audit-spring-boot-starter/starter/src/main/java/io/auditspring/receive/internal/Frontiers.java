/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.tree.StoredTree;

/**
 * The right edges of the trees of received chains at any size: made of the stored tree,
 * and of the hashes that came since it grew last. Those at the end are remembered, as the
 * next bundle begins there.
 */
final class Frontiers {

	private final Schema schema;

	private final Map<String, Known> known = new ConcurrentHashMap<>();

	Frontiers(Schema schema) {
		this.schema = schema;
	}

	/**
	 * An edge that was seen.
	 *
	 * @param tree the edge
	 * @param head the hash of the last entry below it
	 */
	private record Known(CompactRange tree, byte[] head) {

	}

	/**
	 * The edge at the end of a chain.
	 * @param connection where the chain is locked
	 * @param head where it ends
	 * @return the caller's own copy
	 * @throws SQLException if the database fails
	 */
	CompactRange at(Connection connection, ReceivedHead head) throws SQLException {
		Known last = this.known.get(head.chain());
		return (last != null && last.tree().size() == head.size() && Arrays.equals(last.head(), head.hash()))
				? copy(last.tree()) : at(connection, head.chain(), head.size());
	}

	/**
	 * The edge at a size.
	 * @param connection where the entries are
	 * @param chain the chain's name
	 * @param size the size
	 * @return the edge
	 * @throws SQLException if the database fails
	 * @throws ReceptionException if entries before that are not there any more, nor the
	 * tree over them
	 */
	CompactRange at(Connection connection, String chain, long size) throws SQLException {
		CompactRange tree = new StoredTree(connection, this.schema).grown(chain, size);
		if (tree.size() != size) {
			throw new ReceptionException(Reception.Kind.PAUSED,
					"the tree over the first %s entries of chain '%s' cannot be put together".formatted(size, chain));
		}
		return tree;
	}

	void reached(String chain, CompactRange tree, byte[] head) {
		this.known.put(chain, new Known(copy(tree), head));
	}

	static CompactRange copy(CompactRange tree) {
		return new CompactRange(tree.size(), tree.levels());
	}

}
