package io.auditspring.ledger.verify;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

import io.auditspring.ledger.Problem;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.ControlEntry;
import io.auditspring.ledger.internal.table.Problems;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.internal.table.StoredHead;
import io.auditspring.ledger.internal.tree.LeafHashes;
import io.auditspring.ledger.merkle.MerkleTree;
import org.jspecify.annotations.Nullable;

/**
 * Checks one chain, entry by entry, in memory that does not grow with it. One change is
 * one problem: each entry is compared with what is stored of the one before, so that
 * those after a changed one are not blamed for it.
 */
final class ChainCheck {

	private static final HexFormat HEX = HexFormat.of();

	private final Problems problems;

	private final LeafHashes leaves;

	private final PartitionCheck months;

	private final RedactionCheck redactions;

	private final RetirementCheck retirements;

	/** The hash that the next entry's {@code prev_hash} must have, unless unknown. */
	private byte @Nullable [] previousHash;

	private @Nullable Instant previousRecordedAt;

	private long resumedAt;

	private long from = -1;

	/** Redaction entries about entries that were verified before. */
	private final List<Earlier> earlier = new ArrayList<>();

	/** The first entry that is there, also if that is not read. */
	private long beginning;

	private byte[] firstPrevHash = {};

	private long nextSeq;

	private long entries;

	/**
	 * A redaction entry about an entry that was verified before.
	 *
	 * @param seq the redaction entry's place
	 * @param id the redaction entry's id
	 * @param redaction what it says
	 */
	record Earlier(long seq, @Nullable UUID id, ControlEntry.Redaction redaction) {

	}

	/**
	 * Begins at the start of a chain.
	 * @param problems takes what is wrong
	 * @param genesis what the first entry follows, or {@code null} if that is unknown
	 * @param leaves takes the entries' hashes
	 * @param months the partitions
	 */
	ChainCheck(Problems problems, byte @Nullable [] genesis, LeafHashes leaves, PartitionCheck months) {
		this.problems = problems;
		this.previousHash = genesis;
		this.leaves = leaves;
		this.months = months;
		this.redactions = new RedactionCheck(problems);
		this.retirements = new RetirementCheck(problems, genesis);
	}

	/**
	 * Begins behind an entry that was verified before.
	 * @param start where
	 */
	void resumeAfter(VerifiedStart start) {
		long size = start.tree().size();
		this.previousHash = start.last().hash();
		this.previousRecordedAt = start.last().recordedAt();
		this.resumedAt = size;
		this.from = size;
		this.nextSeq = size;
		this.beginning = start.beginning();
		this.firstPrevHash = start.first().prevHash();
		start.retirements().forEach((entry) -> accept(entry.place(), entry.controlEntry()));
	}

	/**
	 * Checks the next entry.
	 * @param entry the entry
	 */
	void accept(CheckedEntry entry) {
		this.entries++;
		boolean inPlace = isInPlace(entry.place());
		this.months.check(entry.place(), (what) -> add(Problem.Kind.PARTITION, entry.place(), what));
		for (CheckedEntry.Finding finding : entry.findings()) {
			this.problems.add(finding.kind(), entry.place().seq(), entry.place().id(), finding.what(),
					finding.expected(), finding.found());
		}
		if (inPlace) {
			long seq = this.nextSeq - 1;
			checkTime(entry.place());
			entry.redactedGroups().forEach((group) -> this.redactions.erased(seq, entry.place().id(), group));
			this.leaves.append(seq, entry.place().hash());
			this.previousHash = entry.place().hash();
		}
		accept(entry.place(), entry.controlEntry());
	}

	private boolean isInPlace(StoredEntry.Place place) {
		Long seq = place.seq();
		if (seq == null || seq < 0) {
			add(Problem.Kind.POSITION, place, "seq is missing or negative");
			return false;
		}
		if (this.from < 0) {
			begin(seq, place.prevHash());
		}
		if (seq < this.nextSeq) {
			add(Problem.Kind.DUPLICATE, place, "there is more than one entry " + seq);
			return false;
		}
		if (seq > this.nextSeq) {
			addMissing(seq);
		}
		else {
			checkLink(place);
		}
		this.nextSeq = seq + 1;
		return true;
	}

	private void begin(long seq, byte[] prevHash) {
		this.from = seq;
		this.beginning = seq;
		this.firstPrevHash = prevHash;
		if (seq > 0) {
			this.nextSeq = seq;
			this.previousHash = null;
		}
	}

