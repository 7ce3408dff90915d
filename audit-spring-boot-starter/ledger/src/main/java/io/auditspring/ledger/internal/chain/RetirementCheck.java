/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.chain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

import io.auditspring.ledger.Problem;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.internal.table.ControlEntry;
import io.auditspring.ledger.internal.table.Problems;
import org.jspecify.annotations.Nullable;

/**
 * Whether a chain that does not begin with entry 0 has entries which say that those
 * before its beginning were retired. Of long ago, these entries are retired themselves:
 * so they must lead up to the beginning without a gap, but need not go back to entry 0.
 */
public final class RetirementCheck {

	private final Problems problems;

	private final byte @Nullable [] genesis;

	private final List<Entered> retirements = new ArrayList<>();

	/**
	 * A retirement entry.
	 *
	 * @param by the chain it is in
	 * @param seq its place, or {@code null} if it is in another chain
	 * @param id its id
	 * @param retirement what it says
	 * @param covered whether it is in another chain, and a checkpoint of a trusted key
	 * covers it there
	 */
	private record Entered(String by, @Nullable Long seq, @Nullable UUID id, ControlEntry.Retirement retirement,
			boolean covered) {

	}

	public RetirementCheck(Problems problems, byte @Nullable [] genesis) {
		this.problems = problems;
		this.genesis = genesis;
	}

	public void entry(String by, @Nullable Long seq, @Nullable UUID id, ControlEntry.Retirement retirement) {
		this.retirements.add(new Entered(by, seq, id, retirement, false));
	}

	/**
	 * Takes an entry of another chain.
	 * @param by that chain
	 * @param id the entry's id
	 * @param retirement what it says
	 * @param covered whether a checkpoint of a trusted key covers it there
	 */
	public void entryElsewhere(String by, @Nullable UUID id, ControlEntry.Retirement retirement, boolean covered) {
		this.retirements.add(new Entered(by, null, id, retirement, covered));
	}

	/**
	 * Which chains say that entries were retired.
	 * @return their names, sorted
	 */
	public List<String> by() {
		return this.retirements.stream().map(Entered::by).distinct().sorted().toList();
	}

	/**
	 * Whether entries up to an end are said to be retired.
	 * @param end one more than the last one's place
	 * @return whether they are
	 */
	public boolean reach(long end) {
		return this.retirements.stream().anyMatch((entered) -> entered.retirement().lastSeq() == end - 1);
	}

	/**
	 * Compares what was entered with where the chain begins.
	 * @param from the first entry's place
	 * @param prevHash what the first entry follows
	 */
	public void finish(long from, byte[] prevHash) {
		this.retirements.sort(Comparator.comparingLong((entered) -> entered.retirement().firstSeq()));
		long next = this.retirements.isEmpty() ? 0 : Math.max(this.retirements.get(0).retirement().firstSeq(), 0);
		String hash = (next == 0 && this.genesis != null) ? HexFormat.of().formatHex(this.genesis) : null;
		for (Entered entered : this.retirements) {
			check(entered, next, hash, from);
			next = Math.max(next, entered.retirement().lastSeq() + 1);
			hash = entered.retirement().lastHash();
		}
		if (next < from) {
			addMissing(next, from);
		}
		else if (next == from && hash != null && from > 0 && !hash.equals(HexFormat.of().formatHex(prevHash))) {
			this.problems.add(Problem.Kind.LINK, from, null,
					"prev_hash does not match the hash of the last retired entry", hash,
					HexFormat.of().formatHex(prevHash));
		}
	}

	/**
	 * Checks that somebody trusted signed what was entered.
	 * @param keys whose signatures count
	 * @param covered up to where a checkpoint of a trusted key covers the entries: there
	 * a signature of a key that leaked later counts, too
	 */
	public void checkSignatures(TrustedKeys keys, long covered) {
		for (Entered entered : this.retirements) {
			ControlEntry.Retirement retirement = entered.retirement();
			boolean isCovered = entered.covered() || (entered.seq() != null && entered.seq() < covered);
			if (!retirement.isSignedBy(keys) && !(isCovered && retirement.isSignedBy(keys.ofRetired()))) {
				this.problems.add(Problem.Kind.SIGNATURE, entered.seq(), entered.id(),
						"it says that entries %s to %s are retired, but is not signed by a trusted key"
							.formatted(retirement.firstSeq(), retirement.lastSeq()));
			}
		}
	}

	private void check(Entered entered, long next, @Nullable String hash, long from) {
		ControlEntry.Retirement retirement = entered.retirement();
		String range = "entries %s to %s".formatted(retirement.firstSeq(), retirement.lastSeq());
		if (retirement.lastSeq() >= from || retirement.lastSeq() < retirement.firstSeq()) {
			add(entered, "it says that %s are retired, but the chain begins with entry %s".formatted(range, from));
		}
		else if (retirement.firstSeq() < next) {
			add(entered, "it says that %s are retired, of which some were retired before".formatted(range));
		}
		else if (retirement.firstSeq() > next) {
			addMissing(next, retirement.firstSeq());
		}
		else if (hash != null && !hash.equals(retirement.firstPrevHash())) {
			add(entered, "it says that %s are retired, but they do not follow the entry before".formatted(range));
		}
	}

	private void add(Entered entered, String what) {
		this.problems.add(Problem.Kind.RETIREMENT, entered.seq(), entered.id(), what);
	}

	private void addMissing(long from, long end) {
		this.problems.add(Problem.Kind.MISSING, from, null, ChainWalk.missing(from, end) + ", and not retired");
	}

}
