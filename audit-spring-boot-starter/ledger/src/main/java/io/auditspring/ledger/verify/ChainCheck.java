/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

import io.auditspring.ledger.Problem;
import io.auditspring.ledger.internal.chain.ChainWalk;
import io.auditspring.ledger.internal.chain.PartitionCheck;
import io.auditspring.ledger.internal.chain.RedactionCheck;
import io.auditspring.ledger.internal.chain.RetirementCheck;
import io.auditspring.ledger.internal.merkle.MerkleTree;
import io.auditspring.ledger.internal.table.ChainHead;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.ControlEntry;
import io.auditspring.ledger.internal.table.Problems;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.internal.tree.LeafHashes;
import org.jspecify.annotations.Nullable;

/**
 * Checks one chain, entry by entry, in memory that does not grow with it: walks along it,
 * and compares what entries say of others with what became of those.
 */
final class ChainCheck {

	private final Problems problems;

	private final LeafHashes leaves;

	private final ChainWalk walk;

	private final RedactionCheck redactions;

	private final RetirementCheck retirements;

	/** Whether it is received: what its source retired is still here. */
	private final boolean received;

	/** Redaction entries about entries that were verified before. */
	private final List<Earlier> earlier = new ArrayList<>();

	/** Redaction entries of its source about entries that are perhaps not here. */
	private final List<Earlier> ofSource = new ArrayList<>();

	/** What it goes on from, or {@code null} where all is read. */
	private @Nullable VerifiedStart start;

	private long entries;

	/**
	 * A redaction entry about an entry that was not read since.
	 *
	 * @param seq the redaction entry's place, or {@code null} if it is in another chain
	 * @param id the redaction entry's id
	 * @param redaction what it says
	 */
	record Earlier(@Nullable Long seq, @Nullable UUID id, ControlEntry.Redaction redaction) {

	}

	/**
	 * Begins at the start of a chain.
	 * @param problems takes what is wrong
	 * @param genesis what the first entry follows, or {@code null} if that is unknown
	 * @param leaves takes the entries' hashes
	 * @param partitions where entries may lie
	 * @param received whether the chain is one of another ledger, received from there
	 */
	ChainCheck(Problems problems, byte @Nullable [] genesis, LeafHashes leaves, PartitionCheck partitions,
			boolean received) {
		this.problems = problems;
		this.received = received;
		this.leaves = leaves;
		this.walk = new ChainWalk(genesis, partitions, problems::add);
		this.redactions = new RedactionCheck(problems);
		this.retirements = new RetirementCheck(problems, genesis);
	}

	/**
	 * Begins behind an entry that was verified before.
	 * @param start where
	 */
	void resumeAfter(VerifiedStart start) {
		this.start = start;
		this.walk.goOn(start.tree().size(), start.last().hash(), start.last().recordedAt());
		start.retirements().forEach((entry) -> {
			accept(entry.place(), entry.controlEntry());
			this.walk.checkClear(entry);
		});
	}

	/**
	 * Checks the next entry.
	 * @param entry the entry
	 */
	void accept(CheckedEntry entry) {
		this.entries++;
		if (this.walk.accept(entry)) {
			long seq = this.walk.next() - 1;
			entry.redactedGroups().forEach((group) -> this.redactions.erased(seq, entry.place().id(), group));
			this.leaves.append(seq, entry.place().hash());
		}
		accept(entry.place(), entry.controlEntry());
	}

	private void accept(StoredEntry.Place place, @Nullable ControlEntry controlEntry) {
		if (controlEntry instanceof ControlEntry.Redaction redaction) {
			if (redaction.chain().equals(this.problems.chain())) {
				accept(place.seq(), place.id(), redaction);
			}
		}
		else if (controlEntry instanceof ControlEntry.Retirement retirement && !this.received
				&& retirement.chain().equals(this.problems.chain())) {
			this.retirements.entry(this.problems.chain(), place.seq(), place.id(), retirement);
		}
	}

	/**
	 * Takes an entry of another chain that speaks of entries of this one. That they were
	 * retired counts only from one that speaks for chains to which nobody appends, and of
	 * a received chain only from the ledger itself: its source may have retired what is
	 * here. What another ledger's chain says counts only of what it goes on from.
	 * @param said the entry
	 * @param covered whether a checkpoint of a trusted key covers the entry
	 */
	void acceptFromElsewhere(LedgerSource.Elsewhere said, boolean covered) {
		if (said.controlEntry() instanceof ControlEntry.Redaction redaction) {
			if (said.counts() && redaction.seq() >= from()) {
				accept(said, redaction);
			}
		}
		else if (this.received && said.isLocal() && said.controlEntry() instanceof ControlEntry.Quarantine quarantine
				&& quarantine.seq() >= from()) {
			this.redactions.quarantined(said.id(), quarantine);
		}
		else if ((this.received ? said.isLocal() : said.speaksForOthers())
				&& said.controlEntry() instanceof ControlEntry.Retirement retirement) {
			this.retirements.entryElsewhere(said.by(), said.id(), retirement, covered);
		}
	}

