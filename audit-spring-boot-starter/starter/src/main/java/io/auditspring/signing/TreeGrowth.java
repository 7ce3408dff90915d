/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.signing;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.internal.chain.NewEntries;
import io.auditspring.ledger.internal.entry.EntryHash;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.merkle.MerkleTree;
import io.auditspring.ledger.internal.merkle.TreeNode;
import io.auditspring.ledger.internal.merkle.TreeRange;
import io.auditspring.ledger.internal.merkle.TreeTile;
import io.auditspring.ledger.internal.table.ChainHead;
import io.auditspring.ledger.internal.table.ControlEntry;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.ledger.internal.tree.TreeRows;
import org.jspecify.annotations.Nullable;

/**
 * Lets the stored tree of a chain grow to where the chain is, and trusts neither: what is
 * there must lead to what was signed or recorded, what comes is computed from the
 * entries, and what was written is read back.
 */
final class TreeGrowth {

	private final String head;

	private final NewEntries entries;

	private final TreeRows tree;

	/**
	 * Who must have signed what entries say of retired ones; {@code null} asks nobody.
	 */
	private final @Nullable TrustedKeys keys;

	TreeGrowth(Schema schema, TreeRows tree, @Nullable TrustedKeys keys) {
		this.head = """
				select %s, exists (select from %s where chain = name and seq >= size) as goes_on
				from %s
				where name = ?
				""".formatted(ChainHead.COLUMNS, schema.table("audit_log"), schema.table("audit_chain"));
		this.entries = new NewEntries(schema);
		this.tree = tree;
		this.keys = keys;
	}

	/**
	 * A chain's head, and what is behind it at the same moment.
	 *
	 * @param stored the head
	 * @param goesOn whether there are entries behind it
	 */
	record Head(ChainHead stored, boolean goesOn) {

	}

	@Nullable Head head(Connection connection, String chain) throws SQLException {
		return Sql.find(connection, this.head, (row) -> new Head(ChainHead.read(chain, row), row.getBoolean("goes_on")),
				chain);
	}

	static void requireEnd(String chain, @Nullable Head head, CompactRange edge) {
		if (head != null && head.goesOn()) {
			throw new CheckpointRefusedException(
					"The head of chain '%s' in audit_chain says that it ends before entry %s, but it goes on"
						.formatted(chain, head.stored().size()));
		}
		long size = (head != null) ? head.stored().size() : 0;
		if (size < edge.size()) {
			throw new CheckpointRefusedException("The tree of chain '%s' is one of %s entries, but the chain has %s"
				.formatted(chain, edge.size(), size));
		}
	}

	/** The tree as it was at a size. */
	MerkleTree at(Connection connection, String chain, CompactRange edge, long size) throws SQLException {
		List<TreeNode> nodes = new TreeRange(0, size).nodes();
		Function<TreeNode, byte[]> hashes = this.tree.hashes(connection, chain, edge, nodes);
		return new MerkleTree(size, nodes.stream().map(hashes).toList());
	}

	/**
	 * Lets the tree grow.
	 * @param edge the tree as it is stored
	 * @param grown the tree as far as it is believed; it grows, too
	 * @param head the chain's head
	 * @param end how many entries it shall have; not less than are stored
	 * @return what is stored then
	 */
	CompactRange grow(Connection connection, String chain, CompactRange edge, MerkleTree grown, ChainHead head,
			long end) throws SQLException {
		long believed = grown.size();
		byte[] previous = (believed == 0) ? EntryHash.genesis(head.ledgerId(), chain)
				: leaf(connection, chain, edge, believed - 1);
		List<TreeTile> full = new ArrayList<>();
		List<ControlEntry.Retirement> retirements = new ArrayList<>();
		byte[] lastHash = this.entries.read(connection, chain, believed, end, previous, (hash) -> {
			grown.append(hash);
			if (grown.size() > edge.size()) {
				edge.append(hash, full::add);
			}
		}, retirements::add);
		if (end == head.size() && !Arrays.equals(lastHash, head.hash())) {
			throw new CheckpointRefusedException(
					"The head of chain '%s' in audit_chain is not the hash of its last entry %s".formatted(chain,
							end - 1));
		}
		this.tree.write(connection, chain, edge, full);
		if (!retirements.isEmpty()) {
			checkRetired(connection, chain, edge, retirements, believed, end);
		}
		return readBack(connection, chain, grown);
	}

	/** Whoever drops a month must not get a signature that covers what they say of it. */
	private void checkRetired(Connection connection, String chain, CompactRange edge,
			List<ControlEntry.Retirement> retirements, long believed, long end) throws SQLException {
		TrustedKeys trusted = this.keys;
		if (trusted != null) {
			for (ControlEntry.Retirement retirement : retirements) {
				checkRetired(connection, chain, edge, retirement, believed, trusted);
			}
		}
		this.entries.checkRetirements(connection, chain, believed, end);
	}

	private void checkRetired(Connection connection, String chain, CompactRange edge,
			ControlEntry.Retirement retirement, long signed, TrustedKeys trusted) throws SQLException {
		String range = "An entry of chain '%s' says that entries %s to %s are retired, ".formatted(chain,
				retirement.firstSeq(), retirement.lastSeq());
		if (!retirement.isSignedBy(trusted)) {
			throw new CheckpointRefusedException(range + "but is not signed by a trusted key");
		}
		long last = retirement.lastSeq();
		if (last < 0 || last >= signed
				|| !retirement.lastHash().equals(HexFormat.of().formatHex(leaf(connection, chain, edge, last)))) {
			throw new CheckpointRefusedException(range + "but not by the hash that the last one was signed with");
		}
	}

	private byte[] leaf(Connection connection, String chain, CompactRange edge, long index) throws SQLException {
		TreeNode leaf = new TreeNode(0, index);
		return this.tree.hashes(connection, chain, edge, List.of(leaf)).apply(leaf);
	}

	/** What was computed and what is stored must be the same before it is signed. */
	private CompactRange readBack(Connection connection, String chain, MerkleTree grown) throws SQLException {
		CompactRange stored = this.tree.edge(connection, chain, "");
		if (stored == null || stored.size() != grown.size()
				|| !Arrays.equals(root(connection, chain, stored, grown.size()), grown.root())) {
			throw new CheckpointRefusedException(
					"The tree of chain '%s' that was read back is not the one that was written".formatted(chain));
		}
		return stored;
	}

	byte[] root(Connection connection, String chain, CompactRange edge, long size) throws SQLException {
		TreeRange range = new TreeRange(0, size);
		Function<TreeNode, byte[]> hashes = this.tree.hashes(connection, chain, edge, range.nodes());
		return range.hash(hashes);
	}

}
