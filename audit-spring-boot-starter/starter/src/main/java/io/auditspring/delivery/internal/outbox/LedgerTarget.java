/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.outbox;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

import javax.sql.DataSource;

import io.auditspring.database.internal.TimeLimits;
import io.auditspring.database.internal.Transactions;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.ChainHead;
import io.auditspring.ledger.internal.table.LedgerWriter;
import org.jspecify.annotations.Nullable;

/**
 * Where staged entries go: to the same database within the same transaction, or to
 * another one in a transaction of its own, which is committed first. What dies between
 * the two commits makes the entries come a second time, so there they are looked for.
 */
final class LedgerTarget {

	private final @Nullable DataSource other;

	private final LedgerWriter ledger;

	private final Outbox outbox;

	private final String chain;

	LedgerTarget(@Nullable DataSource other, LedgerWriter ledger, Outbox outbox, String chain) {
		this.other = other;
		this.ledger = ledger;
		this.outbox = outbox;
		this.chain = chain;
	}

	/**
	 * Waits for the right to append, before rows are taken: two relays that took rows
	 * first could append later ones before earlier ones. With a ledger elsewhere there is
	 * no such order between instances.
	 * @param outbox the connection whose transaction will append
	 * @return the head that was claimed, or {@code null} with a ledger elsewhere
	 * @throws SQLException when the database fails
	 */
	@Nullable ChainHead claim(Connection outbox) throws SQLException {
		return (this.other == null) ? this.ledger.claim(outbox, this.chain) : null;
	}

	/**
	 * Appends entries.
	 * @param outbox the connection from whose transaction they come
	 * @param claimed the head that it has claimed, or {@code null} where it has not
	 * @param entries the entries
	 * @param limits how long that may take elsewhere
	 * @throws SQLException when the database fails, or refuses an entry
	 */
	void append(Connection outbox, @Nullable ChainHead claimed, List<Entry> entries, TimeLimits limits)
			throws SQLException {
		if (claimed != null) {
			this.ledger.append(outbox, claimed, entries);
		}
		else if (this.other == null) {
			this.ledger.append(outbox, this.chain, entries);
		}
		else if (!entries.isEmpty()) {
			Transactions.run(this.other, limits, (own) -> {
				this.ledger.appendMissing(own, this.chain, entries);
				return true;
			});
		}
	}

	/**
	 * Moves a row from the outbox into quarantine. Where that is in another database, a
	 * row that is too large to be read comes there in parts.
	 * @param outbox a connection with an open transaction
	 * @param row the row's id
	 * @param entries what it holds, or {@code null} where that is not read
	 * @param reason why
	 * @return how many rows were taken out of the outbox; none where somebody else has
	 * moved it
	 * @throws SQLException when the database refuses
	 */
	int setAside(Connection outbox, long row, @Nullable String entries, String reason) throws SQLException {
		DataSource other = this.other;
		if (other == null) {
			return this.outbox.setAside(outbox, row, reason);
		}
		if (entries == null) {
			setAsideInParts(outbox, other, row, reason);
			return this.outbox.takeOne(outbox, row).size();
		}
		int taken = this.outbox.takeOne(outbox, row).size();
		if (taken > 0) {
			quarantine(other, entries, reason);
		}
		return taken;
	}

	private void setAsideInParts(Connection outbox, DataSource other, long row, String reason) throws SQLException {
		String piece = this.outbox.piece(outbox, row, 0);
		for (int part = 0; !piece.isEmpty(); piece = this.outbox.piece(outbox, row, ++part)) {
			quarantine(other, piece, "%s. Part %s".formatted(reason, part + 1));
		}
	}

	private void quarantine(DataSource database, String entries, String reason) throws SQLException {
		Transactions.run(database, TimeLimits.PATIENT, (own) -> this.outbox.quarantine(own, entries, reason));
	}

	/**
	 * The same for another chain.
	 * @param chain the chain
	 * @param outbox its rows
	 * @return where they go
	 */
	LedgerTarget of(String chain, Outbox outbox) {
		return new LedgerTarget(this.other, this.ledger, outbox, chain);
	}

}
