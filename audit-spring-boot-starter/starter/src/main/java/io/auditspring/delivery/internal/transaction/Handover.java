/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.sql.Connection;
import java.util.List;

import javax.sql.DataSource;

import io.auditspring.Delivery;
import io.auditspring.database.internal.BoundConnections;
import io.auditspring.database.internal.StagedRow;
import io.auditspring.ledger.internal.entry.Entry;
import org.jspecify.annotations.Nullable;

/**
 * Where entries go when they are complete.
 */
public interface Handover {

	/**
	 * The database whose transactions are audited.
	 * @return connections to it
	 */
	DataSource dataSource();

	/**
	 * What a thread has bound to that database.
	 * @return its sessions and connections
	 */
	BoundConnections bound();

	/**
	 * Stages entries in a business transaction that is about to commit.
	 * @param connection the transaction's connection
	 * @param entries the entries, at least one
	 * @return their row, or {@code null} if they are to be delivered when the transaction
	 * has committed
	 */
	@Nullable StagedRow stage(Connection connection, List<Entry> entries);

	/**
	 * Says that a business transaction with staged entries has committed.
	 * @param row the row of one of them, or {@code null} if none were staged
	 * @param transactional how many of them need only be staged
	 * @param chained how many of them must reach the ledger before the call returns
	 */
	void committed(@Nullable StagedRow row, int transactional, int chained);

	/**
	 * Delivers an asynchronous entry if nobody has to wait for that.
	 * @param entry the entry
	 * @return whether it is taken care of
	 */
	boolean offer(Entry entry);

	/**
	 * Delivers entries that no transaction carries.
	 * @param mode how
	 * @param entries the entries
	 */
	default void deliver(Delivery mode, List<Entry> entries) {
		deliver(mode, entries, true, System.nanoTime());
	}

	/**
	 * Delivers entries that no transaction carries.
	 * @param mode how
	 * @param entries the entries
	 * @param mayWait whether the caller may wait for room in a buffer
	 * @param since when the entries were there, by the JVM's clock: an attempt that began
	 * later and got no connection stands for this one
	 */
	void deliver(Delivery mode, List<Entry> entries, boolean mayWait, long since);

	/**
	 * Delivers entries where this thread can get no connection: a thread of ours stores
	 * them soon.
	 * @param mode how they were to be delivered
	 * @param entries the entries
	 */
	void keep(Delivery mode, List<Entry> entries);

	/**
	 * Moves staged entries to the ledger, and returns when they are there.
	 * @param row their row
	 */
	void relayNow(StagedRow row);

	/**
	 * What became of a transaction that staged entries.
	 * @param row what it staged
	 * @return what is known
	 */
	TransactionOutcome transactionOutcome(StagedRow row);

	/**
	 * Writes entries if it turns out that a transaction ended in one of two ways.
	 * @param row what it staged
	 * @param committed whether to write them if it was committed; else, if it was not
	 * @param entries the entries to write in that case
	 */
	void deliverInDoubt(StagedRow row, boolean committed, List<Entry> entries);

}
