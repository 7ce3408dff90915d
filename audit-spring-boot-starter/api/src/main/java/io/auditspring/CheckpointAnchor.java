/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A place for checkpoints that those who can change the database cannot change. Any
 * number of beans may be defined; each gets the newest checkpoint of a chain some time
 * after it was signed, possibly more than once, and again until it took it. Messages name
 * it by its {@code toString()}.
 *
 * @since 0.1.0
 */
public interface CheckpointAnchor {

	/**
	 * Keeps a checkpoint. Whoever keeps another one of the same chain and size already
	 * must keep both, and throw an exception with both in its message: they prove that
	 * the ledger was changed or forked.
	 * @param chain the chain's name
	 * @param size how many entries the chain had
	 * @param note the checkpoint, a signed note of several lines
	 * @throws IOException if it could not be kept
	 */
	void publish(String chain, long size, String note) throws IOException;

	/**
	 * Gives back what was kept, where that is possible.
	 * @param chain the chain's name
	 * @return its checkpoints, in the order of their sizes; empty if there are none or
	 * they cannot be read back
	 * @throws IOException if they cannot be read now
	 */
	default List<String> notes(String chain) throws IOException {
		return List.of();
	}

	/**
	 * Gives back what was kept, the newest first, with what cannot be read in its place:
	 * one bad item never discards the others. Each item is read when it is asked for, as
	 * most often only the first one is.
	 * @param chain the chain's name
	 * @return what was kept; nothing if there is none or it cannot be read back
	 * @throws IOException if nothing can be read now
	 */
	default Iterator<Kept> kept(String chain) throws IOException {
		List<String> notes = new ArrayList<>(notes(chain));
		Collections.reverse(notes);
		return notes.stream().map((note) -> new Kept(toString(), note, null)).iterator();
	}

	/**
	 * Names the chains of which something is kept: verification misses a chain that is
	 * gone from the database altogether only if somebody tells that it was there.
	 * @return the names; empty if they cannot be told
	 * @throws IOException if they cannot be read now
	 */
	default Set<String> chains() throws IOException {
		return Set.of();
	}

	/**
	 * Gives back the checkpoint of the largest size. It is asked for before each
	 * signature, so an anchor that keeps many should not read them all.
	 * @param chain the chain's name
	 * @return the checkpoint, or empty if there is none or it cannot be read back
	 * @throws IOException if it cannot be read now
	 */
	default Optional<String> latest(String chain) throws IOException {
		List<String> notes = notes(chain);
		return notes.isEmpty() ? Optional.empty() : Optional.of(notes.get(notes.size() - 1));
	}

	/**
	 * Something that was kept.
	 *
	 * @param place where, as messages name it: a file, for example
	 * @param note the signed note, or {@code null} if it cannot be read
	 * @param fault why it cannot be read, or {@code null} if it can
	 */
	record Kept(String place, @Nullable String note, @Nullable String fault) {

	}

}
