package io.auditspring.ledger;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;

import io.auditspring.CheckpointAnchor;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import org.jspecify.annotations.Nullable;

/**
 * Whether the entries are what checkpoints say of them: those of the database, and those
 * that were kept where its administrator cannot change them.
 */
final class CheckpointCheck implements LeafHashes.Growth {

	private static final HexFormat HEX = HexFormat.of();

	private final Problems problems;

	private final Evidence evidence;

	/** What is still to be compared, by size. */
	private final TreeMap<Long, List<Claim>> pending = new TreeMap<>();

	/** Contradicted by the entries; no more than are listed. */
	private final List<Contradiction> contradicted = new ArrayList<>();

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

	/**
	 * What a checkpoint says.
	 *
	 * @param checkpoint the checkpoint
	 * @param anchored whether it was kept outside the database
	 * @param leaked whether only a key that leaked signed it
	 */
	private record Claim(Checkpoint checkpoint, boolean anchored, boolean leaked) {

		String source() {
			return this.anchored ? "anchored checkpoint" : "checkpoint";
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

	CheckpointCheck(Problems problems, Evidence evidence) {
		this.problems = problems;
		this.evidence = evidence;
	}

	/**
	 * Takes the checkpoints that were kept elsewhere.
	 * @param from those of no more entries than this were compared before
	 */
	void expectAnchored(long from) {
		this.from = from;
		for (CheckpointAnchor anchor : this.evidence.anchors()) {
			notes(anchor).forEach(this::expectAnchored);
		}
	}

	private List<String> notes(CheckpointAnchor anchor) {
		try {
			return anchor.notes(this.problems.chain());
		}
		catch (IOException ex) {
			throw new UncheckedIOException("An anchor of checkpoints cannot be read", ex);
		}
	}

	private void expectAnchored(String note) {
		Claim claim = open(note, null, true);
		if (claim != null && claim.checkpoint().size() > this.from) {
			add(claim);
		}
	}

	/**
	 * Takes a checkpoint of the database.
	 * @param row its row
	 */
	void expect(StoredTree.Row row) {
		Claim claim = open(row.note(), row.size(), false);
		if (claim == null) {
			return;
		}
		Checkpoint checkpoint = claim.checkpoint();
		if (checkpoint.size() != row.size() || !Arrays.equals(checkpoint.root(), row.root())) {
			this.problems.add(Problem.Kind.CHECKPOINT, null, null,
					"the checkpoint of size %d has another size or root in its columns than in its note"
						.formatted(row.size()),
					checkpoint.size() + " " + HEX.formatHex(checkpoint.root()),
					row.size() + " " + HEX.formatHex(row.root()));
		}
		add(claim);
	}

	/**
	 * Takes a checkpoint of an export, before the entries.
	 * @param note the signed note
	 */
	void expect(String note) {
		Claim claim = open(note, null, false);
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
	 */
	private @Nullable Claim open(String note, @Nullable Long size, boolean anchored) {
		try {
			Checkpoint checkpoint = Checkpoint.parse(note);
			if (this.evidence.isOf(checkpoint.origin(), this.problems.chain())) {
				return verified(checkpoint, size, anchored);
			}
			addInvalid(Problem.Kind.CHECKPOINT, size, "is of '%s'".formatted(checkpoint.origin()), note);
		}
		catch (InvalidCheckpointException ex) {
			addInvalid(Problem.Kind.CHECKPOINT, size, "cannot be read: " + ex.getMessage(), note);
		}
		return null;
	}

	private @Nullable Claim verified(Checkpoint checkpoint, @Nullable Long size, boolean anchored) {
		TrustedKeys keys = this.evidence.keys();
		if (keys == null || signature(checkpoint, keys) == null) {
			return new Claim(checkpoint, anchored, false);
		}
		if (signature(checkpoint, keys.ofRetired()) == null) {
			return new Claim(checkpoint, anchored, true);
		}
		addUnsigned(checkpoint, size);
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

	private void addUnsigned(Checkpoint checkpoint, @Nullable Long size) {
		String fault = signature(checkpoint, Objects.requireNonNull(this.evidence.keys()));
		addInvalid(Problem.Kind.SIGNATURE, size, "is not signed by a trusted key: " + fault, checkpoint.note());
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
		else if (this.contradicted.size() < Problems.MAX_PER_KIND) {
			this.contradicted.add(new Contradiction(claim, root));
		}
		else {
			addWrongRoot(claim, root);
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
		this.doubtful.clear();
		this.furtherDoubtful = 0;
	}

	private void doubt(Claim claim, boolean isTrue) {
		if (!isTrue) {
			addUnsigned(claim.checkpoint(), claim.checkpoint().size());
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
		for (Contradiction contradiction : this.contradicted) {
			Checkpoint claimed = contradiction.claim().checkpoint();
			Checkpoint other = contradiction.claim().anchored() ? this.lastTrue : this.lastTrueAnchored;
			if (other != null && other.size() >= claimed.size()) {
				this.problems.add(Problem.Kind.SPLIT_VIEW, null, null,
						"two checkpoints contradict each other: one of size %d, one of size %d"
							.formatted(claimed.size(), other.size()),
						claimed.note(), other.note());
			}
			else {
				addWrongRoot(contradiction.claim(), contradiction.root());
			}
		}
		this.pending.values().forEach((claims) -> claims.forEach((claim) -> addNotReached(claim, size)));
		this.doubtful.forEach((claim) -> addUnsigned(claim.checkpoint(), claim.checkpoint().size()));
		for (; this.furtherDoubtful > 0; this.furtherDoubtful--) {
			addUnsigned(this.doubtful.get(0).checkpoint(), null);
		}
	}

	private void addWrongRoot(Claim claim, byte[] root) {
		this.problems.add(Problem.Kind.ROOT, null, null, "the %s of size %d has another root than the entries"
			.formatted(claim.source(), claim.checkpoint().size()), claim.checkpoint().note(), HEX.formatHex(root));
	}

	private void addNotReached(Claim claim, long size) {
		long claimed = claim.checkpoint().size();
		if (claim.leaked()) {
			addUnsigned(claim.checkpoint(), claimed);
		}
		else if (claimed > size) {
			this.problems.add(Problem.Kind.CUT, size, null,
					"the %s says that there were %d entries, but the chain has %d".formatted(claim.source(), claimed,
							size),
					claim.checkpoint().note(), String.valueOf(size));
		}
		else {
			this.problems.add(Problem.Kind.CHECKPOINT, null, null,
					"the %s of size %d cannot be compared: the hashes of earlier entries are in no tile"
						.formatted(claim.source(), claimed),
					claim.checkpoint().note(), null);
		}
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