	private void accept(LedgerSource.Elsewhere said, ControlEntry.Redaction redaction) {
		// A chain that nobody registered may be one of the same source.
		if (!this.received && !said.byReceived()) {
			this.redactions.entry(null, said.id(), redaction);
		}
		else if (!this.redactions.entryOfSource(said.by(), said.id(), redaction)) {
			Earlier entry = new Earlier(null, said.id(), redaction);
			if (said.byReceived()) {
				this.ofSource.add(entry);
			}
			else {
				addNotErased(entry);
			}
		}
	}

	/**
	 * Ends a chain of which other ones say that all of it was retired, as may be of one
	 * that is closed, or received.
	 * @param head where the chain ends
	 */
	void endRetired(ChainHead head) {
		if (this.entries == 0 && this.start == null && this.retirements.reach(head.size())) {
			this.walk.goOn(head.size(), head.hash(), head.recordedAt());
			this.retirements.finish(head.size(), head.hash());
		}
	}

	/**
	 * Takes a redaction entry.
	 * @param seq its place, or {@code null} if that is in another chain
	 */
	private void accept(@Nullable Long seq, @Nullable UUID id, ControlEntry.Redaction redaction) {
		if (redaction.seq() >= from() || redaction.seq() < 0) {
			this.redactions.entry(seq, id, redaction);
		}
		else if (seq != null && this.start != null && redaction.seq() < this.start.tree().size()) {
			this.earlier.add(new Earlier(seq, id, redaction));
		}
	}

	/**
	 * Gives the redaction entries about entries that were verified before.
	 * @return the entries, without those of other chains
	 */
	List<Earlier> earlier() {
		return this.earlier;
	}

	/**
	 * Gives the redaction entries of its source about what is not erased here. They are
	 * wrong if that is here at all.
	 * @return the entries, all of other chains
	 */
	List<Earlier> ofSource() {
		return this.ofSource;
	}

	void addNotErased(Earlier entry) {
		this.redactions.addNotErased(entry.seq(), entry.id(), entry.redaction());
	}

	/**
	 * Compares the end that was found with the head.
	 * @param head the chain's head, or {@code null} if there is none
	 * @param checkpoints who must have signed retirements, and what is covered
	 */
	void finish(@Nullable ChainHead head, CheckpointCheck checkpoints) {
		this.redactions.finish();
		if (checkpoints.keys() != null) {
			this.retirements.checkSignatures(checkpoints.keys(), checkpoints.covered());
		}
		StoredEntry.Place first = (this.start != null) ? this.start.first() : this.walk.first();
		if (first != null && first.seq() != null) {
			this.retirements.finish(first.seq(), first.prevHash());
		}
		byte[] last = this.walk.previousHash();
		if (head == null) {
			if (this.entries > 0) {
				addHead(null, "the chain has entries but no row in audit_chain");
			}
		}
		else if (head.size() < size()) {
			addHead(head.size(),
					"audit_chain says that the chain ends before entry %s, but it goes on".formatted(head.size()));
		}
		else if (head.size() > size()) {
			this.walk.endsBefore(head.size());
		}
		else if (last != null && !Arrays.equals(head.hash(), last)) {
			this.problems.add(Problem.Kind.HEAD, null, null,
					"the head in audit_chain is not the hash of the last entry", HexFormat.of().formatHex(last),
					HexFormat.of().formatHex(head.hash()));
		}
	}

	boolean received() {
		return this.received;
	}

	/**
	 * Which chains say that its oldest entries were retired.
	 * @return their names
	 */
	List<String> retiredBy() {
		return this.retirements.by();
	}

	long from() {
		return Math.max(this.walk.from(), 0);
	}

	/**
	 * Where the chain ends, as far as it was read.
	 * @return the last entry's place and one
	 */
	long size() {
		return this.walk.next();
	}

	long entries() {
		return this.entries;
	}

	private void addHead(@Nullable Long seq, String what) {
		this.problems.add(Problem.Kind.HEAD, seq, null, what);
	}

}
