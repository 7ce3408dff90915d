/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.security;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Failed logins from one place within a minute. Takes bounded memory, however many they
 * are.
 */
final class Attempts {

	private static final int MAX_NAMES = 20;

	private static final int MAX_NAME_LENGTH = 100;

	private final Set<String> names = new LinkedHashSet<>();

	private long seen;

	private long counted;

	private long unnamed;

	/**
	 * Whether one more is to be written by itself.
	 * @param limit how many are
	 * @return whether it is within the limit
	 */
	boolean admit(int limit) {
		return this.seen++ < limit;
	}

	/**
	 * Counts one that has no entry of its own.
	 * @param name the tried name
	 */
	void count(String name) {
		this.counted++;
		String kept = (name.length() > MAX_NAME_LENGTH) ? name.substring(0, MAX_NAME_LENGTH) + "…" : name;
		if (this.names.size() < MAX_NAMES || this.names.contains(kept)) {
			this.names.add(kept);
		}
		else {
			this.unnamed++;
		}
	}

	/**
	 * Counts what another one counted, too.
	 * @param other whose entry could not be written
	 */
	void addAll(Attempts other) {
		other.names.forEach((name) -> {
			count(name);
			this.counted--;
		});
		this.counted += other.counted;
		this.unnamed += other.unnamed;
	}

	long counted() {
		return this.counted;
	}

	/**
	 * The names that were tried.
	 * @return the first of them
	 */
	Set<String> names() {
		return this.names;
	}

	/**
	 * How many tried a name that {@link #names} does not list.
	 * @return how many
	 */
	long unnamed() {
		return this.unnamed;
	}

}
