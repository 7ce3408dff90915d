/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query.internal.count;

import java.sql.SQLException;
import java.time.Duration;

import javax.sql.DataSource;

import io.auditspring.database.internal.PeriodicWorker;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the sums that statistics are answered from, in the background. Any number of
 * instances may do so: only one at a time counts. The statistics are exact without it,
 * too, but then they read all entries.
 */
public final class ActivityCounter extends PeriodicWorker {

	private static final Logger logger = LoggerFactory.getLogger(ActivityCounter.class);

	private static final Duration INTERVAL = Duration.ofSeconds(5);

	/** Entries of a transaction: a fraction of a second. */
	private static final int STEP = 10_000;

	private final DataSource dataSource;

	private final String count;

	private boolean failed;

	public ActivityCounter(DataSource dataSource, Schema schema) {
		super("audit-activity", INTERVAL, INTERVAL);
		this.dataSource = dataSource;
		this.count = "select " + schema.table("audit_count_activity(?)");
	}

	@Override
	public void run() {
		try {
			while (countOn() >= STEP && isRunning()) {
				logger.debug("There is more to sum up");
			}
			this.failed = false;
		}
		catch (Exception ex) {
			if (!this.failed && isRunning()) {
				logger.warn("The statistics of the audit ledger could not be summed up; until that works again "
						+ "they are counted entry by entry", ex);
			}
			this.failed = true;
		}
	}

	/**
	 * Sums up what is next: at most ten thousand entries of each chain.
	 * @return how many there were; 0 also if another instance is at it
	 * @throws SQLException if the database fails
	 */
	public long countOn() throws SQLException {
		return OwnTransaction.run(this.dataSource,
				(connection) -> Sql.get(connection, this.count, (row) -> row.getLong(1), STEP));
	}

}
