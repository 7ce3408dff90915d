/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.verify;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.auditspring.CheckpointAnchor;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.checkpoint.TimeStampAuthority;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.Problems;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.merkle.InclusionProof;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Verifies exported selections without a database: that each entry is the one that was
 * written, and is under a checkpoint where one covers it.
 *
 * @since 0.1.0
 */
public final class SelectionVerifier {

	private static final String HEADER = "{\"selection\":";

	private static final String PATH = "{\"path\":";

	private static final String END = "{\"end\":";

	private static final String CHECKPOINT = "{\"checkpoint\":";

	private final TrustPolicy evidence;

	private final Map<String, Problems> problems = new TreeMap<>();

	/** Of a chain whose checkpoint cannot be trusted there is {@code null}. */
	private final Map<String, @Nullable Checkpoint> checkpoints = new HashMap<>();

	/** When the checkpoint of a chain was time-stamped, where that is asked for. */
	private final Map<String, Instant> stamped = new HashMap<>();

	/** The size of the largest checkpoint of each chain that was kept elsewhere. */
	private final Map<String, Long> anchored = new HashMap<>();

	/** Which entries were there before: of each chain one bit of 64 for each. */
	private final Map<String, Map<Long, Long>> seen = new HashMap<>();

	/** What is still to be proved, or {@code null}. */
	private StoredEntry.@Nullable Place unproved;

	private String chain = "";

	/** Whether what was kept elsewhere speaks of the checkpoint, or might. */
	private boolean compared;

	private long entries;

	private long proved;

	private long erased;

	/** How many entries the last line says there are, or {@code null} before it. */
	private @Nullable Long end;

	/**
	 * Creates a verifier of one export.
	 * @param evidence what speaks for the ledger from outside
	 */
	public SelectionVerifier(TrustPolicy evidence) {
		this.evidence = evidence;
	}

	/**
	 * Whether an export is of a selection, and not of chains.
	 * @param lines the export, which is left at its beginning
	 * @return whether it is for this verifier
	 * @throws IOException if it cannot be read
	 */
	public static boolean isSelection(BufferedReader lines) throws IOException {
		lines.mark(HEADER.length());
		char[] start = new char[HEADER.length()];
		int read = lines.read(start);
		lines.reset();
		return read == start.length && HEADER.equals(new String(start));
	}

	/**
	 * Verifies an export.
	 * @param lines the export
	 * @return the result
	 * @throws IOException if it cannot be read
	 * @throws IllegalArgumentException if it is not an export of a selection
	 */
	public SelectionVerification verify(BufferedReader lines) throws IOException {
		if (!isSelection(lines)) {
			throw new IllegalArgumentException(
					"This is not an export of selected entries: its first line does not " + "begin with " + HEADER);
		}
		String selection = selection(lines.readLine());
		for (String line = lines.readLine(); line != null; line = lines.readLine()) {
			if (this.end != null) {
				problem(Problem.Kind.UNREADABLE, null, "there are lines after the last one");
			}
			read(line);
		}
		requireProof();
		if (this.end == null || this.end != this.entries) {
			problem(Problem.Kind.MISSING, null, "the export was cut: it has %s entries, and its last line %s"
				.formatted(this.entries, (this.end != null) ? "says " + this.end : "is missing"));
		}
		List<Problem> found = this.problems.values().stream().flatMap((each) -> each.first().stream()).toList();
		return new SelectionVerification(found.isEmpty(), selection, this.entries, this.proved, this.erased, found);
	}

	private static String selection(String line) {
		try {
			return ExportLine.parse(line).path("selection").stringValue();
		}
		catch (JacksonException ex) {
			throw new IllegalArgumentException(
					"This is not an export of selected entries: its first line cannot be read: "
							+ ex.getOriginalMessage(),
					ex);
		}
	}

	private void read(String line) {
		try {
			accept(line, ExportLine.parse(line));
		}
		catch (JacksonException ex) {
			problem(Problem.Kind.UNREADABLE, null, "a line cannot be read: " + ex.getOriginalMessage());
		}
	}

