/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.verify;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

import io.auditspring.archive.ArchiveOptions;
import io.auditspring.archive.ArchiveStore;
import io.auditspring.archive.internal.parquet.DuckDb;
import io.auditspring.archive.internal.parquet.EntryFilesReader;
import io.auditspring.archive.internal.parquet.TemporaryDirectory;
import io.auditspring.archive.internal.range.LocalFiles;
import io.auditspring.archive.internal.range.Manifest;
import io.auditspring.archive.internal.range.RangeName;
import io.auditspring.archive.internal.range.Tiles;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.TimeStampAuthority;
import io.auditspring.ledger.checkpoint.WitnessPolicy;
import io.auditspring.ledger.internal.chain.ChainWalk;
import io.auditspring.ledger.internal.chain.PartitionCheck;
import io.auditspring.ledger.internal.chain.RedactionCheck;
import io.auditspring.ledger.internal.entry.EntryHash;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.table.ChainNames;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.ControlEntry;
import io.auditspring.ledger.internal.table.Problems;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.internal.thread.OrderedPipeline;
import io.auditspring.ledger.internal.tree.LeafHashes;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.VerificationProgress;
import org.jspecify.annotations.Nullable;

/**
 * The verification of one archived chain, range by range. Entries are read and checked by
 * themselves on several threads; what needs their order is done on one.
 */
public final class ArchivedChain {

	/**
	 * By how much the clocks of an authority of time stamps and of a ledger may differ.
	 */
	private static final Duration CLOCKS = Duration.ofMinutes(5);

	private final List<RangeFiles> ranges;

	private final ArchiveStore store;

	private final TrustPolicy evidence;

	private final ArchiveOptions options;

	private final VerificationProgress progress;

	private final Problems problems;

	private final RedactionCheck redactions;

	private final Anchored anchored;

	private final boolean whole;

	/** What other chains are told of by entries here. */
	private final List<Said> elsewhere = new ArrayList<>();

	private final List<Said> archives = new ArrayList<>();

	private final List<RangeManifest> read = new ArrayList<>();

	private @Nullable ChainWalk walk;

	private @Nullable CompactRange tree;

	private long entries;

	private long checkpoints;

	private long signed;

	/** Up to where enough witnesses cosigned a checkpoint. */
	private long witnessed;

	private @Nullable String missing;

	/** What only a key signed that leaked, since the last gap. */
	private final List<Doubt> doubts = new ArrayList<>();

	/** Up to where somebody trusted signed what is here, since the last gap. */
	private long covered;

	/** The newest one that is true and, where keys are known, signed by one of them. */
	private @Nullable Checkpoint newest;

	/** When the ledger took the last entry that it covers here. */
	private @Nullable Instant lastRecordedAt;

	/** Of the range that is read. */
	private long[] erased = new long[EntryGroup.values().length];

	private @Nullable Instant firstRecordedAt;

	/** Ranges of which as much is erased as somebody trusted says. */
	private final List<RangeName> vouched = new ArrayList<>();

	/**
	 * What an entry says of others.
	 *
	 * @param seq its place
	 * @param id its id
	 * @param entry what it says
	 */
	private record Said(@Nullable Long seq, @Nullable UUID id, ControlEntry entry) {

	}

	/**
	 * A signature that proves nothing.
	 *
	 * @param range what it is of
	 * @param what what only a key signed that leaked
	 */
	private record Doubt(RangeName range, String what) {

	}

	/**
	 * Some entries of a range, read at once.
	 *
	 * @param reader reads them
	 * @param from the first one's place
	 * @param to one more than the last one's place
	 * @param prevHash what the first one follows, or {@code null} if that is in the file
	 */
	private record Slice(EntryFilesReader reader, long from, long to, byte @Nullable [] prevHash) {

