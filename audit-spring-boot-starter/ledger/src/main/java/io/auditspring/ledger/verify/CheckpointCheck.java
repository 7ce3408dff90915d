/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.verify;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.auditspring.CheckpointAnchor;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.checkpoint.TimeStampAuthority;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.table.ControlEntry;
import io.auditspring.ledger.internal.table.Problems;
import io.auditspring.ledger.internal.tree.LeafHashes;
import io.auditspring.ledger.internal.tree.StoredTree;
import org.jspecify.annotations.Nullable;

/**
 * Whether the entries are what checkpoints say of them: those of the database, and those
 * that were kept where its administrator cannot change them.
 */
final class CheckpointCheck implements LeafHashes.Growth {

	private static final HexFormat HEX = HexFormat.of();

	/** How far clocks may be apart. */
	static final Duration CLOCKS = Duration.ofMinutes(5);

	private final Problems problems;

	private final TrustPolicy evidence;

	/** What is still to be compared, by size. */
	private final TreeMap<Long, List<Claim>> pending = new TreeMap<>();

	/** Contradicted by the entries. */
	private final Contradictions contradicted = new Contradictions();

	private final Contradictions contradictedAnchored = new Contradictions();

	private long from;

	private long compared;

	/**
	 * Signed by a key that leaked, and true, but not covered yet; none beyond those
	 * listed.
	 */
	private final List<Claim> doubtful = new ArrayList<>();

	private long furtherDoubtful;

	private @Nullable Checkpoint lastTrue;

	private @Nullable Checkpoint lastTrueAnchored;

	/** The largest true one that enough witnesses cosigned. */
	private long witnessed;

	/** The one that was verified before. */
	private @Nullable Checkpoint start;

	/** Of each anchor the largest one that is not larger than that. */
	private final List<Claim> earlier = new ArrayList<>();

	/** What is missing of the last true one. */
	private @Nullable String missing;

	/**
	 * What a checkpoint says.
	 *
	 * @param checkpoint the checkpoint
	 * @param place where it was kept outside the database, or {@code null} if it was not
	 * @param leaked whether only a key that leaked signed it
	 */
	private record Claim(Checkpoint checkpoint, @Nullable String place, boolean leaked) {

		Claim with(List<String> cosignatures) {
			return new Claim(this.checkpoint.with(cosignatures), this.place, this.leaked);
		}

		boolean anchored() {
			return this.place != null;
		}

		/**
		 * Names it.
		 * @return a noun with its size and, where it has one, its place
		 */
		String name() {
			long size = this.checkpoint.size();
			return (this.place != null) ? "anchored checkpoint of size %s (%s)".formatted(size, this.place)
					: "checkpoint of size " + size;
		}

	}

	/**
	 * A checkpoint that the entries contradict.
	 *
	 * @param claim what it says
	 * @param root the root of the entries
	 */
	private record Contradiction(Claim claim, byte[] root) {

	}

	/**
	 * Those of one history: all that follows a contradicted checkpoint is, too.
	 */
	private static final class Contradictions {

		/** The size of the last one before that is true. */
		private long agreed;

		/** The first ones; no more than are listed. */
		private final List<Contradiction> first = new ArrayList<>();

		private long count;

		void add(Claim claim, byte[] root, long agreed) {
			if (this.count++ == 0) {
				this.agreed = agreed;
			}
			if (this.first.size() < Problems.MAX_PER_KIND) {
				this.first.add(new Contradiction(claim, root));
			}
		}

	}

	CheckpointCheck(Problems problems, TrustPolicy evidence) {
		this.problems = problems;
		this.evidence = evidence;
	}

