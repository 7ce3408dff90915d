/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.sql.Connection;
import java.sql.SQLException;

import io.auditspring.ledger.Schema;

/**
 * The months of {@code audit_log}. The writer makes a missing month itself; making months
 * ahead of time spares it the wait. Months begin and end in UTC. Safe for use by several
 * instances at once.
 */
public final class Partitions {

	/** How many months after the current one have their partitions. */
	public static final int MONTHS_AHEAD = 3;

	private final String ensureUpcoming;

	/**
	 * Creates the maintenance of partitions.
	 * @param schema where the ledger is
	 */
	public Partitions(Schema schema) {
		this.ensureUpcoming = """
				select %s((date_trunc('month', clock_timestamp() at time zone 'UTC') + make_interval(months => n))::date)
				from generate_series(0, ?) as n
				"""
			.formatted(schema.table("audit_ensure_partition"));
	}

	/**
	 * Makes sure that the current month, by the database's clock, and those after it have
	 * their partitions.
	 * @param connection where to
	 * @param following how many months after the current one
	 * @throws SQLException if the database fails
	 */
	public void ensureUpcoming(Connection connection, int following) throws SQLException {
		Sql.execute(connection, this.ensureUpcoming, following);
	}

}