		List<CheckedEntry> check() {
			try {
				return this.reader.check(this.from, this.to, this.prevHash);
			}
			catch (SQLException ex) {
				throw new IllegalStateException(ex.getMessage(), ex);
			}
		}

	}

	/**
	 * Prepares a verification.
	 * @param chain the chain's name
	 * @param ranges what is there of it, in its order; none if all of it is missing
	 * @param store the archive
	 * @param evidence what speaks for the ledger from outside
	 * @param options what may be taken
	 * @param progress learns how far it is
	 * @param whole whether these are all ranges, or some that are looked at by themselves
	 */
	public ArchivedChain(String chain, List<RangeFiles> ranges, ArchiveStore store, TrustPolicy evidence,
			ArchiveOptions options, VerificationProgress progress, boolean whole) {
		this.whole = whole;
		this.ranges = ranges;
		this.store = store;
		this.evidence = evidence;
		this.options = options;
		this.progress = progress;
		this.problems = new Problems(chain);
		this.redactions = new RedactionCheck(this.problems);
		this.anchored = new Anchored(evidence, this.problems);
	}

	/**
	 * Reads all that is there, at least one range.
	 * @throws IOException if there is no room for temporary files
	 * @throws SQLException if DuckDB does not start
	 */
	public void read() throws IOException, SQLException {
		long size = this.ranges.get(this.ranges.size() - 1).range().last() + 1;
		for (RangeFiles files : this.ranges) {
			try {
				RangeManifest manifest = RangeManifest.read(files, this.store, this.evidence, this.whole,
						this.problems);
				if (manifest != null) {
					this.read.add(manifest);
					read(manifest);
				}
			}
			catch (RuntimeException ex) {
				// Whoever can write there must not hide other ranges behind it.
				addUnreadable(files.range(), ex.toString());
			}
			this.progress.reached(this.problems.chain(), files.range().last() + 1, size);
		}
	}

	private void read(RangeManifest found) throws IOException, SQLException {
		Manifest manifest = found.manifest();
		RangeName range = manifest.range();
		try (TemporaryDirectory directory = TemporaryDirectory.create(this.options)) {
			Path core = file(range.core(), manifest.core(), range, directory.path());
			Path payload = file(range.payload(manifest.generation()), manifest.payload(), range, directory.path());
			Path tiles = file(range.tiles(), manifest.tiles(), range, directory.path());
			if (core != null && payload != null) {
				readEntries(found, core, payload, (tiles != null) ? content(tiles, range) : new byte[0]);
			}
		}
	}

	/** One byte more shows that it is too long, however long. */
	private static byte[] content(Path tiles, RangeName range) throws IOException {
		try (InputStream content = Files.newInputStream(tiles)) {
			return content.readNBytes((int) Tiles.length(range) + 1);
		}
	}

	/** Whatever is wrong with it, its entries tell more. */
	private @Nullable Path file(String name, Manifest.File expected, RangeName range, Path directory) {
		try {
			Path file = LocalFiles.of(this.store, name, directory);
			// How long it takes is for its manifest to say, not for whoever put it there.
			long bytes = Files.size(file);
			Manifest.File found = (bytes == expected.bytes()) ? LocalFiles.measure(file)
					: new Manifest.File(bytes, "not computed");
			if (!found.equals(expected)) {
				String what = (bytes < expected.bytes()) ? "is shorter than when it was written: was it cut off?"
						: "is not the one that was written: was it replaced?";
				this.problems.add(Problem.Kind.ARCHIVE, range.first(), null, "the file '%s' %s".formatted(name, what),
						"%s bytes, SHA-256 %s".formatted(expected.bytes(), expected.sha256()),
						"%s bytes, SHA-256 %s".formatted(bytes, found.sha256()));
			}
			return file;
		}
		catch (IOException ex) {
			this.problems.add(Problem.Kind.ARCHIVE, range.first(), null,
					"the file '%s' cannot be read: %s".formatted(name, ex));
			return null;
		}
	}

