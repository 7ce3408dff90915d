/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.Entry;

/**
 * Appends entries to chains. Safe for use by any number of threads, instances and
 * services: each chain's head row lets one writer in at a time, in the order in which
 * they commit. What is for a chain that goes on under another name comes there: which one
 * that is the database knows.
 */
public final class LedgerWriter {

	private final ChainHeads heads;

	private final EntryRows rows;

	private final KnownEntries known;

	private final LongAdder appended = new LongAdder();

	/**
	 * Creates a writer.
	 * @param schema where the ledger is
	 */
	public LedgerWriter(Schema schema) {
		this.heads = new ChainHeads(schema);
		this.rows = new EntryRows(schema);
		this.known = new KnownEntries(schema);
	}

	/**
	 * Appends entries to a chain, as part of the transaction that is open on the
	 * connection. The chain is locked until that ends; a transaction that appends to
	 * several chains must take them in the order of their names, or it may deadlock with
	 * another one. Needs isolation level {@code READ COMMITTED}.
	 * @param connection a connection to PostgreSQL with auto-commit off; the caller
	 * commits
	 * @param chain the chain's name; it is begun if there is none
	 * @param entries the entries, in their order; all share one time of recording
	 * @throws SQLException if the database refuses an entry, or fails; the transaction
	 * can then only be rolled back
	 * @throws IllegalStateException if auto-commit is on
	 */
	public void append(Connection connection, String chain, List<Entry> entries) throws SQLException {
		if (!entries.isEmpty()) {
			write(connection, lock(connection, chain), entries);
		}
	}

	/**
	 * Appends entries to a chain that this transaction has claimed, and to which it has
	 * not appended since.
	 * @param connection the connection
	 * @param claimed what {@link #claim} gave
	 * @param entries the entries, in their order
	 * @throws SQLException if the database refuses an entry, or fails
	 */
	public void append(Connection connection, ChainHead claimed, List<Entry> entries) throws SQLException {
		if (!entries.isEmpty()) {
			write(connection, claimed, entries);
		}
	}

	/**
	 * Appends those entries to a chain that are not in the ledger yet: for a repetition
	 * after a commit whose answer was lost. The lock on the chain makes it wait for the
	 * end of the earlier transaction.
	 * @param connection a connection to PostgreSQL with auto-commit off; the caller
	 * commits
	 * @param chain the chain's name; it is begun if there is none
	 * @param entries the entries, in their order
	 * @throws SQLException if the database refuses an entry, or fails
	 * @throws IllegalStateException if auto-commit is on
	 * @see #append
	 */
	public void appendMissing(Connection connection, String chain, List<Entry> entries) throws SQLException {
		if (!entries.isEmpty()) {
			ChainHead head = lock(connection, chain);
			Set<UUID> known = this.known.of(connection, entries);
			List<Entry> missing = entries.stream().filter((entry) -> known.add(entry.id())).toList();
			if (!missing.isEmpty()) {
				write(connection, head, missing);
			}
		}
	}

	private void write(Connection connection, ChainHead head, List<Entry> entries) throws SQLException {
		this.rows.append(connection, head, entries);
		this.appended.add(entries.size());
	}

	/**
	 * How many entries it appended, also in transactions that have not committed.
	 * @return the number since it was made
	 */
	public long appended() {
		return this.appended.sum();
	}

	/**
	 * Waits for the right to append to a chain; it lasts until the transaction ends.
	 * @param connection a connection to PostgreSQL with auto-commit off
	 * @param chain the chain's name; it is begun if there is none
	 * @return where it ends
	 * @throws SQLException if the database fails
	 */
	public ChainHead claim(Connection connection, String chain) throws SQLException {
		return lock(connection, chain);
	}

	private ChainHead lock(Connection connection, String chain) throws SQLException {
		if (connection.getAutoCommit()) {
			throw new IllegalStateException(
					"Entries are appended within a transaction: switch auto-commit off before, and commit after");
		}
		return this.heads.lock(connection, chain);
	}

	/**
	 * Finds out which ledger a chain is of. Waits for nobody who appends to it.
	 * @param connection a connection to PostgreSQL
	 * @param chain the chain's name; it is begun if there is none
	 * @return the ledger's id
	 * @throws SQLException if the database fails
	 */
	public UUID ledgerId(Connection connection, String chain) throws SQLException {
		return this.heads.ledgerId(connection, chain);
	}

	/**
	 * Whether the ledger holds an entry.
	 * @param connection a connection to PostgreSQL
	 * @param entry the entry's id
	 * @return whether it does
	 * @throws SQLException if the database fails
	 */
	public boolean holds(Connection connection, UUID entry) throws SQLException {
		return this.known.holds(connection, entry);
	}

}
