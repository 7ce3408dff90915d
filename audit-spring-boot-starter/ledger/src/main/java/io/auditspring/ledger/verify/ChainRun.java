/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.verify;

import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.LongStream;

import io.auditspring.ledger.Problem;
import io.auditspring.ledger.internal.entry.EntryHash;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.merkle.TileCoordinates;
import io.auditspring.ledger.internal.merkle.TreeTile;
import io.auditspring.ledger.internal.table.ChainHead;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.CopyRow;
import io.auditspring.ledger.internal.table.EntryReader;
import io.auditspring.ledger.internal.table.Problems;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.internal.thread.OrderedPipeline;
import io.auditspring.ledger.internal.tree.LeafHashes;
import io.auditspring.ledger.internal.tree.RootRows;
import io.auditspring.ledger.internal.tree.StoredTree;
import org.jspecify.annotations.Nullable;

/**
 * The verification of one chain: reads it segment by segment, so that the tiles and
 * checkpoints of a segment are at hand before its entries come.
 */
final class ChainRun {

	/** What one tile of level 1 covers. */
	private static final long SEGMENT = LeafHashes.TILE * LeafHashes.TILE;

	private final String chain;

	private final LedgerSource source;

	private final @Nullable ChainHead head;

	private final Problems problems;

	private final CheckpointCheck checkpoints;

	private final HeadCheck heads;

	private final LeafHashes leaves;

	private final ChainCheck check;

	private final long from;

	/** The size of the newest checkpoint. */
	private final long newest;

	/** What the root log said of the chain last, or {@code null} if it does not. */
	private final RootRows.@Nullable Row newestHead;

	/** Up to where checkpoints or the root log speak of the chain. */
	private final long spokenOf;

	private final StoredTree.@Nullable Edge edge;

	/** The largest size of which it is known what was said. */
	private long expectedUpTo;

	/**
	 * Prepares a verification.
	 * @param chain the chain's name
	 * @param source where from
	 * @param evidence what speaks for the ledger from outside
	 * @param since the size of a checkpoint to go on from, or 0 for the whole chain; if
	 * that checkpoint does not hold, it is the whole chain, too
	 * @throws SQLException if the database fails
	 */
	ChainRun(String chain, LedgerSource source, TrustPolicy evidence, long since) throws SQLException {
		this.chain = chain;
		this.source = source;
		this.head = source.tables().head(chain);
		this.problems = new Problems(chain);
		this.checkpoints = new CheckpointCheck(this.problems, evidence);
		VerifiedStart start = VerifiedStart.find(source, evidence, chain, since);
		CompactRange tree = (start != null) ? start.tree() : new CompactRange();
		this.from = tree.size();
		this.newest = source.tree().newestCheckpoint(chain);
		this.newestHead = source.roots().newest(chain);
		this.spokenOf = Math.max(this.newest, (this.newestHead != null) ? this.newestHead.head().size() : 0);
		this.edge = source.tree().edge(chain);
		// Of no more than there is a tree of: anybody who makes checkpoints can write any
		// number there.
		long tiled = (this.edge != null) ? Math.min(this.spokenOf, this.edge.size()) : this.newest;
		this.heads = new HeadCheck(this.problems);
		this.leaves = new LeafHashes(this.problems, tree, tiled, this.edge, (size, root) -> {
			this.checkpoints.reached(size, root);
			this.heads.reached(size, root);
		});
		this.check = new ChainCheck(this.problems,
				(this.head != null) ? EntryHash.genesis(this.head.ledgerId(), chain) : null, this.leaves,
				source.months(), source.tables().isReceived(chain));
		if (start != null) {
			this.checkpoints.startFrom(start.checkpoint());
			this.check.resumeAfter(start);
		}
	}

	/**
	 * Verifies.
	 * @param faults what is wrong with what was kept elsewhere, of whichever chain
	 * @return the result
	 * @throws SQLException if the database fails
	 */
	ChainVerification run(List<String> faults) throws SQLException {
		faults.forEach(this.checkpoints::addEvidence);
		this.source.schemaIntegrity().forEach((what) -> this.problems.add(Problem.Kind.GUARD, null, null, what));
		this.source.columns().check(this.problems);
		this.checkpoints.expectAnchored();
		this.checkpoints.compareEarlier(this.source.tree());
		this.leaves.compareEdge();
		readEntries();
		for (LedgerSource.Elsewhere said : this.source.elsewhere().getOrDefault(this.chain, List.of())) {
			this.check.acceptFromElsewhere(said, this.checkpoints.isBelow(said, this.source.tree()));
		}
		if (this.head != null) {
			this.check.endRetired(this.head);
		}
		checkEarlierRedactions();
		this.leaves.fillUpTo(this.check.size());
		this.check.finish(this.head, this.checkpoints);
		checkTreeEnd();
		this.checkpoints.finish(this.check.size());
		if (this.check.entries() > 0 && !this.check.received()) {
			this.checkpoints.requireAny();
		}
		finishHeads();
		long covered = this.checkpoints.covered();
		StoredEntry.Place last = (covered > 0) ? this.source.entries().place(this.chain, covered - 1) : null;
		this.checkpoints.checkTimeStamp((last != null) ? last.recordedAt() : null);
		byte[] root = (this.leaves.size() == this.check.size()) ? this.leaves.root() : null;
		return new ChainVerification(this.chain, this.check.received(), this.check.from(), this.check.retiredBy(),
				this.check.size(), this.check.entries(), (root != null) ? HexFormat.of().formatHex(root) : null,
				this.checkpoints.compared(), this.checkpoints.lastTrueSize(), this.problems.first(),
				this.problems.counts());
	}