	private void readEntries(RangeManifest found, Path core, Path payload, byte[] tiles)
			throws IOException, SQLException {
		RangeName range = found.manifest().range();
		this.erased = new long[EntryGroup.values().length];
		this.firstRecordedAt = null;
		ChainWalk chain = beginRange(found);
		CompactRange before = (this.tree != null && this.tree.size() == range.first()) ? this.tree : null;
		if (before == null) {
			sayDoubts();
		}
		found.doubts().forEach((what) -> this.doubts.add(new Doubt(range, what)));
		Tiles.Reader hashes = new Tiles.Reader(tiles, range, (range.first() == 0) ? new CompactRange() : before,
				(seq, what) -> this.problems.add(Problem.Kind.TILE, seq, null, what));
		int threads = this.options.threads();
		try (DuckDb duckDb = DuckDb.reading(this.options, List.of(core, payload));
				OrderedPipeline<Slice, List<CheckedEntry>> pipeline = new OrderedPipeline<>("audit-archive", threads,
						threads, 1, Slice::check, (checked) -> accept(checked, chain, hashes))) {
			checkCount(duckDb, core, range);
			checkCount(duckDb, payload, range);
			EntryFilesReader reader = new EntryFilesReader(duckDb, range.chain(), core, payload);
			for (long from = range.first(); from <= range.last(); from += EntryFilesReader.SLICE) {
				pipeline.accept(new Slice(reader, from, Math.min(from + EntryFilesReader.SLICE, range.last() + 1),
						(from == range.first()) ? found.manifest().prevHash() : null));
			}
			pipeline.drain();
			chain.endsBefore(range.last() + 1);
		}
		catch (SQLException | IllegalStateException ex) {
			addUnreadable(range, String.valueOf(ex.getMessage()));
			return;
		}
		finishRange(found, hashes.comparable() ? hashes.tree() : null);
	}

	private void addUnreadable(RangeName range, String why) {
		this.problems.add(Problem.Kind.ARCHIVE, range.first(), null,
				"the entries of %s cannot be read: %s".formatted(range, why));
		this.tree = null;
	}

	/** What somebody trusted signed covers all that was signed before, by whomever. */
	private void sayDoubts() {
		long end = Math.max(this.covered, this.anchored.covered());
		this.doubts.stream()
			.filter((doubt) -> doubt.range().last() >= end)
			.forEach((doubt) -> this.problems.add(Problem.Kind.SIGNATURE, doubt.range().first(), null, doubt.what()));
		this.doubts.clear();
	}

	/** Those beyond the ends are never asked for. */
	private void checkCount(DuckDb duckDb, Path file, RangeName range) throws SQLException {
		try (Connection connection = duckDb.another();
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("select count(*) from %s".formatted(DuckDb.table(file)))) {
			row.next();
			if (row.getLong(1) != range.entries()) {
				this.problems.add(Problem.Kind.ARCHIVE, range.first(), null,
						"the file '%s' has another number of rows than %s has entries".formatted(file.getFileName(),
								range),
						String.valueOf(range.entries()), String.valueOf(row.getLong(1)));
			}
		}
	}

	private ChainWalk beginRange(RangeManifest found) {
		Manifest manifest = found.manifest();
		ChainWalk begun = this.walk;
		if (begun == null) {
			long first = manifest.range().first();
			begun = new ChainWalk((first == 0) ? EntryHash.genesis(manifest.ledger(), this.problems.chain()) : null,
					PartitionCheck.NONE, this.problems::add);
			this.walk = begun;
			if (this.whole && manifest.begins() > 0 && !found.trusted() && this.evidence.keys() != null) {
				this.problems.add(Problem.Kind.SIGNATURE, first, null,
						"nobody trusted signed that the archive of the chain began with entry %s"
							.formatted(manifest.begins()));
			}
			if (this.whole && first != manifest.begins()) {
				this.problems.add(Problem.Kind.MISSING, manifest.begins(), null,
						"the archive of the chain began with entry %s, but the first range that is left with entry %s"
							.formatted(manifest.begins(), first));
			}
		}
		return begun;
	}