	/**
	 * Takes the checkpoints that were kept elsewhere. Of those of no more entries than
	 * were compared before, the largest of each anchor speaks for all.
	 */
	void expectAnchored() {
		for (CheckpointAnchor anchor : this.evidence.anchors()) {
			AtomicReference<Claim> largest = new AtomicReference<>();
			try {
				anchor.kept(this.problems.chain()).forEachRemaining((kept) -> expectAnchored(kept, largest));
			}
			catch (IOException | RuntimeException ex) {
				// Others may speak all the same.
				addEvidence("the anchor %s cannot be read: %s".formatted(anchor, ex));
			}
			if (largest.get() != null) {
				this.earlier.add(largest.get());
			}
		}
	}

	private void expectAnchored(CheckpointAnchor.Kept kept, AtomicReference<Claim> largest) {
		if (kept.note() == null) {
			addEvidence("the %s cannot be read: %s".formatted(kept.place(), kept.fault()));
			return;
		}
		Claim claim = open(kept.note(), null, kept.place());
		if (claim == null) {
			return;
		}
		long size = claim.checkpoint().size();
		if (size > this.from) {
			add(claim);
		}
		else if (largest.get() == null || size > largest.get().checkpoint().size()) {
			largest.set(claim);
		}
	}

	/**
	 * Compares what was kept elsewhere with the tree that leads to the checkpoint that
	 * was verified before.
	 * @param tree the stored tree
	 * @throws SQLException if the database fails
	 */
	void compareEarlier(StoredTree tree) throws SQLException {
		for (Claim claim : this.earlier) {
			CompactRange before = tree.edgeAt(this.problems.chain(), claim.checkpoint().size());
			if (before != null) {
				this.compared++;
				compare(claim, LeafHashes.root(before));
			}
			else {
				addNotComparable(claim);
			}
		}
	}

	/**
	 * Whether an entry of another chain is below a checkpoint by somebody trusted. It is
	 * looked for only where it counts: where the key that signed what the entry says
	 * leaked.
	 * @param said the entry
	 * @param tree the stored trees
	 * @return whether it is
	 * @throws SQLException if the database fails
	 */
	boolean isBelow(LedgerSource.Elsewhere said, StoredTree tree) throws SQLException {
		TrustedKeys keys = this.evidence.keys();
		Long seq = said.place().seq();
		if (keys == null || seq == null || !(said.controlEntry() instanceof ControlEntry.Retirement retirement)
				|| !retirement.isSignedBy(keys.ofRetired())) {
			return false;
		}
		for (StoredTree.Row row : tree.checkpoints(said.by(), seq, Long.MAX_VALUE)) {
			Checkpoint checkpoint = trusted(row, keys);
			if (checkpoint != null && this.evidence.isOf(checkpoint.origin(), said.by())) {
				return tree.covers(said.by(), checkpoint, said.place());
			}
		}
		return false;
	}

	private static @Nullable Checkpoint trusted(StoredTree.Row row, TrustedKeys keys) {
		try {
			return Checkpoint.open(row.note(), keys);
		}
		catch (InvalidCheckpointException ex) {
			return null;
		}
	}

	/**
	 * Goes on from a checkpoint that was verified.
	 * @param checkpoint the checkpoint
	 */
	void startFrom(Checkpoint checkpoint) {
		this.from = checkpoint.size();
		this.start = checkpoint;
		lookForWitnesses(checkpoint);
	}

	/**
	 * Looks when the newest true checkpoint was time-stamped.
	 * @param last when the last entry that it covers was recorded, or {@code null} if
	 * that is unknown
	 */
	void checkTimeStamp(@Nullable Instant last) {
		TimeStampAuthority authority = this.evidence.timeStamps();
		List<Checkpoint> newest = Stream.of(this.start, this.lastTrue, this.lastTrueAnchored)
			.filter((checkpoint) -> checkpoint != null && checkpoint.size() == covered())
			.map(Objects::requireNonNull)
			.toList();
		if (authority == null || newest.isEmpty()) {
			return;
		}
		Instant time = newest.stream()
			.flatMap((checkpoint) -> authority.stamped(checkpoint).stream())
			.min(Instant::compareTo)
			.orElse(null);
		if (time == null) {
			addTimeStamp("has none that counts: " + authority.missing(newest.get(0)), null, null);
		}
		else if (last != null && time.plus(CLOCKS).isBefore(last)) {
			addTimeStamp("was stamped before its last entry was recorded", last.toString(), time.toString());
		}
	}

