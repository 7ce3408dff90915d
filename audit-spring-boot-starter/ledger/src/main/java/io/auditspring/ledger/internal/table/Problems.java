/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.auditspring.ledger.Problem;
import org.jspecify.annotations.Nullable;

/**
 * The problems of one chain: the first ones of each kind, and how many there are of it.
 * So a million bad rows take no more memory than a hundred, and one kind of damage does
 * not hide another.
 */
public final class Problems {

	public static final int MAX_PER_KIND = 100;

	private final String chain;

	private final List<Problem> first = new ArrayList<>();

	private final Map<Problem.Kind, Long> counts = new EnumMap<>(Problem.Kind.class);

	public Problems(String chain) {
		this.chain = chain;
	}

	public String chain() {
		return this.chain;
	}

	public void add(Problem.Kind kind, @Nullable Long seq, @Nullable UUID id, String what) {
		add(kind, seq, id, what, null, null);
	}

	public void add(Problem.Kind kind, @Nullable Long seq, @Nullable UUID id, String what, @Nullable String expected,
			@Nullable String found) {
		if (this.counts.merge(kind, 1L, Long::sum) <= MAX_PER_KIND) {
			this.first.add(new Problem(kind, this.chain, seq, id, what, expected, found));
		}
	}

	public List<Problem> first() {
		return this.first;
	}

	public Map<Problem.Kind, Long> counts() {
		return this.counts;
	}

}