	private void accept(List<CheckedEntry> checked, ChainWalk chain, Tiles.Reader hashes) {
		for (CheckedEntry entry : checked) {
			this.entries++;
			if (chain.accept(entry)) {
				long seq = chain.next() - 1;
				if (this.firstRecordedAt == null) {
					this.firstRecordedAt = entry.place().recordedAt();
				}
				entry.redactedGroups().forEach((group) -> {
					this.erased[group.ordinal()]++;
					this.redactions.erased(seq, entry.place().id(), group);
				});
				if (hashes.tree().size() == seq) {
					hashes.append(seq, hash(entry));
					if (hashes.comparable()) {
						this.anchored.reached(hashes.tree());
					}
				}
			}
			if (entry.controlEntry() != null && entry.findings().isEmpty()) {
				say(new Said(entry.place().seq(), entry.place().id(), entry.controlEntry()));
			}
		}
	}

	private static byte[] hash(CheckedEntry entry) {
		byte[] hash = entry.place().hash();
		return (hash.length == EntryHash.LENGTH) ? hash : Arrays.copyOf(hash, EntryHash.LENGTH);
	}

	private void say(Said said) {
		if (said.entry() instanceof ControlEntry.Archive) {
			this.archives.add(said);
		}
		else if (said.entry() instanceof ControlEntry.Redaction redaction) {
			if (!redaction.chain().equals(this.problems.chain())) {
				this.elsewhere.add(said);
			}
			else if (this.walk != null && redaction.seq() >= this.walk.from()) {
				if (isReceived()) {
					// A legal hold here may keep what its source has erased.
					this.redactions.entryOfSource(this.problems.chain(), said.id(), redaction);
				}
				else {
					this.redactions.entry(said.seq(), said.id(), redaction);
				}
			}
		}
		else if (said.entry() instanceof ControlEntry.Quarantine && this.problems.chain().equals(ChainNames.LOCAL)) {
			this.elsewhere.add(said);
		}
	}

	private void finishRange(RangeManifest found, @Nullable CompactRange end) {
		Manifest manifest = found.manifest();
		RangeName range = manifest.range();
		if ((found.trusted() || this.evidence.keys() == null)
				&& this.erased[EntryGroup.ACTOR.ordinal()] == manifest.erasedActors()
				&& this.erased[EntryGroup.DATA.ordinal()] == manifest.erasedData()) {
			this.vouched.add(range);
		}
		this.tree = end;
		if (end == null || end.size() != range.last() + 1) {
			return;
		}
		compareWithEntries(manifest);
		byte[] root = LeafHashes.root(end);
		if (!Arrays.equals(root, manifest.root())) {
			this.problems.add(Problem.Kind.ROOT, range.last(), null,
					"the manifest of %s has another root than the entries".formatted(range),
					HexFormat.of().formatHex(manifest.root()), HexFormat.of().formatHex(root));
		}
		Checkpoint checkpoint = found.checkpoint();
		if (checkpoint == null) {
			return;
		}
		this.checkpoints++;
		if (!manifest.proof().covers(end.size(), root)) {
			this.problems.add(Problem.Kind.ROOT, range.last(), null,
					"%s are not those of the checkpoint that should cover them".formatted(range), checkpoint.note(),
					HexFormat.of().formatHex(root));
			return;
		}
		if (found.signed()) {
			this.signed = end.size();
			this.covered = end.size();
			lookForWitnesses(checkpoint, end.size());
		}
		if (found.signed() || this.evidence.keys() == null) {
			StoredEntry.Place last = (this.walk != null) ? this.walk.last() : null;
			this.newest = checkpoint;
			this.lastRecordedAt = (last != null) ? last.recordedAt() : null;
		}
	}

