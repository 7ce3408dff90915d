/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.verify;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;

import io.auditspring.CheckpointAnchor;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.table.Problems;
import io.auditspring.ledger.internal.tree.LeafHashes;
import io.auditspring.ledger.verify.TrustPolicy;

/**
 * The checkpoints of a chain that were kept elsewhere, compared with the archived entries
 * as they come. Of more entries than are archived they say nothing here.
 */
final class Anchored {

	private final Problems problems;

	private final TreeMap<Long, List<Checkpoint>> pending = new TreeMap<>();

	private long next = Long.MAX_VALUE;

	private long compared;

	Anchored(TrustPolicy evidence, Problems problems) {
		this.problems = problems;
		for (CheckpointAnchor anchor : evidence.anchors()) {
			try {
				for (Iterator<CheckpointAnchor.Kept> kept = anchor.kept(problems.chain()); kept.hasNext();) {
					add(kept.next(), evidence);
				}
			}
			catch (IOException | RuntimeException ex) {
				fault("the anchor %s cannot be read: %s".formatted(anchor, ex));
			}
		}
		advance();
	}

	private void add(CheckpointAnchor.Kept kept, TrustPolicy evidence) {
		if (kept.note() == null) {
			fault("the %s cannot be read: %s".formatted(kept.place(), kept.fault()));
			return;
		}
		try {
			Checkpoint checkpoint = (evidence.keys() != null) ? Checkpoint.open(kept.note(), evidence.keys())
					: Checkpoint.parse(kept.note());
			this.pending.computeIfAbsent(checkpoint.size(), (size) -> new ArrayList<>()).add(checkpoint);
		}
		catch (InvalidCheckpointException ex) {
			fault("the checkpoint in the %s does not count: %s".formatted(kept.place(), ex.getMessage()));
		}
	}

	private void fault(String what) {
		this.problems.add(Problem.Kind.EVIDENCE, null, null, what);
	}

	private void advance() {
		this.next = this.pending.isEmpty() ? Long.MAX_VALUE : this.pending.firstKey();
	}

	/**
	 * Compares the checkpoints of as many entries. Those of fewer entries that were not
	 * compared yet end in a gap, or before what is archived, and cannot be.
	 * @param tree the tree over all entries so far
	 */
	void reached(CompactRange tree) {
		if (tree.size() < this.next) {
			return;
		}
		this.pending.headMap(tree.size(), false).clear();
		List<Checkpoint> checkpoints = this.pending.remove(tree.size());
		advance();
		if (checkpoints == null) {
			return;
		}
		byte[] root = LeafHashes.root(tree);
		for (Checkpoint checkpoint : checkpoints) {
			this.compared++;
			if (!Arrays.equals(root, checkpoint.root())) {
				this.problems.add(Problem.Kind.ROOT, null, null,
						"an anchored checkpoint of %d entries has another root than the archived entries"
							.formatted(checkpoint.size()),
						checkpoint.note(), HexFormat.of().formatHex(root));
			}
		}
	}

	long compared() {
		return this.compared;
	}

}
