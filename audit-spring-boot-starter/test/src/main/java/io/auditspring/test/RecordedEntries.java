/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.test;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

import io.auditspring.database.internal.AuditDatabase;
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

	private final Supplier<@Nullable AuditDatabase> database;

	/** In the order in which entries pass through them. */
	private final List<Supplier<? extends SmartLifecycle>> workers;

	/** Holds the entries where the database cannot. */
	private final @Nullable MemoryLedger memory;

	private final Function<String, Set<String>> kinds;

	private long beginning;

	RecordedEntries(Supplier<@Nullable AuditDatabase> database, List<Supplier<? extends SmartLifecycle>> workers,
			@Nullable MemoryLedger memory, Function<String, Set<String>> kinds) {
		this.database = database;
		this.workers = workers;
		this.memory = memory;
		this.kinds = kinds;
	}

	void begin() {
		AuditDatabase database = this.database.get();
		if (this.memory != null) {
			this.beginning = this.memory.size();
		}
		else if (database != null) {
			deliver();
			this.beginning = query(database, "select coalesce(max(seq) + 1, 0) from %s where chain = ?")
				.query(Long.class)
				.single();
		}
	}

	// Not through the data source of the application, which may lead to a tenant's.
	private static JdbcClient.StatementSpec query(AuditDatabase database, String sql) {
		return JdbcClient.create(database.workDataSource())
			.sql(sql.formatted(database.schema().table("audit_log")))
			.param(database.chain());
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
		AuditDatabase database = this.database.get();
		if (database == null) {
			throw new AssertionError(NOTHING);
		}
		deliver();
		return query(database, "select * from %s where chain = ? and seq >= ? order by seq").param(this.beginning)
			.query(RecordedEntry::read)
			.list();
	}

	/** What entries show of targets, whatever they are called. */
	Function<String, Set<String>> kinds() {
		return this.kinds;
	}

	// Each delivers what it has before it stops.
	private synchronized void deliver() {
		this.workers.forEach((worker) -> {
			worker.get().stop();
			worker.get().start();
		});
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
