/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.test;

import java.util.List;
import java.util.Set;
import java.util.function.Function;

import org.assertj.core.api.AbstractAssert;

/**
 * Assertions about what was recorded since the test began.
 *
 * @since 0.1.0
 */
public final class TrailAssert extends AbstractAssert<TrailAssert, RecordedEntries> {

	private final List<RecordedEntry> entries;

	private final Function<String, Set<String>> kinds;

	TrailAssert(RecordedEntries trail) {
		super(trail, TrailAssert.class);
		this.entries = trail.all();
		this.kinds = trail.kinds();
	}

	/**
	 * Checks that there is an entry. What follows says which.
	 * @return assertions that must all hold for one and the same entry
	 */
	public EntryAssert hasEntry() {
		return new EntryAssert(this.entries, this.kinds).narrowed(this);
	}

	/**
	 * Checks the number of entries.
	 * @param count how many there must be
	 * @return this
	 */
	public TrailAssert hasEntries(int count) {
		if (this.entries.size() != count) {
			failWithMessage("%s", "%nExpecting the trail to have %s%nbut %s".formatted(NearestEntries.number(count),
					NearestEntries.shown(this.entries)));
		}
		return this;
	}

	/**
	 * Checks that nothing was recorded.
	 * @return this
	 */
	public TrailAssert hasNoEntry() {
		return hasEntries(0);
	}

	/**
	 * Checks that an action was not recorded.
	 * @param action the action
	 * @return this
	 */
	public TrailAssert hasNoEntryOf(String action) {
		List<RecordedEntry> unwanted = this.entries.stream().filter((entry) -> entry.action().equals(action)).toList();
		if (!unwanted.isEmpty()) {
			failWithMessage("%s", "%nExpecting the trail to have no entry of %s%nbut %s".formatted(action,
					NearestEntries.shown(unwanted)));
		}
		return this;
	}

}
