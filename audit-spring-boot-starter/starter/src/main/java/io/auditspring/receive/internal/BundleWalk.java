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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

import io.auditspring.ledger.Problem;
import io.auditspring.ledger.internal.chain.ChainWalk;
import io.auditspring.ledger.internal.chain.PartitionCheck;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.ControlEntry;
import io.auditspring.ledger.internal.table.StoredEntry;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the new entries of a bundle: verifies each by itself and behind the one
 * before, and appends them in portions, so that memory stays flat however many there are.
 * While the database takes a portion the next one is verified.
 */
final class BundleWalk {

	private static final int PORTION = 500;

	private final ReceivedTables tables;

	private final RefusedGroups quarantine;

	private final Connection connection;

	private final ReceivedHead head;

	private final CompactRange tree;

	private final ChainWalk walk;

	private final Executor writer;

	private List<StoredEntry> portion = new ArrayList<>(PORTION);

	private @Nullable Writing writing;

	private final Set<YearMonth> months = new TreeSet<>();

	/** What entries say that were appended. */
	private final List<ControlEntry.Redaction> redactions = new ArrayList<>();

	/** What those of the portion say. */
	private List<ControlEntry.Redaction> noted = new ArrayList<>();

	private final List<ControlEntry.Retirement> retirements = new ArrayList<>();

	private final Redacting redacting;

	private boolean erased;

	/**
	 * What the database is about to take. Nothing else uses the connection meanwhile.
	 *
	 * @param entries the entries
	 * @param redactions what they say that is erased
	 * @param refusal why it refuses one of them, or {@code null}
	 */
	private record Writing(List<StoredEntry> entries, List<ControlEntry.Redaction> redactions,
			CompletableFuture<@Nullable SQLException> refusal) {

	}

	BundleWalk(ReceivedTables tables, RefusedGroups quarantine, Connection connection, ReceivedHead head,
			CompactRange tree, Redacting redacting, Executor writer) {
		this.writer = writer;
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
			prepare();
			this.writing = write();
			this.portion = new ArrayList<>(PORTION);
			this.noted = new ArrayList<>();
		}
	}

	private Writing write() {
		Writing writing = new Writing(this.portion, this.noted, new CompletableFuture<>());
		this.writer.execute(() -> {
			try {
				writing.refusal().complete(this.quarantine.tryToAppend(this.connection, writing.entries()));
			}
			catch (Throwable ex) {
				writing.refusal().completeExceptionally(ex);
			}
		});
		return writing;
	}

	private void awaitWritten() throws SQLException {
		Writing last = this.writing;
		this.writing = null;
		if (last == null) {
			return;
		}
		try {
			SQLException refusal = last.refusal().join();
			if (refusal != null) {
				this.quarantine.append(this.connection, this.head.chain(), last.entries(), refusal);
			}
		}
		catch (CompletionException ex) {
			if (ex.getCause() instanceof SQLException failure) {
				throw failure;
			}
			if (ex.getCause() instanceof Error error) {
				throw error;
			}
			throw ex;
		}
		this.redactions.addAll(last.redactions());
		if (this.redactions.size() >= PORTION) {
			redact();
		}
	}

	/** Leaves the connection to whoever goes on, or rolls back, whatever became of it. */
	void leave() {
		Writing last = this.writing;
		if (last != null) {
			last.refusal().exceptionally((failure) -> null).join();
		}
	}

	private void note(CheckedEntry entry) {
		this.erased = this.erased || !entry.redactedGroups().isEmpty();
		if (entry.controlEntry() instanceof ControlEntry.Redaction redaction
				&& Succession.isOf(redaction.chain(), this.head.chain())) {
			this.noted.add(redaction);
		}
		else if (entry.controlEntry() instanceof ControlEntry.Retirement retirement) {
			this.retirements.add(retirement);
		}
	}

	/** Makes room for the portion. */
	private void prepare() throws SQLException {
		awaitWritten();
		Set<YearMonth> missing = new TreeSet<>();
		for (StoredEntry entry : this.portion) {
			missing.add(YearMonth.from(Objects.requireNonNull(entry.place().recordedAt()).atOffset(ZoneOffset.UTC)));
		}
		missing.removeAll(this.months);
		if (!missing.isEmpty()) {
			this.tables.ensureMonths(this.connection, this.head.chain(), missing);
			this.months.addAll(missing);
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
		prepare();
		if (!this.portion.isEmpty()) {
			this.quarantine.append(this.connection, this.head.chain(), this.portion);
		}
		this.redactions.addAll(this.noted);
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
