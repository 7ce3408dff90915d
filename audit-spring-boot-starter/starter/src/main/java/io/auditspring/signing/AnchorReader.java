/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.signing;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import io.auditspring.CheckpointAnchor;
import io.auditspring.CheckpointAnchor.Kept;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import org.jspecify.annotations.Nullable;

/**
 * Finds the newest checkpoint that an anchor has. What cannot be read, or was signed by
 * nobody known, does not stand before older ones that can, and is told.
 */
final class AnchorReader {

	private final TrustedKeys keys;

	private final String log;

	AnchorReader(TrustedKeys keys, String log) {
		this.keys = keys;
		this.log = log;
	}

	/**
	 * Finds it.
	 * @param anchor where
	 * @param chain the chain's name
	 * @param faults takes what is wrong with what is newer
	 * @return the checkpoint, or {@code null} if there is none that counts
	 */
	@Nullable Checkpoint newest(CheckpointAnchor anchor, String chain, Consumer<String> faults) {
		String failure = null;
		try {
			// Most anchors give that one at a lower price than all of them.
			Optional<String> latest = anchor.latest(chain);
			Checkpoint checkpoint = latest.isPresent() ? open(latest.get()) : null;
			if (latest.isEmpty() || checkpoint != null) {
				return checkpoint;
			}
		}
		catch (IOException | RuntimeException ex) {
			failure = ex.toString();
		}
		List<String> found = new ArrayList<>();
		Checkpoint newest = null;
		try {
			newest = newest(anchor.kept(chain), found);
		}
		catch (IOException | RuntimeException ex) {
			failure = ex.toString();
		}
		if (failure != null && found.isEmpty()) {
			found.add("the anchor %s cannot be read: %s".formatted(anchor, failure));
		}
		found.forEach(faults);
		return newest;
	}

	private @Nullable Checkpoint newest(Iterator<Kept> kept, List<String> faults) {
		while (kept.hasNext()) {
			Kept next = kept.next();
			if (next.note() == null) {
				faults.add("the %s cannot be read: %s".formatted(next.place(), next.fault()));
				continue;
			}
			try {
				Checkpoint checkpoint = open(next.note());
				if (checkpoint != null) {
					return checkpoint;
				}
			}
			catch (InvalidCheckpointException ex) {
				faults.add("the %s cannot be used: %s".formatted(next.place(), ex.getMessage()));
			}
		}
		return null;
	}

	/**
	 * Reads a note. What a key that leaked signed says nothing, for or against.
	 * @return the checkpoint, or {@code null} if only such a key signed it
	 * @throws InvalidCheckpointException if it cannot be read, is of another log, or is
	 * signed by nobody known
	 */
	private @Nullable Checkpoint open(String note) {
		Checkpoint checkpoint = Checkpoint.open(note, this.keys.withRetired());
		if (!checkpoint.origin().equals(this.log)) {
			throw new InvalidCheckpointException("it is of '%s'".formatted(checkpoint.origin()));
		}
		return checkpoint.names(this.keys) ? checkpoint : null;
	}

}