	private void checkLink(StoredEntry.Place place) {
		if (this.previousHash != null && !Arrays.equals(this.previousHash, place.prevHash())) {
			this.problems.add(Problem.Kind.LINK, place.seq(), place.id(),
					(this.nextSeq == 0) ? "prev_hash is not the hash that the chain begins with"
							: "prev_hash does not match the hash of entry " + (this.nextSeq - 1),
					HEX.formatHex(this.previousHash), HEX.formatHex(place.prevHash()));
		}
	}

	private void checkTime(StoredEntry.Place place) {
		Instant recordedAt = place.recordedAt();
		if (recordedAt == null) {
			add(Problem.Kind.TIME, place, "recorded_at is missing");
			return;
		}
		if (this.previousRecordedAt != null && recordedAt.isBefore(this.previousRecordedAt)) {
			this.problems.add(Problem.Kind.TIME, place.seq(), place.id(),
					"recorded_at is before that of the entry before it", this.previousRecordedAt.toString(),
					recordedAt.toString());
		}
		this.previousRecordedAt = recordedAt;
	}

	private void accept(StoredEntry.Place place, @Nullable ControlEntry controlEntry) {
		if (controlEntry instanceof ControlEntry.Redaction redaction) {
			if (redaction.chain().equals(this.problems.chain())) {
				accept(place.seq(), place.id(), redaction);
			}
		}
		else if (controlEntry instanceof ControlEntry.Retirement retirement) {
			if (retirement.chain().equals(this.problems.chain())) {
				this.retirements.entry(place.seq(), place.id(), retirement);
			}
		}
		else if (controlEntry instanceof ControlEntry.Unclear unclear) {
			add(ControlEntry.REDACTION.equals(unclear.action()) ? Problem.Kind.REDACTION_ENTRY
					: Problem.Kind.RETIREMENT, place,
					"a %s entry cannot be understood: %s".formatted(unclear.action(), unclear.why()));
		}
	}

	/**
	 * Takes a redaction entry of another chain that names an entry of this one.
	 * @param id its id
	 * @param redaction what it says
	 */
	void acceptFromElsewhere(@Nullable UUID id, ControlEntry.Redaction redaction) {
		accept(null, id, redaction);
	}

	/**
	 * Takes a redaction entry.
	 * @param seq its place, or {@code null} if that is in another chain
	 */
	private void accept(@Nullable Long seq, @Nullable UUID id, ControlEntry.Redaction redaction) {
		if (redaction.seq() >= from()) {
			this.redactions.entry(seq, id, redaction);
		}
		else if (seq != null && redaction.seq() < this.resumedAt) {
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

	void addNotErased(Earlier entry) {
		this.redactions.addNotErased(entry.seq(), entry.id(), entry.redaction());
	}

	/**
	 * Compares the end that was found with the head.
	 * @param head the chain's head, or {@code null} if there is none
	 * @param checkpoints who must have signed retirements, and what is covered
	 */
	void finish(@Nullable StoredHead head, CheckpointCheck checkpoints) {
		this.redactions.finish();
		if (checkpoints.keys() != null) {
			this.retirements.checkSignatures(checkpoints.keys(), checkpoints.covered());
		}
		if (this.from >= 0) {
			this.retirements.finish(this.beginning, this.firstPrevHash);
		}
		if (head == null) {
			if (this.entries > 0) {
				addHead(null, "the chain has entries but no row in audit_chain");
			}
		}
		else if (head.size() > this.nextSeq) {
			addMissing(head.size());
		}
		else if (head.size() < this.nextSeq) {
			addHead(head.size(),
					"audit_chain says that the chain ends before entry %d, but it goes on".formatted(head.size()));
		}
		else if (this.previousHash != null && !Arrays.equals(head.hash(), this.previousHash)) {
			this.problems.add(Problem.Kind.HEAD, null, null,
					"the head in audit_chain is not the hash of the last entry", HEX.formatHex(this.previousHash),
					HEX.formatHex(head.hash()));
		}
	}

	long from() {
		return Math.max(this.from, 0);
	}

	/**
	 * Where the chain ends, as far as it was read.
	 * @return the last entry's place and one
	 */
	long size() {
		return this.nextSeq;
	}

	long entries() {
		return this.entries;
	}

	private void addMissing(long end) {
		this.problems.add(Problem.Kind.MISSING, this.nextSeq, null, missing(this.nextSeq, end));
	}

	static String missing(long from, long end) {
		long last = end - 1;
		return (from == last) ? "entry %d is missing".formatted(last)
				: "entries %d to %d are missing".formatted(from, last);
	}

	private void addHead(@Nullable Long seq, String what) {
		this.problems.add(Problem.Kind.HEAD, seq, null, what);
	}

	private void add(Problem.Kind kind, StoredEntry.Place place, String what) {
		this.problems.add(kind, place.seq(), place.id(), what);
	}

}
