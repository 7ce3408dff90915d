/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.verify;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import io.auditspring.ledger.Problem;

/**
 * What verifying selected entries found.
 *
 * @since 0.1.0
 */
@JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.ANY)
public final class SelectionVerification {

	private final boolean valid;

	private final String selection;

	private final long entries;

	private final long proved;

	private final long erased;

	private final List<Problem> problems;

	SelectionVerification(boolean valid, String selection, long entries, long proved, long erased,
			List<Problem> problems) {
		this.valid = valid;
		this.selection = selection;
		this.entries = entries;
		this.proved = proved;
		this.erased = erased;
		this.problems = List.copyOf(problems);
	}

	/**
	 * Whether each is as it was written, as far as that can be told.
	 * @return whether there are no problems
	 */
	public boolean valid() {
		return this.valid;
	}

	/**
	 * Which entries these are, as the export says; nothing proves it.
	 * @return the export's own words
	 */
	public String selection() {
		return this.selection;
	}

	/**
	 * How many entries there are.
	 * @return their number
	 */
	public long entries() {
		return this.entries;
	}

	/**
	 * How many of them are under a checkpoint.
	 * @return their number
	 */
	public long proved() {
		return this.proved;
	}

	/**
	 * How many of them have an erased group, whose record is elsewhere.
	 * @return their number
	 */
	public long erased() {
		return this.erased;
	}

	/**
	 * What is wrong.
	 * @return the first problems of each kind
	 */
	public List<Problem> problems() {
		return this.problems;
	}

	/**
	 * Whether something speaks against an entry, and not only against what was kept
	 * elsewhere.
	 * @return whether there is a problem of a kind that accuses
	 */
	public boolean tampered() {
		return this.problems.stream().anyMatch((problem) -> problem.kind().accuses());
	}

}