	private void accept(String line, JsonNode members) {
		if (line.startsWith(END)) {
			this.end = members.path("end").longValue();
		}
		else if (line.startsWith(CHECKPOINT)) {
			checkpoint(members.path("chain").asString(), members.path("checkpoint").asString());
		}
		else if (line.startsWith(PATH)) {
			path(members);
		}
		else {
			requireProof();
			entry(members);
		}
	}

	private void checkpoint(String chain, String note) {
		this.chain = chain;
		this.checkpoints.put(chain, null);
		try {
			Checkpoint checkpoint = (this.evidence.keys() != null) ? Checkpoint.open(note, this.evidence.keys())
					: Checkpoint.parse(note);
			if (!this.evidence.isOf(checkpoint.origin(), chain)) {
				problem(Problem.Kind.CHECKPOINT, null, "a checkpoint is of '%s'".formatted(checkpoint.origin()));
				return;
			}
			this.checkpoints.put(chain, checkpoint);
			String missing = this.evidence.missingOf(checkpoint);
			if (missing != null) {
				problem(Problem.Kind.QUORUM, null,
						"of the checkpoint of size %s %s".formatted(checkpoint.size(), missing));
			}
			checkTimeStamp(chain, checkpoint);
			compareWithAnchored(chain, checkpoint);
		}
		catch (InvalidCheckpointException ex) {
			problem(Problem.Kind.SIGNATURE, null, "a checkpoint cannot be trusted: " + ex.getMessage());
		}
	}

	private void checkTimeStamp(String chain, Checkpoint checkpoint) {
		TimeStampAuthority authority = this.evidence.timeStamps();
		if (authority == null) {
			return;
		}
		authority.stamped(checkpoint)
			.ifPresentOrElse((time) -> this.stamped.put(chain, time),
					() -> problem(Problem.Kind.TIME_STAMP, null,
							"of time stamps the checkpoint of size %s has none that counts: %s"
								.formatted(checkpoint.size(), authority.missing(checkpoint))));
	}

	private void compareWithAnchored(String chain, @Nullable Checkpoint checkpoint) {
		this.anchored.put(chain, 0L);
		this.compared = false;
		for (CheckpointAnchor anchor : this.evidence.anchors()) {
			try {
				anchor.kept(chain).forEachRemaining((kept) -> compare(chain, kept, checkpoint));
			}
			catch (IOException | RuntimeException ex) {
				this.compared = true;
				problem(Problem.Kind.EVIDENCE, null, "the anchor %s cannot be read: %s".formatted(anchor, ex));
			}
		}
		if (checkpoint != null && this.anchored.get(chain) > 0 && !this.compared) {
			problem(Problem.Kind.EVIDENCE, null,
					("the checkpoint of size %s is none of those that were kept elsewhere, which cannot be compared with "
							+ "the entries: export again, once the newest checkpoint was kept")
						.formatted(checkpoint.size()));
		}
	}

	private void compare(String chain, CheckpointAnchor.Kept kept, @Nullable Checkpoint checkpoint) {
		try {
			if (kept.note() == null) {
				throw new InvalidCheckpointException(String.valueOf(kept.fault()));
			}
			TrustedKeys keys = this.evidence.keys();
			Checkpoint anchored = (keys != null) ? Checkpoint.open(kept.note(), keys.withRetired())
					: Checkpoint.parse(kept.note());
			if (!this.evidence.isOf(anchored.origin(), chain)) {
				throw new InvalidCheckpointException("it is of '%s'".formatted(anchored.origin()));
			}
			this.anchored.merge(chain, anchored.size(), Math::max);
			boolean comparable = checkpoint != null && anchored.size() == checkpoint.size();
			this.compared |= comparable;
			if (checkpoint != null && comparable && !Arrays.equals(anchored.root(), checkpoint.root())) {
				problem(Problem.Kind.SPLIT_VIEW, null,
						"the checkpoint of size %s is not the one that was kept elsewhere, in the %s"
							.formatted(checkpoint.size(), kept.place()));
			}
		}
		catch (InvalidCheckpointException ex) {
			this.compared = true;
			problem(Problem.Kind.EVIDENCE, null,
					"the checkpoint in the %s cannot be used: %s".formatted(kept.place(), ex.getMessage()));
		}
	}