	private void addTimeStamp(String what, @Nullable String expected, @Nullable String found) {
		this.problems.add(Problem.Kind.TIME_STAMP, null, null,
				"of time stamps the newest checkpoint, of size %s, %s".formatted(covered(), what), expected, found);
	}

	private void lookForWitnesses(Checkpoint checkpoint) {
		String lacking = this.evidence.missingOf(checkpoint);
		if (lacking == null) {
			this.witnessed = Math.max(this.witnessed, checkpoint.size());
		}
		else {
			this.missing = lacking;
		}
	}

	/** Says nothing against the entries. */
	void addEvidence(String what) {
		this.problems.add(Problem.Kind.EVIDENCE, null, null, what);
	}

	/**
	 * Takes a checkpoint of the database.
	 * @param row its row
	 */
	void expect(StoredTree.Row row) {
		Claim claim = open(row.note(), row.size(), null);
		if (claim == null) {
			return;
		}
		Checkpoint checkpoint = claim.checkpoint();
		if (checkpoint.size() != row.size() || !Arrays.equals(checkpoint.root(), row.root())) {
			this.problems.add(Problem.Kind.CHECKPOINT, null, null,
					"the checkpoint of size %s has another size or root in its columns than in its note"
						.formatted(row.size()),
					checkpoint.size() + " " + HEX.formatHex(checkpoint.root()),
					row.size() + " " + HEX.formatHex(row.root()));
		}
		add(claim.with(row.cosignatures()));
	}

	/**
	 * Takes a checkpoint of an export, before the entries.
	 * @param note the signed note
	 */
	void expect(String note) {
		Claim claim = open(note, null, null);
		if (claim != null) {
			add(claim);
		}
	}

	/**
	 * Who must have signed what is entered of retirements.
	 * @return the trusted keys, or {@code null} if none are known
	 */
	@Nullable TrustedKeys keys() {
		return this.evidence.keys();
	}

	/**
	 * Up to where a true checkpoint by somebody trusted covers the entries.
	 * @return how many it covers
	 */
	long covered() {
		Long size = lastTrueSize();
		return Math.max(this.from, (size != null) ? size : 0);
	}

	private void add(Claim claim) {
		this.pending.computeIfAbsent(claim.checkpoint().size(), (size) -> new ArrayList<>()).add(claim);
	}

	/**
	 * Reads a note, which must be of this chain and signed by somebody trusted.
	 * @param place where it was kept, or {@code null} if that is the database
	 */
	private @Nullable Claim open(String note, @Nullable Long size, @Nullable String place) {
		try {
			Checkpoint checkpoint = Checkpoint.parse(note);
			if (this.evidence.isOf(checkpoint.origin(), this.problems.chain())) {
				return verified(checkpoint, size, place);
			}
			addInvalid(size, "is of '%s'".formatted(checkpoint.origin()), note, place);
		}
		catch (InvalidCheckpointException ex) {
			addInvalid(size, "cannot be read: " + ex.getMessage(), note, place);
		}
		return null;
	}

	private void addInvalid(@Nullable Long size, String what, String note, @Nullable String place) {
		if (place != null) {
			addEvidence("the checkpoint in the %s %s".formatted(place, what));
		}
		else {
			addInvalid(Problem.Kind.CHECKPOINT, size, what, note);
		}
	}

