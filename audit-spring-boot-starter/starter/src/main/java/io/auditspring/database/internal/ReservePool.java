/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.ledger.internal.thread.BackgroundThreads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;

/**
 * Connections that the trail gets even while the application uses all of its pool. As
 * long as one is free there, it is taken from there; only then is a small copy of the
 * pool opened.
 * <p>
 * So nobody waits for ever who holds a connection of the pool and asks for one here: to
 * wait in the pool, it must have seen a free one, which somebody else then took, who has
 * looked, or looks, later. Who looks last finds none free and is served from the copy, or
 * gets the free one.
 */
final class ReservePool extends DelegatingDataSource implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(ReservePool.class);

	/** Whoever waits longer may as well wait for the application's pool. */
	private static final long WAIT_MILLIS = 5_000;

	/** Less than the shortest lifetime that a pool takes. */
	private static final long IDLE_MILLIS = 20_000;

	/** How long a server that refused is not asked for further connections. */
	private static final Duration PAUSE = Duration.ofSeconds(30);

	private final HikariDataSource pool;

	private final int most;

	private @Nullable HikariDataSource reserve;

	private boolean closed;

	private volatile long refused = System.nanoTime() - PAUSE.toNanos();

	private ReservePool(DataSource dataSource, HikariDataSource pool, int most) {
		super(dataSource);
		this.pool = pool;
		this.most = most;
	}

	/**
	 * Adds a reserve to a data source.
	 * @param dataSource the data source
	 * @param most how many connections the reserve may have
	 * @return the data source with a reserve, or {@code null} if it is not known how to
	 * copy it: what else is around a pool, or derived from it, may decide where a
	 * connection leads to, or as whom
	 */
	static @Nullable ReservePool of(DataSource dataSource, int most) {
		DataSource pool = dataSource;
		while (pool.getClass() == LazyConnectionDataSourceProxy.class
				|| pool.getClass() == TransactionAwareDataSourceProxy.class) {
			pool = Objects.requireNonNull(((DelegatingDataSource) pool).getTargetDataSource());
		}
		return (pool.getClass() == HikariDataSource.class) ? new ReservePool(dataSource, (HikariDataSource) pool, most)
				: null;
	}

	@Override
	public Connection getConnection() throws SQLException {
		try {
			HikariDataSource reserve = isExhausted() ? reserve() : null;
			if (reserve != null) {
				return reserve.getConnection();
			}
		}
		catch (SQLException | RuntimeException ex) {
			logger.debug("No connection could be had beside the application's pool", LoggedFailure.of(ex));
			if (isEmpty()) {
				this.refused = System.nanoTime();
			}
		}
		return super.getConnection();
	}

	private boolean isExhausted() {
		HikariPoolMXBean state = this.pool.getHikariPoolMXBean();
		return state != null && state.getIdleConnections() == 0
				&& state.getTotalConnections() >= this.pool.getMaximumPoolSize()
				&& System.nanoTime() - this.refused >= PAUSE.toNanos();
	}

	private synchronized boolean isEmpty() {
		HikariPoolMXBean state = (this.reserve != null) ? this.reserve.getHikariPoolMXBean() : null;
		return state == null || state.getTotalConnections() == 0;
	}

	private synchronized @Nullable HikariDataSource reserve() {
		if (this.closed) {
			return null;
		}
		HikariDataSource reserve = this.reserve;
		if (reserve == null) {
			reserve = copy();
			this.reserve = reserve;
		}
		// The password may have been rotated.
		if (reserve.getCredentials() != this.pool.getCredentials()) {
			reserve.setCredentials(this.pool.getCredentials());
		}
		return reserve;
	}

	private HikariDataSource copy() {
		HikariDataSource copy = new HikariDataSource();
		this.pool.copyStateTo(copy);
		copy.setPoolName("audit-reserve");
		copy.setMinimumIdle(0);
		copy.setMaximumPoolSize(this.most);
		copy.setInitializationFailTimeout(-1);
		copy.setConnectionTimeout(Math.min(this.pool.getConnectionTimeout(), WAIT_MILLIS));
		copy.setValidationTimeout(Math.min(this.pool.getValidationTimeout(), copy.getConnectionTimeout()));
		copy.setIdleTimeout(IDLE_MILLIS);
		copy.setKeepaliveTime(0);
		// The application watches its own pool, not this one.
		copy.setLeakDetectionThreshold(0);
		copy.setRegisterMbeans(false);
		copy.setAllowPoolSuspension(false);
		copy.setHealthCheckRegistry(null);
		if (copy.getThreadFactory() == null) {
			copy.setThreadFactory(BackgroundThreads.numbered("audit-reserve-"));
		}
		// Whichever is set does not let the other one be touched.
		if (copy.getMetricsTrackerFactory() != null) {
			copy.setMetricsTrackerFactory(null);
		}
		if (copy.getMetricRegistry() != null) {
			copy.setMetricRegistry(null);
		}
		return copy;
	}

	@Override
	public synchronized void close() {
		this.closed = true;
		if (this.reserve != null) {
			this.reserve.close();
		}
	}

}
