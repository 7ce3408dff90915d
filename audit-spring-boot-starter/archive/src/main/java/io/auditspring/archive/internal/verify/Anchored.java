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
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.table.Problems;
import io.auditspring.ledger.internal.tree.LeafHashes;
import io.auditspring.ledger.verify.TrustPolicy;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of a chain that were kept elsewhere, compared with the archived entries
 * as they come. Of more entries than are archived they say nothing here.
 */
final class Anchored {

	private final Problems problems;

	private final TreeMap<Long, List<Claim>> pending = new TreeMap<>();

	private long next = Long.MAX_VALUE;

	private long compared;

	private long covered;

	/**
	 * What a checkpoint says.
	 *
	 * @param checkpoint the checkpoint
	 * @param leaked whether only a key that leaked signed it
	 */
	private record Claim(Checkpoint checkpoint, boolean leaked) {

	}

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
			Claim claim = claim(kept.note(), evidence.keys());
			String origin = claim.checkpoint().origin();
			if (!evidence.isOf(origin, this.problems.chain())) {
				throw new InvalidCheckpointException("it is of '%s'".formatted(origin));
			}
			this.pending.computeIfAbsent(claim.checkpoint().size(), (size) -> new ArrayList<>()).add(claim);
		}
		catch (InvalidCheckpointException ex) {
			fault("the checkpoint in the %s does not count: %s".formatted(kept.place(), ex.getMessage()));
		}
	}

	private static Claim claim(String note, @Nullable TrustedKeys keys) throws InvalidCheckpointException {
		if (keys == null) {
			return new Claim(Checkpoint.parse(note), false);
		}
		try {
			return new Claim(Checkpoint.open(note, keys), false);
		}
		catch (InvalidCheckpointException ex) {
			if (keys.retired().isEmpty()) {
				throw ex;
			}
			return new Claim(Checkpoint.open(note, keys.ofRetired()), true);
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
		List<Claim> claims = this.pending.remove(tree.size());
		advance();
		if (claims != null) {
			byte[] root = LeafHashes.root(tree);
			claims.forEach((claim) -> compare(claim, root));
		}
	}

	private void compare(Claim claim, byte[] root) {
		Checkpoint checkpoint = claim.checkpoint();
		this.compared++;
		if (Arrays.equals(root, checkpoint.root())) {
			this.covered = claim.leaked() ? this.covered : checkpoint.size();
			return;
		}
		Problem.Kind kind = claim.leaked() ? Problem.Kind.SIGNATURE : Problem.Kind.ROOT;
		String who = claim.leaked() ? ", which only a retired key signed," : "";
		this.problems.add(kind, null, null,
				"an anchored checkpoint of %s entries%s has another root than the archived entries"
					.formatted(checkpoint.size(), who),
				checkpoint.note(), HexFormat.of().formatHex(root));
	}

	/** Up to where a true one by somebody trusted covers the entries. */
	long covered() {
		return this.covered;
	}

	long compared() {
		return this.compared;
	}

}
