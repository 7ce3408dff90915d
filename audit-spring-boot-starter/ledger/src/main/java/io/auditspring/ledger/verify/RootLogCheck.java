/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.verify;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

import io.auditspring.ledger.Problem;
import io.auditspring.ledger.checkpoint.RootHead;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.merkle.Sha256;
import io.auditspring.ledger.internal.table.Problems;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.internal.tree.RootMap;
import io.auditspring.ledger.internal.tree.RootRows;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the root log: whether each of its entries is about the heads that are
 * stored beside it, and none of them goes back.
 */
final class RootLogCheck {

	private static final HexFormat HEX = HexFormat.of();

	private final LedgerSource source;

	private final RootRows rows;

	private final Problems problems;

	/** The first entry that there is: those before are retired. */
	private final long first;

	private final RootMap map;

	/** The heads that moved with the entry that is looked at. */
	private final List<RootHead> moved = new ArrayList<>();

	private RootRows.@Nullable Entry entry;

	RootLogCheck(LedgerSource source, Problems problems, long from) throws SQLException {
		this.source = source;
		this.rows = source.roots();
		this.problems = problems;
		this.first = source.tables().next(RootRows.CHAIN, 0);
		this.map = this.rows.before(from);
	}

	/**
	 * Checks the root log.
	 * @param source where from
	 * @param problems takes what is wrong
	 * @param from the first entry that was not verified before
	 * @param size how many entries it has
	 * @throws SQLException if the database fails
	 */
	static void run(LedgerSource source, Problems problems, long from, long size) throws SQLException {
		if (!source.roots().present() && size > 0) {
			problems.add(Problem.Kind.ROOT_LOG, null, null,
					"the table audit_root_head is gone: what the root log says of other chains is unknown");
		}
		else if (source.roots().present()) {
			RootLogCheck check = new RootLogCheck(source, problems, from);
			source.roots().moves(from, check::accept);
			check.ended();
			source.roots()
				.entriesWithoutHeads(from,
						(entry) -> check.add(entry, "no head is stored that moved when it was made"));
			check.checkComplete();
		}
	}

	private void accept(RootRows.Entry entry, RootHead head) {
		if (this.entry == null || this.entry.seq() != entry.seq()) {
			ended();
			this.entry = entry;
		}
		this.moved.add(head);
	}

	/** All heads of an entry are there. */
	private void ended() {
		RootRows.Entry entry = this.entry;
		if (entry == null) {
			return;
		}
		this.moved.sort((one, other) -> RootHead.ORDER.compare(one.chain(), other.chain()));
		for (RootHead head : this.moved) {
			checkMove(entry, head);
			this.map.put(head);
		}
		if (entry.id() != null) {
			checkEntry(entry);
		}
		else if (entry.seq() >= this.first) {
			add(entry, "heads are stored of an entry that the root log does not have");
		}
		this.moved.clear();
		this.entry = null;
	}

	private void checkMove(RootRows.Entry entry, RootHead head) {
		RootHead before = this.map.head(head.chain());
		if (before != null && before.closed()) {
			add(entry, "chain '%s' was closed, and moved".formatted(head.chain()));
		}
		else if (before != null && (before.size() > head.size() || (before.size() == head.size() && !head.closed()))) {
			add(entry, "chain '%s' went from %s entries to %s".formatted(head.chain(), before.size(), head.size()));
		}
	}

	private void checkEntry(RootRows.Entry entry) {
		compare(entry, "the root over the heads of all chains", HEX.formatHex(this.map.root()), entry.map());
		String heads = this.moved.stream().map(RootHead::canonical).collect(Collectors.joining(",", "[", "]"));
		String expected = "{\"chains\":%s,\"heads\":\"%s\"}".formatted(this.map.size(),
				HEX.formatHex(Sha256.hash(Sha256.utf8(heads))));
		compare(entry, "what it says of the heads that moved", expected,
				(entry.metadata() != null) ? CanonicalJson.parseStored(entry.metadata()).toString() : null);
	}

	private void compare(RootRows.Entry entry, String what, String expected, @Nullable String found) {
		if (!expected.equals(found)) {
			this.problems.add(Problem.Kind.ROOT_LOG, entry.seq(), entry.id(),
					"%s differs from the heads that are stored".formatted(what), expected, found);
		}
	}

	/**
	 * Whoever begins a chain waits for an entry of the root log that is just made, and is
	 * waited for by the next one.
	 */
	private void checkComplete() throws SQLException {
		Instant last = this.rows.lastEntry();
		if (last == null) {
			return;
		}
		Set<String> others = new TreeSet<>(this.source.tables().chains());
		others.remove(RootRows.CHAIN);
		for (String chain : others) {
			Instant begun = (this.map.head(chain) == null) ? begun(chain) : null;
			if (begun != null && begun.isBefore(last)) {
				this.problems.add(Problem.Kind.ROOT_LOG, null, null,
						"chain '%s' had begun when the last entry was made, and is in none".formatted(chain));
			}
		}
	}

	/** Entries of other ledgers were recorded there, before the chain was begun here. */
	private @Nullable Instant begun(String chain) throws SQLException {
		StoredEntry.Place first = this.source.entries().place(chain, this.source.tables().next(chain, 0));
		if (first == null) {
			return null;
		}
		return this.source.tables().isReceived(chain) ? this.source.tables().registered(chain) : first.recordedAt();
	}

	private void add(RootRows.Entry entry, String what) {
		this.problems.add(Problem.Kind.ROOT_LOG, entry.seq(), entry.id(), what);
	}

}