	private void entry(JsonNode members) {
		this.entries++;
		this.chain = members.path("chain").asString("");
		CheckedEntry entry = ExportLine.check(members, this.chain);
		entry.findings()
			.forEach((finding) -> problems().add(finding.kind(), entry.place().seq(), entry.place().id(),
					finding.what(), finding.expected(), finding.found()));
		if (!entry.redactedGroups().isEmpty()) {
			this.erased++;
		}
		Long seq = entry.place().seq();
		if (seq == null || seq < 0) {
			problem(Problem.Kind.POSITION, entry.place(), "seq is missing or negative");
		}
		else {
			requireOnce(seq, entry.place());
			requireCovered(seq, entry.place());
		}
	}

	private void requireOnce(long seq, StoredEntry.Place place) {
		Map<Long, Long> places = this.seen.computeIfAbsent(this.chain, (chain) -> new HashMap<>());
		long before = places.getOrDefault(seq >> 6, 0L);
		long bit = 1L << seq;
		if ((before & bit) != 0) {
			problem(Problem.Kind.DUPLICATE, place, "the entry is there twice");
		}
		places.put(seq >> 6, before | bit);
	}

	private void requireCovered(long seq, StoredEntry.Place place) {
		Checkpoint checkpoint = this.checkpoints.get(this.chain);
		long covered = (checkpoint != null) ? checkpoint.size() : 0;
		if (!this.anchored.containsKey(this.chain)) {
			compareWithAnchored(this.chain, null);
		}
		long anchored = this.anchored.getOrDefault(this.chain, 0L);
		this.unproved = (seq < covered) ? place : null;
		Instant time = this.stamped.get(this.chain);
		if (seq < covered && time != null && place.recordedAt() != null
				&& time.plus(CheckpointCheck.CLOCKS).isBefore(place.recordedAt())) {
			problem(Problem.Kind.TIME_STAMP, place, "the checkpoint was stamped before the entry was recorded");
		}
		if (covered <= seq && seq < anchored) {
			problem(Problem.Kind.EVIDENCE, place,
					("a checkpoint of size %s that was kept elsewhere covers the entry, but the export has no proof of "
							+ "it; one that is made now has")
						.formatted(anchored));
		}
	}

	private void path(JsonNode members) {
		StoredEntry.Place place = this.unproved;
		Checkpoint checkpoint = this.checkpoints.get(this.chain);
		this.unproved = null;
		if (place == null || place.seq() == null || checkpoint == null) {
			if (checkpoint != null || !this.checkpoints.containsKey(this.chain)) {
				problem(Problem.Kind.ROOT, place,
						"there is a path, but not the entry it begins at, or not the checkpoint it leads to");
			}
			return;
		}
		if (proves(members.path("path").asString(), place, place.seq(), checkpoint)) {
			this.proved++;
		}
		else {
			problem(Problem.Kind.ROOT, place, "the entry's path does not lead to the root of the checkpoint of size %s"
				.formatted(checkpoint.size()));
		}
	}

	private static boolean proves(String path, StoredEntry.Place place, long seq, Checkpoint checkpoint) {
		try {
			List<byte[]> hashes = path.isEmpty() ? List.of()
					: Arrays.stream(path.split(",")).map(HexFormat.of()::parseHex).toList();
			return new InclusionProof(seq, checkpoint.size(), hashes).proves(place.hash(), checkpoint.root());
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

	/** Somebody who changes an entry might leave out its proof. */
	private void requireProof() {
		if (this.unproved != null) {
			problem(Problem.Kind.ROOT, this.unproved,
					"the entry is said to be under a checkpoint, but has no path to it");
			this.unproved = null;
		}
	}

	private void problem(Problem.Kind kind, StoredEntry.@Nullable Place place, String what) {
		problems().add(kind, (place != null) ? place.seq() : null, (place != null) ? place.id() : null, what);
	}

	private Problems problems() {
		return this.problems.computeIfAbsent(this.chain, Problems::new);
	}

}
