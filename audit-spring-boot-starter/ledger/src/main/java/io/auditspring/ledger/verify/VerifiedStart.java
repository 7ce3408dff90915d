/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.verify;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.internal.tree.LeafHashes;
import io.auditspring.ledger.internal.tree.StoredTree;
import org.jspecify.annotations.Nullable;

/**
 * Where a verification may go on that does not read the entries before a checkpoint.
 *
 * @param checkpoint the checkpoint
 * @param tree the tree over the entries before
 * @param last the last entry before
 * @param first the first entry that is there
 * @param retirements the entries before that say why the chain begins there
 */
record VerifiedStart(Checkpoint checkpoint, CompactRange tree, StoredEntry.Place last, StoredEntry.Place first,
		List<CheckedEntry> retirements) {

	/**
	 * Looks whether a signed checkpoint suffices: the stored tree must lead to its root
	 * with each of its tiles, the last entry below it must be that tree's last leaf, and
	 * what is said of retired entries must be in it.
	 * @param source where from
	 * @param evidence whose signatures count
	 * @param chain the chain's name
	 * @param size the checkpoint's size
	 * @return where to go on, or {@code null} if all must be read
	 * @throws SQLException if the database fails
	 */
	static @Nullable VerifiedStart find(LedgerSource source, TrustPolicy evidence, String chain, long size)
			throws SQLException {
		Checkpoint checkpoint = checkpoint(source, evidence, chain, size);
		CompactRange tree = (checkpoint != null) ? tree(source, chain, checkpoint) : null;
		StoredEntry.Place last = (tree != null) ? source.entries().place(chain, size - 1) : null;
		if (checkpoint == null || tree == null || last == null
				|| !Arrays.equals(last.hash(), source.tree().leaf(chain, size - 1))) {
			return null;
		}
		StoredEntry.Place first = source.entries().place(chain, source.tables().next(chain, 0));
		List<CheckedEntry> retirements = retirements(source, chain, checkpoint);
		return (first != null && retirements != null) ? new VerifiedStart(checkpoint, tree, last, first, retirements)
				: null;
	}

	private static @Nullable Checkpoint checkpoint(LedgerSource source, TrustPolicy evidence, String chain, long size)
			throws SQLException {
		List<StoredTree.Row> rows = source.tree().checkpoints(chain, size - 1, size);
		if (size <= 0 || rows.isEmpty() || evidence.keys() == null) {
			return null;
		}
		try {
			StoredTree.Row row = rows.get(0);
			Checkpoint checkpoint = Checkpoint.open(row.note(), evidence.keys()).with(row.cosignatures());
			return (evidence.isOf(checkpoint.origin(), chain) && checkpoint.size() == size
					&& Arrays.equals(checkpoint.root(), row.root())) ? checkpoint : null;
		}
		catch (InvalidCheckpointException ex) {
			return null;
		}
	}

	private static @Nullable CompactRange tree(LedgerSource source, String chain, Checkpoint checkpoint)
			throws SQLException {
		try {
			CompactRange tree = source.tree().edgeAt(chain, checkpoint.size());
			return (tree != null && Arrays.equals(checkpoint.root(), LeafHashes.root(tree))
					&& source.tree().leadsTo(chain, tree)) ? tree : null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	private static @Nullable List<CheckedEntry> retirements(LedgerSource source, String chain, Checkpoint checkpoint)
			throws SQLException {
		List<CheckedEntry> entries = new ArrayList<>();
		source.entries().readRetirements(chain, checkpoint.size(), (row) -> entries.add(CheckedEntry.of(row)));
		for (CheckedEntry entry : entries) {
			if (!entry.findings().isEmpty() || !source.tree().covers(chain, checkpoint, entry.place())) {
				return null;
			}
		}
		return entries;
	}

}
