/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.verify;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import io.auditspring.ledger.Problem;
import org.jspecify.annotations.Nullable;

/**
 * What verifying a chain found.
 *
 * @since 0.1.0
 */
@JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.ANY)
public final class ChainVerification {

	private final String chain;

	private final boolean received;

	private final long from;

	private final List<String> retiredBy;

	private final long size;

	private final long entries;

	private final @Nullable String root;

	private final long checkpoints;

	private final @Nullable Long checkpointSize;

	private final List<Problem> problems;

	private final Map<Problem.Kind, Long> counts;

	/**
	 * Says what was found.
	 * @param chain the chain's name
	 * @param received whether another ledger appends to it
	 * @param from where entries were read from
	 * @param retiredBy which chains say that its oldest entries were retired
	 * @param size where the chain ends
	 * @param entries how many entries were read
	 * @param root the Merkle root over all of them in hexadecimal digits, or {@code null}
	 * if some hashes are unknown
	 * @param checkpoints how many checkpoints were compared
	 * @param checkpointSize the size of the last one that is signed and true, or
	 * {@code null} if there is none
	 * @param problems the first problems of each kind
	 * @param counts how many there are of each kind
	 */
	public ChainVerification(String chain, boolean received, long from, List<String> retiredBy, long size, long entries,
			@Nullable String root, long checkpoints, @Nullable Long checkpointSize, List<Problem> problems,
			Map<Problem.Kind, Long> counts) {
		this.chain = chain;
		this.received = received;
		this.from = from;
		this.retiredBy = List.copyOf(retiredBy);
		this.size = size;
		this.entries = entries;
		this.root = root;
		this.checkpoints = checkpoints;
		this.checkpointSize = checkpointSize;
		this.problems = List.copyOf(problems);
		this.counts = counts.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(counts));
	}

	/**
	 * Which chain it is.
	 * @return the chain's name
	 */
	public String chain() {
		return this.chain;
	}

	/**
	 * Whether it is a chain of another ledger, which was received from there.
	 * @return whether what was verified says so
	 */
	public boolean received() {
		return this.received;
	}

	/**
	 * Which chains say that its oldest entries were retired, and signed that where keys
	 * are known.
	 * @return their names, sorted; empty if none does, or it was an archive that was
	 * verified
	 */
	public List<String> retiredBy() {
		return this.retiredBy;
	}

	/**
	 * From where on entries were read.
	 * @return the first {@code seq}: 0, unless those before are retired, or were verified
	 * by an earlier run
	 */
	public long from() {
		return this.from;
	}

	/**
	 * Where the chain ends.
	 * @return the last entry's {@code seq} and one
	 */
	public long size() {
		return this.size;
	}

	/**
	 * How many entries were read.
	 * @return their number
	 */
	public long entries() {
		return this.entries;
	}

	/**
	 * The Merkle root (RFC 6962) over the hashes of all {@link #size()} entries.
	 * @return lower-case hexadecimal digits; {@code null} if some hashes are unknown
	 */
	public @Nullable String root() {
		return this.root;
	}

	/**
	 * How many checkpoints were compared with the entries.
	 * @return their number
	 */
	public long checkpoints() {
		return this.checkpoints;
	}

	/**
	 * How far the chain is signed: the last of those checkpoints that is signed by a
	 * trusted key and true.
	 * @return the number of entries in it, or {@code null} if there is none
	 */
	public @Nullable Long checkpointSize() {
		return this.checkpointSize;
	}

	/**
	 * What is wrong with the chain.
	 * @return the first problems of each kind; empty if it is as it was written
	 */
	public List<Problem> problems() {
		return this.problems;
	}

	/**
	 * How many problems there are.
	 * @return the number of each kind
	 */
	public Map<Problem.Kind, Long> counts() {
		return this.counts;
	}

	ChainVerification with(Problem problem) {
		List<Problem> more = new ArrayList<>(this.problems);
		more.add(problem);
		Map<Problem.Kind, Long> counted = new HashMap<>(this.counts);
		counted.merge(problem.kind(), 1L, Long::sum);
		return new ChainVerification(this.chain, this.received, this.from, this.retiredBy, this.size, this.entries,
				this.root, this.checkpoints, this.checkpointSize, more, counted);
	}

	/**
	 * Whether the chain is as it was written.
	 * @return whether there are no problems
	 */
	public boolean valid() {
		return this.problems.isEmpty();
	}

	/**
	 * Whether something speaks against the chain, and not only against what was kept of
	 * it elsewhere. A chain may be neither valid nor tampered with: then not all that
	 * should have been compared could be.
	 * @return whether there is a problem of a kind that accuses
	 */
	public boolean tampered() {
		return this.counts.keySet().stream().anyMatch(Problem.Kind::accuses);
	}

	/**
	 * What is said of a chain where there is none.
	 * @param chain the chain's name
	 * @return a result without entries
	 */
	public static ChainVerification empty(String chain) {
		return new ChainVerification(chain, false, 0, List.of(), 0, 0, null, 0, null, List.of(), Map.of());
	}

	@Override
	public String toString() {
		return "%s [%s, %s): %s".formatted(this.chain, this.from, this.size, valid() ? "valid" : this.problems);
	}

}