	private @Nullable Claim verified(Checkpoint checkpoint, @Nullable Long size, @Nullable String place) {
		TrustedKeys keys = this.evidence.keys();
		String fault = (keys != null) ? signature(checkpoint, keys) : null;
		if (keys == null || fault == null) {
			return new Claim(checkpoint, place, false);
		}
		if (checkpoint.isSignedBy(keys.ofRetired())) {
			return new Claim(checkpoint, place, true);
		}
		if (place != null && checkpoint.names(keys.withRetired())) {
			// Nobody who has the key wrote this.
			addEvidence("the checkpoint in the %s was damaged: %s".formatted(place, fault));
		}
		else {
			addUnsigned(checkpoint, size, place);
		}
		return null;
	}

	/** Says what is wrong with the signatures, if anything is. */
	private static @Nullable String signature(Checkpoint checkpoint, TrustedKeys keys) {
		try {
			Checkpoint.open(checkpoint.note(), keys);
			return null;
		}
		catch (InvalidCheckpointException ex) {
			return ex.getMessage();
		}
	}

	private void addUnsigned(Checkpoint checkpoint, @Nullable Long size, @Nullable String place) {
		String fault = signature(checkpoint, Objects.requireNonNull(this.evidence.keys()));
		addInvalid(Problem.Kind.SIGNATURE, size,
				((place != null) ? "in the " + place + " " : "") + "is not signed by a trusted key: " + fault,
				checkpoint.note());
	}

	private void addInvalid(Problem.Kind kind, @Nullable Long size, String what, String note) {
		String name = (size != null) ? "the checkpoint of size " + size : "a checkpoint";
		this.problems.add(kind, null, null, name + " " + what, null, note);
	}

	@Override
	public void reached(long size, Supplier<byte[]> root) {
		List<Claim> claims = this.pending.remove(size);
		if (claims == null) {
			return;
		}
		byte[] computed = root.get();
		for (Claim claim : claims) {
			this.compared++;
			compare(claim, computed);
		}
	}

	private void compare(Claim claim, byte[] root) {
		boolean isTrue = Arrays.equals(claim.checkpoint().root(), root);
		if (claim.leaked()) {
			doubt(claim, isTrue);
		}
		else if (isTrue) {
			accept(claim);
		}
		else if (claim.anchored()) {
			this.contradictedAnchored.add(claim, root, size(this.lastTrueAnchored));
		}
		else {
			this.contradicted.add(claim, root, size(this.lastTrue));
		}
	}

	/** What a trusted key signed covers all that was said before, whoever said it. */
	private void accept(Claim claim) {
		if (claim.anchored()) {
			this.lastTrueAnchored = claim.checkpoint();
		}
		else {
			this.lastTrue = claim.checkpoint();
		}
		lookForWitnesses(claim.checkpoint());
		this.doubtful.clear();
		this.furtherDoubtful = 0;
	}

	private void doubt(Claim claim, boolean isTrue) {
		if (!isTrue) {
			addUnsigned(claim);
		}
		else if (claim.checkpoint().size() > covered() && this.doubtful.size() < Problems.MAX_PER_KIND) {
			this.doubtful.add(claim);
		}
		else if (claim.checkpoint().size() > covered()) {
			this.furtherDoubtful++;
		}
	}

	/**
	 * Says what is contradicted, and by whom.
	 * @param size how many entries the chain has
	 */
	void finish(long size) {
		finish(size, this::addNotComparable);
	}

	/**
	 * Says so of an export, which need not hold the tree over what was retired.
	 * @param size how many entries the chain has
	 * @param from the first of them that is there
	 */
	void finishExport(long size, long from) {
		finish(size,
				(from > 0) ? (claim) -> addEvidence(
						"the %s cannot be compared: an export does not hold what was retired".formatted(claim.name()))
						: this::addNotComparable);
	}