	private void compareWithEntries(Manifest manifest) {
		RangeName range = manifest.range();
		StoredEntry.Place last = (this.walk != null) ? this.walk.last() : null;
		String said = saying(manifest.firstRecordedAt(), manifest.lastRecordedAt(), manifest.lastHash(),
				manifest.erasedActors(), manifest.erasedData());
		String found = (last != null) ? saying(this.firstRecordedAt, last.recordedAt(), last.hash(),
				this.erased[EntryGroup.ACTOR.ordinal()], this.erased[EntryGroup.DATA.ordinal()]) : "";
		if (!said.equals(found)) {
			this.problems.add(Problem.Kind.ARCHIVE, range.first(), null,
					"the manifest of %s says something else of them".formatted(range), said, found);
		}
		if (!manifest.ledger().equals(this.read.get(0).manifest().ledger())) {
			this.problems.add(Problem.Kind.ARCHIVE, range.first(), null,
					"the manifest of %s is of another ledger than the first".formatted(range));
		}
	}

	private static String saying(@Nullable Instant first, @Nullable Instant last, byte[] lastHash, long actors,
			long data) {
		return "recorded from %s to %s, last hash %s, %s actor groups and %s data groups erased".formatted(first, last,
				HexFormat.of().formatHex(lastHash), actors, data);
	}

	private void lookForWitnesses(Checkpoint checkpoint, long size) {
		WitnessPolicy policy = this.evidence.witnesses();
		String lacking = (policy != null) ? policy.missing(checkpoint) : null;
		if (lacking == null) {
			this.witnessed = size;
		}
		this.missing = lacking;
	}

	/** What a later checkpoint covers that has a quorum needs no other. */
	private void checkWitnesses() {
		if (this.whole && this.missing != null) {
			this.problems.add(Problem.Kind.QUORUM, this.witnessed, null,
					"of the checkpoint that covers the archived entries from %s on %s".formatted(this.witnessed,
							this.missing));
		}
	}

	/** As of witnesses: what a later checkpoint covers that has one needs no other. */
	private void checkTimeStamp() {
		TimeStampAuthority authority = this.evidence.timeStamps();
		Checkpoint checkpoint = this.newest;
		if (!this.whole || authority == null || checkpoint == null) {
			return;
		}
		Instant time = authority.stamped(checkpoint).orElse(null);
		Instant last = this.lastRecordedAt;
		if (time == null) {
			addTimeStamp(checkpoint, "has none that counts: " + authority.missing(checkpoint), null, null);
		}
		else if (last != null && time.plus(CLOCKS).isBefore(last)) {
			addTimeStamp(checkpoint, "was stamped before the last entry was recorded", last.toString(),
					time.toString());
		}
	}

	private void addTimeStamp(Checkpoint checkpoint, String what, @Nullable String expected, @Nullable String found) {
		this.problems.add(Problem.Kind.TIME_STAMP, null, null,
				"of time stamps the checkpoint that covers the newest archived entries, of size %s, %s"
					.formatted(checkpoint.size(), what),
				expected, found);
	}

	/**
	 * Tells of which other chains entries here say that they are archived. Of a chain
	 * that it receives a ledger says so in its chain {@code local}; in a received chain
	 * it may be said of an archive that is elsewhere.
	 * @return the names of these chains
	 */
	public Set<String> archivedElsewhere() {
		Set<String> chains = new TreeSet<>();
		if (this.problems.chain().equals(ChainNames.LOCAL)) {
			this.archives.forEach((said) -> chains.add(((ControlEntry.Archive) said.entry()).chain()));
		}
		return chains;
	}

	/**
	 * Tells chains what the entries of other ones say of them.
	 * @param chains all chains
	 */
	public static void exchange(List<ArchivedChain> chains) {
		for (ArchivedChain chain : chains) {
			String by = chain.problems.chain();
			chain.elsewhere.forEach((said) -> chains.forEach((other) -> other.hear(by, said)));
			chain.archives.forEach((said) -> chains.forEach((other) -> other.hear(by, said)));
		}
	}

