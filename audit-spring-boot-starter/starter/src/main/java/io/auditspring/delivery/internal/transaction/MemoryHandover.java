/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;

import javax.sql.DataSource;

import io.auditspring.Delivery;
import io.auditspring.capture.internal.entry.Sentences;
import io.auditspring.database.internal.BoundConnections;
import io.auditspring.database.internal.StagedRow;
import io.auditspring.ledger.internal.entry.Entry;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * Gives entries to somebody who keeps them in memory, when their transaction is over: for
 * tests on a database that cannot hold a ledger.
 */
public final class MemoryHandover implements Handover {

	private final DataSource dataSource;

	private final BoundConnections bound;

	private final Sentences sentences;

	private final Consumer<Entry> memory;

	/**
	 * Creates it.
	 * @param dataSource the one whose transactions are audited
	 * @param sentences completes entries
	 * @param memory keeps entries; called by any thread
	 */
	public MemoryHandover(DataSource dataSource, Sentences sentences, Consumer<Entry> memory) {
		this.dataSource = dataSource;
		this.bound = new BoundConnections(dataSource);
		this.sentences = sentences;
		this.memory = memory;
	}

	@Override
	public DataSource dataSource() {
		return this.dataSource;
	}

	@Override
	public BoundConnections bound() {
		return this.bound;
	}

	@Override
	public @Nullable StagedRow stage(Connection connection, List<Entry> entries) {
		return null;
	}

	@Override
	public void committed(@Nullable StagedRow row, int transactional, int chained) {
	}

	@Override
	public boolean offer(Entry entry) {
		this.memory.accept(this.sentences.complete(entry));
		return true;
	}

	@Override
	public void deliver(Delivery mode, List<Entry> entries, boolean mayWait, long since) {
		entries.forEach(this::offer);
	}

	@Override
	public void keep(Delivery mode, List<Entry> entries) {
		entries.forEach(this::offer);
	}

	@Override
	public void relayNow(StagedRow row) {
		throw nothingStaged();
	}

	@Override
	public TransactionOutcome transactionOutcome(StagedRow row) {
		throw nothingStaged();
	}

	@Override
	public void deliverInDoubt(StagedRow row, boolean committed, List<Entry> entries) {
		throw nothingStaged();
	}

	private static IllegalStateException nothingStaged() {
		return new IllegalStateException("Nothing is ever staged in memory");
	}

	/**
	 * Stands for the data source where there is none: nothing is ever bound to it.
	 */
	public static final class NoDatabase extends AbstractDataSource {

		@Override
		public Connection getConnection() throws SQLException {
			throw new SQLException("There is no database");
		}

		@Override
		public Connection getConnection(String username, String password) throws SQLException {
			return getConnection();
		}

	}

}