	private void finish(long size, Consumer<Claim> notComparable) {
		addContradicted(this.contradicted, this.lastTrueAnchored);
		addContradicted(this.contradictedAnchored, (this.lastTrue != null) ? this.lastTrue : this.start);
		this.pending.values().forEach((claims) -> claims.forEach((claim) -> addNotReached(claim, size, notComparable)));
		if (covered() > this.witnessed && this.missing != null) {
			this.problems.add(Problem.Kind.QUORUM, this.witnessed, null,
					"the checkpoint of size %s is the newest, and %s; witnesses vouch for %s entries"
						.formatted(covered(), this.missing, this.witnessed));
		}
		this.doubtful.forEach(this::addUnsigned);
		for (; this.furtherDoubtful > 0; this.furtherDoubtful--) {
			addUnsigned(this.doubtful.get(0));
		}
	}

	/**
	 * Says that nobody vouches for a chain with entries of which there is no checkpoint,
	 * where somebody should.
	 */
	void requireAny() {
		if (covered() > 0) {
			return;
		}
		String what = "there are entries, but no checkpoint of a trusted key that is true, so no %s for them; "
				+ "where there was one, it is gone";
		if (this.evidence.witnesses() != null && this.evidence.witnesses().asksForAny()) {
			this.problems.add(Problem.Kind.QUORUM, 0L, null, what.formatted("witness vouches"));
		}
		if (this.evidence.timeStamps() != null) {
			this.problems.add(Problem.Kind.TIME_STAMP, null, null, what.formatted("time stamp speaks"));
		}
	}

	/** One problem where there are two histories, however many checkpoints show it. */
	private void addContradicted(Contradictions contradictions, @Nullable Checkpoint other) {
		if (contradictions.count == 0) {
			return;
		}
		Claim first = contradictions.first.get(0).claim();
		Checkpoint claimed = first.checkpoint();
		if (other != null && other.size() >= claimed.size()) {
			this.problems.add(Problem.Kind.SPLIT_VIEW, contradictions.agreed, null,
					("there are two histories, both signed, which part at entry %s or later, but before entry %s: the %s, "
							+ "and %s more, contradict a checkpoint of size %s")
						.formatted(contradictions.agreed, claimed.size(), first.name(), contradictions.count - 1,
								other.size()),
					claimed.note(), other.note());
			return;
		}
		contradictions.first.forEach((each) -> addWrongRoot(each.claim(), each.root()));
		for (long further = contradictions.first.size(); further < contradictions.count; further++) {
			addWrongRoot(first, contradictions.first.get(0).root());
		}
	}

	private void addWrongRoot(Claim claim, byte[] root) {
		this.problems.add(Problem.Kind.ROOT, null, null,
				"the %s has another root than the entries".formatted(claim.name()), claim.checkpoint().note(),
				HEX.formatHex(root));
	}

	private void addUnsigned(Claim claim) {
		addUnsigned(claim.checkpoint(), claim.checkpoint().size(), claim.place());
	}

	private void addNotReached(Claim claim, long size, Consumer<Claim> notComparable) {
		long claimed = claim.checkpoint().size();
		if (claim.leaked()) {
			addUnsigned(claim);
		}
		else if (claimed > size) {
			this.problems.add(Problem.Kind.CUT, size, null,
					"the %s says that there were %s entries, but the chain has %s".formatted(claim.name(), claimed,
							size),
					claim.checkpoint().note(), String.valueOf(size));
		}
		else {
			notComparable.accept(claim);
		}
	}

	private void addNotComparable(Claim claim) {
		this.problems.add(Problem.Kind.CHECKPOINT, null, null,
				"the %s cannot be compared: the hashes of earlier entries are in no tile".formatted(claim.name()),
				claim.checkpoint().note(), null);
	}

	long compared() {
		return this.compared;
	}

	/**
	 * The largest checkpoint that is true, and signed by somebody trusted.
	 * @return its size, or {@code null} if there is none
	 */
	@Nullable Long lastTrueSize() {
		if (this.evidence.keys() == null) {
			return null;
		}
		long size = Math.max(size(this.lastTrue), size(this.lastTrueAnchored));
		return (size > 0) ? (Long) size : null;
	}

	private static long size(@Nullable Checkpoint checkpoint) {
		return (checkpoint != null) ? checkpoint.size() : 0;
	}

}