	private void readEntries() throws SQLException {
		long end = (this.head != null) ? this.head.size() : 0;
		EntryReader entries = this.source.entries();
		try (OrderedPipeline<CopyRow, CheckedEntry> pipeline = new OrderedPipeline<>("audit-verification",
				ExportVerifier.BATCH, CopyRow::length, CheckedEntry::of, this.check::accept)) {
			entries.read(this.chain, "seq < 0", pipeline::accept);
			for (long start = this.from - this.from % SEGMENT; start >= 0; start = nextSegment(start, end)) {
				// Named by its last entry, as the number behind that may be none.
				long last = start + SEGMENT - 1;
				expect(start, last);
				entries.read(this.chain, "seq between %s and %s".formatted(Math.max(start, this.from), last),
						pipeline::accept);
				pipeline.drain();
				this.leaves.fillUpTo(Math.min(last + 1, end));
				compareUpperTiles();
				this.source.progress().reached(this.chain, this.check.size(), end);
			}
			entries.read(this.chain, "seq is null", pipeline::accept);
			pipeline.drain();
		}
	}

	/**
	 * Finds where to go on: wherever there are entries; where the chain should have some,
	 * also where anything else speaks of them. It may say that it has more than could
	 * ever be gone through.
	 */
	private long nextSegment(long start, long end) throws SQLException {
		if (start > Long.MAX_VALUE - SEGMENT) {
			return -1;
		}
		long behind = start + SEGMENT;
		long next = this.source.tables().next(this.chain, behind);
		if (behind < end) {
			next = LongStream
				.of(next, this.source.tree().next(this.chain, behind), this.source.roots().next(this.chain, behind))
				.filter((place) -> place >= behind)
				.min()
				.orElse(-1);
		}
		return (next < 0) ? -1 : next - next % SEGMENT;
	}

	private void expect(long start, long last) throws SQLException {
		StoredTree tree = this.source.tree();
		this.leaves.expect(tree.leaves(this.chain, start / LeafHashes.TILE, last / LeafHashes.TILE));
		long after = Math.max(start, this.from);
		this.expectedUpTo = (last < Long.MAX_VALUE) ? last + 1 : last;
		tree.checkpoints(this.chain, after, this.expectedUpTo).forEach((row) -> this.checkpoints.expect(row));
		this.heads.expect(this.source.roots().claims(this.chain, after, this.expectedUpTo));
	}

	private void compareUpperTiles() throws SQLException {
		for (TreeTile tile : this.leaves.takeUpper()) {
			this.leaves.compare(tile, this.source.tree().tile(this.chain, tile.place()));
		}
	}

	private void finishHeads() throws SQLException {
		RootRows.Row newest = this.newestHead;
		if (newest != null) {
			if (newest.head().size() > this.expectedUpTo) {
				this.heads.expect(List.of(newest));
			}
			this.heads.closed(newest, this.check.size());
		}
		this.heads.finish(this.check.size());
		if (this.chain.equals(RootRows.CHAIN)) {
			RootLogCheck.run(this.source, this.problems, this.from, this.check.size());
		}
	}

	private void checkEarlierRedactions() throws SQLException {
		for (ChainCheck.Earlier entry : this.check.earlier()) {
			if (this.source.tables().contradicts(this.chain, entry.redaction())) {
				this.check.addNotErased(entry);
			}
		}
		for (ChainCheck.Earlier entry : this.check.ofSource()) {
			if (this.source.tables().keeps(entry.redaction())) {
				this.check.addNotErased(entry);
			}
		}
	}

	/** Checkpoints and tiles beyond the end show that there was more. */
	private void checkTreeEnd() throws SQLException {
		StoredTree tree = this.source.tree();
		long size = this.check.size();
		long covered = (this.edge != null) ? this.edge.size() : 0;
		long stored = Math.max(tree.tiled(this.chain), covered);
		if (stored > this.leaves.size()) {
			this.problems.add(Problem.Kind.TILE, size, null,
					"there is a tree of %s entries, but the chain has %s".formatted(stored, size));
		}
		TileCoordinates beyond = tree.tileBeyond(this.chain, stored);
		if (beyond != null) {
			this.problems.add(Problem.Kind.TILE, null, null, "tile %s of level %s is none of a tree of %s entries"
				.formatted(beyond.index(), beyond.level(), stored));
		}
		checkTreeIsSigned(tree, stored, covered);
	}

	private void checkTreeIsSigned(StoredTree tree, long stored, long covered) throws SQLException {
		if (this.spokenOf < stored) {
			this.problems.add(Problem.Kind.CHECKPOINT, this.spokenOf, null,
					"the tree is of %s entries, but the newest checkpoint of %s: a later one is missing"
						.formatted(stored, this.spokenOf));
		}
		else if (this.edge == null && this.newest > 0) {
			this.problems.add(Problem.Kind.TILE, null, null,
					"there are checkpoints, but no tree is stored of which they are");
		}
		else if (covered < this.newest) {
			this.problems.add(Problem.Kind.TILE, null, null,
					"the newest checkpoint is of %s entries, but the tree of %s".formatted(this.newest, covered));
		}
		if (this.newest > this.expectedUpTo) {
			tree.checkpoints(this.chain, this.newest - 1, this.newest).forEach(this.checkpoints::expect);
		}
	}

}
