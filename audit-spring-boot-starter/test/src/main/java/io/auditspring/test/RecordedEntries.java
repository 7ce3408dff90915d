/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.test;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

import javax.sql.DataSource;

import org.assertj.core.api.AssertProvider;
import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The entries that were recorded since the test began. Inject it, and hand it to
 * AssertJ's {@code assertThat}.
 *
 * @since 0.1.0
 */
public final class RecordedEntries implements AssertProvider<TrailAssert> {

	private static final String TRANSACTION = """
			This test runs in a transaction that has not ended, so nothing that was done in it has been delivered yet. \
			End it before looking at the trail: TestTransaction.flagForCommit(); TestTransaction.end(); \
			or do without it: @Transactional(propagation = Propagation.NOT_SUPPORTED).""";

	private static final String NOTHING = "Nothing is recorded here: auditing is switched off (audit.enabled=false), "
			+ "or there is no DataSource";

	private final Supplier<? extends @Nullable SmartLifecycle> buffer;

	private final Supplier<? extends @Nullable SmartLifecycle> relay;

	/** Holds the entries where the database cannot. */
	private final @Nullable MemoryLedger memory;

	private final Supplier<DataSource> dataSource;

	private final String schema;

	private final String chain;

	private final Function<String, Set<String>> kinds;

	private long beginning;

	RecordedEntries(Supplier<? extends @Nullable SmartLifecycle> buffer,
			Supplier<? extends @Nullable SmartLifecycle> relay, @Nullable MemoryLedger memory,
			Supplier<DataSource> dataSource, String schema, String chain, Function<String, Set<String>> kinds) {
		this.buffer = buffer;
		this.relay = relay;
		this.memory = memory;
		this.dataSource = dataSource;
		this.schema = '"' + schema + '"';
		this.chain = chain;
		this.kinds = kinds;
	}

	void begin() {
		if (this.memory != null) {
			this.beginning = this.memory.size();
		}
		else if (isRecording()) {
			deliver();
			this.beginning = end();
		}
	}

	private boolean isRecording() {
		return this.relay.get() != null;
	}

	private long end() {
		return JdbcClient.create(this.dataSource.get())
			.sql("select coalesce(max(seq) + 1, 0) from %s.audit_log where chain = ?".formatted(this.schema))
			.param(this.chain)
			.query(Long.class)
			.single();
	}

	/**
	 * Reads the entries. All that was handed over before, in whatever mode, is there: it
	 * need not be waited for.
	 * @return the entries of this test, oldest first
	 * @throws AssertionError within a transaction, which would hide some
	 */
	public List<RecordedEntry> all() {
		if (TransactionSynchronizationManager.isActualTransactionActive()) {
			throw new AssertionError(TRANSACTION);
		}
		if (this.memory != null) {
			return this.memory.since(this.beginning);
		}
		if (!isRecording()) {
			throw new AssertionError(NOTHING);
		}
		deliver();
		return JdbcClient.create(this.dataSource.get())
			.sql("select * from %s.audit_log where chain = ? and seq >= ? order by seq".formatted(this.schema))
			.params(this.chain, this.beginning)
			.query(RecordedEntry::read)
			.list();
	}

	/** What entries show of targets, whatever they are called. */
	Function<String, Set<String>> kinds() {
		return this.kinds;
	}

	// Both deliver what they have before they stop.
	private synchronized void deliver() {
		for (SmartLifecycle worker : Arrays.asList(this.buffer.get(), this.relay.get())) {
			Objects.requireNonNull(worker).stop();
			worker.start();
		}
	}

	@Override
	public TrailAssert assertThat() {
		return new TrailAssert(this);
	}

	@Override
	public String toString() {
		return "The trail";
	}

}
