/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

/**
 * There are two checkpoints of one log that contradict each other. Both are signed, so
 * together they prove that the ledger was changed, restored or forked.
 *
 * @since 0.1.0
 */
public class SplitViewException extends CheckpointRefusedException {

	private static final long serialVersionUID = 1L;

	private final String known;

	private final String other;

	/**
	 * Creates the exception.
	 * @param what what contradicts
	 * @param known the note that was known before
	 * @param other the note, or its text, that contradicts it
	 */
	public SplitViewException(String what, String known, String other) {
		super("%s. Known before:%n%s%nNow:%n%s".formatted(what, known, other));
		this.known = known;
		this.other = other;
	}

	/**
	 * The note that was known before.
	 * @return a signed note
	 */
	public String known() {
		return this.known;
	}

	/**
	 * What contradicts it.
	 * @return a signed note, or the text that would have been signed
	 */
	public String other() {
		return this.other;
	}

}
