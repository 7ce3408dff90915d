/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Connections to the primary of a data source that routes between it and its replicas.
 * Where the application leads a thread to a replica, by whatever means, entries go to the
 * primary all the same, and nobody who holds a replica's connection waits for another
 * one. Should what was the primary have become a replica, or be gone, the routing is
 * asked.
 */
final class PrimaryDataSource extends DelegatingDataSource {

	private static final Duration PAUSE = Duration.ofSeconds(30);

	private final DataSource primary;

	private volatile long lost = System.nanoTime() - PAUSE.toNanos();

	PrimaryDataSource(DataSource router, DataSource primary) {
		super(router);
		this.primary = primary;
	}

	@Override
	public Connection getConnection() throws SQLException {
		Connection connection = (System.nanoTime() - this.lost >= PAUSE.toNanos()) ? ofPrimary() : null;
		return (connection != null) ? connection : super.getConnection();
	}

	private @Nullable Connection ofPrimary() throws SQLException {
		try {
			Connection connection = this.primary.getConnection();
			if (!Transactions.isStandby(connection)) {
				return connection;
			}
			connection.close();
		}
		catch (SQLException ex) {
			this.lost = System.nanoTime();
			throw ex;
		}
		this.lost = System.nanoTime();
		return null;
	}

}
