package io.auditspring.ledger;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * The problems of one chain: the first ones of each kind, and how many there are of it.
 * So a million bad rows take no more memory than a hundred, and one kind of damage does
 * not hide another.
 */
final class Problems {

	static final int MAX_PER_KIND = 100;

	private final String chain;

	private final List<Problem> first = new ArrayList<>();

	private final Map<Problem.Kind, Long> counts = new EnumMap<>(Problem.Kind.class);

	Problems(String chain) {
		this.chain = chain;
	}

	String chain() {
		return this.chain;
	}

	void add(Problem.Kind kind, @Nullable Long seq, @Nullable UUID id, String what) {
		add(kind, seq, id, what, null, null);
	}

	void add(Problem.Kind kind, @Nullable Long seq, @Nullable UUID id, String what, @Nullable String expected,
			@Nullable String found) {
		if (this.counts.merge(kind, 1L, Long::sum) <= MAX_PER_KIND) {
			this.first.add(new Problem(kind, this.chain, seq, id, what, expected, found));
		}
	}

	List<Problem> first() {
		return this.first;
	}

	Map<Problem.Kind, Long> counts() {
		return this.counts;
	}

}
