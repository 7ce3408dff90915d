/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import io.auditspring.ledger.Problem;
import io.auditspring.ledger.internal.chain.ChainWalk;
import io.auditspring.ledger.internal.chain.PartitionCheck;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.ControlEntry;
import io.auditspring.ledger.internal.table.StoredEntry;

/**
 * Goes through the new entries of a bundle: verifies each by itself and behind the one
 * before, and appends them in portions, so that memory stays flat however many there are.
 */
final class BundleWalk {

	private static final int PORTION = 500;

	private final ReceivedTables tables;

	private final RefusedGroups quarantine;

	private final Connection connection;

	private final ReceivedHead head;

	private final CompactRange tree;

	private final ChainWalk walk;

	private final List<StoredEntry> portion = new ArrayList<>(PORTION);

	private final Set<YearMonth> months = new TreeSet<>();

	private final List<ControlEntry.Redaction> redactions = new ArrayList<>();

	private final List<ControlEntry.Retirement> retirements = new ArrayList<>();

	private final Redacting redacting;

	private boolean erased;

	BundleWalk(ReceivedTables tables, RefusedGroups quarantine, Connection connection, ReceivedHead head,
			CompactRange tree, Redacting redacting) {
		this.redacting = redacting;
		this.tables = tables;
		this.quarantine = quarantine;
		this.connection = connection;
		this.head = head;
		this.tree = tree;
		this.walk = new ChainWalk(null, PartitionCheck.NONE, (kind, seq, id, what, expected, found) -> {
			throw fault(kind,
					"entry %s of chain '%s' is not as its source wrote it: %s".formatted(seq, head.chain(), what));
		});
		this.walk.goOn(head.size(), head.hash(), head.recordedAt());
	}

	/**
	 * Erases what entries say that it is.
	 */
	interface Redacting {

		void redact(List<ControlEntry.Redaction> redactions) throws SQLException;

	}

	private static ReceptionException fault(Problem.Kind kind, String what) {
		return (kind == Problem.Kind.VERSION)
				? new ReceptionException(Reception.Kind.PAUSED, what + "; upgrade this application first")
				: ReceptionException.refused(what);
	}

	void accept(StoredEntry entry) throws SQLException {
		StoredEntry.Place place = entry.place();
		if (!this.head.chain().equals(entry.core().chain())) {
			throw ReceptionException.refused("entry %s is one of chain '%s', not of '%s'".formatted(place.seq(),
					entry.core().chain(), this.head.chain()));
		}
		CheckedEntry checked = CheckedEntry.of(entry);
		this.walk.accept(checked);
		if (Objects.requireNonNull(place.recordedAt()).isAfter(this.head.now())) {
			throw new ReceptionException(Reception.Kind.DELAYED,
					"entry %s of chain '%s' was recorded at %s, which is ahead of the clock here (%s)"
						.formatted(place.seq(), this.head.chain(), place.recordedAt(), this.head.now()));
		}
		note(checked);
		this.tree.append(place.hash(), (full) -> {
		});
		this.portion.add(entry);
		if (this.portion.size() == PORTION) {
			flush();
		}
	}

	private void note(CheckedEntry entry) {
		this.erased = this.erased || !entry.redactedGroups().isEmpty();
		if (entry.controlEntry() instanceof ControlEntry.Redaction redaction
				&& Succession.isOf(redaction.chain(), this.head.chain())) {
			this.redactions.add(redaction);
		}
		else if (entry.controlEntry() instanceof ControlEntry.Retirement retirement) {
			this.retirements.add(retirement);
		}
	}

	private void flush() throws SQLException {
		Set<YearMonth> missing = new TreeSet<>();
		for (StoredEntry entry : this.portion) {
			missing.add(YearMonth.from(Objects.requireNonNull(entry.place().recordedAt()).atOffset(ZoneOffset.UTC)));
		}
		missing.removeAll(this.months);
		if (!missing.isEmpty()) {
			this.tables.ensureMonths(this.connection, this.head.chain(), missing);
			this.months.addAll(missing);
		}
		this.quarantine.append(this.connection, this.head.chain(), this.portion);
		this.portion.clear();
		if (this.redactions.size() >= PORTION) {
			redact();
		}
	}

	/** Erases what its source has erased since the entries came here. */
	void redact() throws SQLException {
		this.redacting.redact(this.redactions);
		this.redactions.clear();
	}

	/**
	 * Ends at the size that is signed.
	 * @param size the size
	 * @throws SQLException if the database refuses an entry, or fails
	 */
	void end(long size) throws SQLException {
		this.walk.endsBefore(size);
		if (this.tree.size() > size) {
			throw ReceptionException.refused("it has entries behind the %s that are signed".formatted(size));
		}
		if (!this.portion.isEmpty()) {
			flush();
		}
	}

	byte[] last() {
		return Arrays.copyOf(Objects.requireNonNull(this.walk.previousHash()), this.head.hash().length);
	}

	List<ControlEntry.Retirement> retirements() {
		return this.retirements;
	}

	/**
	 * Who erases says so: an erasure must be declared by the end of the bundle.
	 * @param later the chains that go on in the place of this one, and may say so, too
	 * @throws SQLException if the database fails
	 */
	void requireDeclared(List<String> later) throws SQLException {
		Long seq = this.erased ? this.tables.undeclared(this.connection, this.head, later) : null;
		if (seq != null) {
			throw new ReceptionException(Reception.Kind.INCOMPLETE,
					"something of entry %s of chain '%s' is erased, and no entry that came with it says so"
						.formatted(seq, this.head.chain()));
		}
	}

}
