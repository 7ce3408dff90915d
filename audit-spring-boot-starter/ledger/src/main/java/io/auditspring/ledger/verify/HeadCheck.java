/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;

import io.auditspring.ledger.Problem;
import io.auditspring.ledger.internal.table.Problems;
import io.auditspring.ledger.internal.tree.LeafHashes;
import io.auditspring.ledger.internal.tree.RootRows;

/**
 * Whether a chain is what the root log says of it.
 */
final class HeadCheck implements LeafHashes.Growth {

	private final Problems problems;

	/** What is still to be compared, by size. */
	private final TreeMap<Long, List<RootRows.Row>> pending = new TreeMap<>();

	HeadCheck(Problems problems) {
		this.problems = problems;
	}

	void expect(List<RootRows.Row> rows) {
		rows.forEach((row) -> this.pending.computeIfAbsent(row.head().size(), (size) -> new ArrayList<>()).add(row));
	}

	@Override
	public void reached(long size, Supplier<byte[]> root) {
		List<RootRows.Row> rows = this.pending.remove(size);
		if (rows == null) {
			return;
		}
		byte[] computed = root.get();
		for (RootRows.Row row : rows) {
			if (!Arrays.equals(computed, row.head().root())) {
				HexFormat hex = HexFormat.of();
				this.problems.add(Problem.Kind.ROOT_LOG, null, null,
						"entry %s of the root log says that the first %s entries have another root"
							.formatted(row.rootSeq(), size),
						hex.formatHex(row.head().root()), hex.formatHex(computed));
			}
		}
	}

	/**
	 * Says what the root log knows of that is not there.
	 * @param size how many entries the chain has
	 */
	void finish(long size) {
		this.pending.forEach((claimed, rows) -> {
			long rootSeq = rows.get(0).rootSeq();
			if (claimed > size) {
				this.problems.add(Problem.Kind.ROOT_LOG, size, null,
						"entry %s of the root log says that there were %s entries, but the chain has %s"
							.formatted(rootSeq, claimed, size),
						String.valueOf(claimed), String.valueOf(size));
			}
			else if (claimed > 0) {
				this.problems.add(Problem.Kind.ROOT_LOG, null, null,
						("what entry %s of the root log says of the first %s entries cannot be compared: the hashes of "
								+ "earlier entries are in no tile")
							.formatted(rootSeq, claimed));
			}
		});
	}

	/**
	 * Says what came to a chain that was closed.
	 * @param newest what the root log said last
	 * @param size how many entries the chain has
	 */
	void closed(RootRows.Row newest, long size) {
		if (newest.head().closed() && size > newest.head().size()) {
			this.problems.add(Problem.Kind.ROOT_LOG, newest.head().size(), null,
					"entry %s of the root log says that the chain is closed, but entries came to it afterwards"
						.formatted(newest.rootSeq()));
		}
	}

}
