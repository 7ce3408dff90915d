/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.verify;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

import io.auditspring.archive.ArchiveStore;
import io.auditspring.archive.internal.range.Manifest;
import io.auditspring.archive.internal.range.Manifests;
import io.auditspring.archive.internal.range.RangeName;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.internal.table.Problems;
import io.auditspring.ledger.verify.TrustPolicy;
import org.jspecify.annotations.Nullable;

/**
 * The newest manifest of a range as it is found, and the checkpoint in it.
 *
 * @param manifest what it says
 * @param checkpoint the checkpoint, or {@code null} if it is none or not of this chain
 * @param trusted whether somebody trusted signed the manifest
 * @param signed whether somebody trusted signed the checkpoint
 * @param doubts what only a key signed that leaked: a problem, unless somebody trusted
 * signed what covers it
 */
record RangeManifest(Manifest manifest, @Nullable Checkpoint checkpoint, boolean trusted, boolean signed,
		List<String> doubts) {

	/**
	 * Reads it, and says what is wrong with it and with the files beside it.
	 * @return the manifest, or {@code null} if there is none that is of this range
	 */
	static @Nullable RangeManifest read(RangeFiles files, ArchiveStore store, TrustPolicy evidence, boolean whole,
			Problems problems) {
		RangeName range = files.range();
		if (files.manifests().isEmpty()) {
			add(problems, range, "there is no manifest of " + range);
			return null;
		}
		int generation = files.manifests().last();
		checkFiles(files, generation, whole, problems);
		Manifest manifest = read(range, generation, store, problems);
		if (manifest == null) {
			return null;
		}
		checkEarlier(files, manifest, store, problems);
		TrustedKeys keys = evidence.keys();
		boolean trusted = keys != null && manifest.isSignedBy(keys);
		List<String> doubts = new ArrayList<>();
		if (keys != null && !trusted) {
			String what = "the manifest '%s' is not signed by a trusted key".formatted(range.manifest(generation));
			doubt(what, manifest.isSignedBy(keys.ofRetired()), range, doubts, problems);
		}
		return checkpoint(manifest, trusted, doubts, evidence, problems);
	}

	private static void doubt(String what, boolean leaked, RangeName range, List<String> doubts, Problems problems) {
		if (leaked) {
			doubts.add(what);
		}
		else {
			problems.add(Problem.Kind.SIGNATURE, range.first(), null, what);
		}
	}

	private static @Nullable Manifest read(RangeName range, int generation, ArchiveStore store, Problems problems) {
		String name = range.manifest(generation);
		try {
			Manifest manifest = Manifests.read(store, name);
			if (manifest.range().equals(range) && manifest.generation() == generation) {
				return manifest;
			}
			add(problems, range, "the manifest '%s' is of %s, generation %s: was it swapped?".formatted(name,
					manifest.range(), manifest.generation()));
		}
		catch (IOException | UncheckedIOException ex) {
			add(problems, range, "the manifest '%s' cannot be read: %s".formatted(name, ex.getMessage()));
		}
		return null;
	}

	private static void checkFiles(RangeFiles files, int generation, boolean whole, Problems problems) {
		RangeName range = files.range();
		if (!files.core()) {
			add(problems, range, "the file '%s' is missing".formatted(range.core()));
		}
		if (!files.tiles()) {
			add(problems, range, "the file '%s' is missing".formatted(range.tiles()));
		}
		if (!files.payloads().contains(generation)) {
			add(problems, range, "the file '%s' is missing".formatted(range.payload(generation)));
		}
		for (int payload : files.payloads()) {
			if (payload < generation && whole) {
				add(problems, range, "the older payload '%s' is still there, with what was erased in a newer one"
					.formatted(range.payload(payload)));
			}
			else if (payload > generation) {
				add(problems, range, "of the payload '%s' there is no manifest".formatted(range.payload(payload)));
			}
		}
	}

	/** Each names the one before, so that none can be left out or exchanged. */
	private static void checkEarlier(RangeFiles files, Manifest newest, ArchiveStore store, Problems problems) {
		Manifest later = newest;
		for (int generation = newest.generation() - 1; generation > 0; generation--) {
			Manifest earlier = files.manifests().contains(generation) ? read(files.range(), generation, store, problems)
					: null;
			if (earlier == null || !earlier.digest().equals(later.supersedes()) || !earlier.core().equals(newest.core())
					|| !earlier.tiles().equals(newest.tiles())) {
				add(problems, files.range(), "the manifest '%s' is not the one that the next generation supersedes"
					.formatted(files.range().manifest(generation)));
				return;
			}
			later = earlier;
		}
	}

	private static RangeManifest checkpoint(Manifest manifest, boolean trusted, List<String> doubts,
			TrustPolicy evidence, Problems problems) {
		TrustedKeys keys = evidence.keys();
		RangeName range = manifest.range();
		try {
			Checkpoint checkpoint = Checkpoint.parse(manifest.proof().checkpoint());
			if (!evidence.isOf(checkpoint.origin(), range.chain()) || checkpoint.size() <= range.last()) {
				problems.add(Problem.Kind.CHECKPOINT, range.first(), null,
						"the checkpoint of '%s' over %s entries does not cover %s".formatted(checkpoint.origin(),
								checkpoint.size(), range));
				return new RangeManifest(manifest, null, trusted, false, doubts);
			}
			return new RangeManifest(manifest, checkpoint, trusted,
					keys != null && isSigned(checkpoint, keys, range, doubts, problems), doubts);
		}
		catch (InvalidCheckpointException ex) {
			problems.add(Problem.Kind.CHECKPOINT, range.first(), null,
					"the checkpoint of %s cannot be read: %s".formatted(range, ex.getMessage()));
			return new RangeManifest(manifest, null, trusted, false, doubts);
		}
	}

	private static boolean isSigned(Checkpoint checkpoint, TrustedKeys keys, RangeName range, List<String> doubts,
			Problems problems) {
		if (checkpoint.isSignedBy(keys)) {
			return true;
		}
		doubt("the checkpoint of %s is not signed by a trusted key".formatted(range),
				checkpoint.isSignedBy(keys.ofRetired()), range, doubts, problems);
		return false;
	}

	private static void add(Problems problems, RangeName range, String what) {
		problems.add(Problem.Kind.ARCHIVE, range.first(), null, what);
	}

}