	/** What chains of other ledgers say counts for nothing. */
	private void hear(String by, Said said) {
		if (!ChainNames.speaksFor(by, this.problems.chain())) {
			return;
		}
		if (said.entry() instanceof ControlEntry.Redaction redaction && redaction.chain().equals(this.problems.chain())
				&& covers(redaction.seq())) {
			hear(by, said, redaction);
		}
		else if (said.entry() instanceof ControlEntry.Quarantine quarantine
				&& quarantine.chain().equals(this.problems.chain()) && covers(quarantine.seq())) {
			this.redactions.quarantined(said.id(), quarantine);
		}
		else if (said.entry() instanceof ControlEntry.Archive archive && archive.chain().equals(this.problems.chain())
				&& (by.equals(ChainNames.LOCAL) || !isReceived())) {
			compare(archive, said);
		}
	}

	/** Then its source may speak of an archive of its own. */
	private boolean isReceived() {
		return this.read.stream()
			.anyMatch((found) -> found.manifest().received() && (found.trusted() || this.evidence.keys() == null));
	}

	/**
	 * Of a chain that goes on under another name the source may have been restored, and
	 * had other entries then.
	 */
	private void hear(String by, Said said, ControlEntry.Redaction redaction) {
		if (!this.redactions.entryOfSource(by, said.id(), redaction) && by.equals(ChainNames.LOCAL)) {
			this.redactions.addNotErased(null, said.id(), redaction);
		}
	}

	/** What is said of an entry that is not archived cannot be compared. */
	private boolean covers(long seq) {
		return this.walk != null && seq >= this.walk.from() && seq < this.walk.next();
	}

	/** What the ledger says was archived must be there, or a newer generation of it. */
	private void compare(ControlEntry.Archive said, Said by) {
		Manifest newest = this.read.stream()
			.map(RangeManifest::manifest)
			.filter((each) -> each.range().first() == said.firstSeq() && each.range().last() == said.lastSeq())
			.findFirst()
			.orElse(null);
		if (newest == null || newest.generation() < said.generation()) {
			this.problems.add(Problem.Kind.ARCHIVE, said.firstSeq(), null,
					"entry %s (%s) says that entries %s to %s are archived in generation %s, which is not there"
						.formatted(by.seq(), by.id(), said.firstSeq(), said.lastSeq(), said.generation()));
		}
		else if (newest.generation() == said.generation() && !newest.digest().equals(said.manifest())) {
			this.problems.add(Problem.Kind.ARCHIVE, said.firstSeq(), null,
					"the manifest of %s is not the one that entry %s (%s) names: was it swapped?"
						.formatted(newest.range(), by.seq(), by.id()),
					said.manifest(), newest.digest());
		}
	}

	/**
	 * Ends the verification.
	 * @return what was found
	 */
	public ChainVerification finish() {
		// The entry that says so may not be archived yet.
		this.redactions.finish((seq) -> !this.whole
				|| this.vouched.stream().anyMatch((range) -> range.first() <= seq && seq <= range.last()));
		sayDoubts();
		checkWitnesses();
		checkTimeStamp();
		long from = (this.walk != null) ? Math.max(this.walk.from(), 0) : 0;
		long size = (this.walk != null) ? this.walk.next() : 0;
		byte[] root = (this.tree != null && this.tree.size() == size) ? LeafHashes.root(this.tree) : null;
		return new ChainVerification(this.problems.chain(), isReceived(), from, List.of(), size, this.entries,
				(root != null) ? HexFormat.of().formatHex(root) : null, this.checkpoints + this.anchored.compared(),
				(this.signed > 0) ? (Long) this.signed : null, this.problems.first(), this.problems.counts());
	}

}
