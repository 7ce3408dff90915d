/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.alert;

import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

import javax.sql.DataSource;

import io.auditspring.AuditAlert;
import io.auditspring.database.internal.PeriodicWorker;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.verify.Verification;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes what somebody must see at once, where somebody listens. Any number of
 * instances may do so: what was told is noted in the database, in a transaction that
 * commits after the listeners have returned, and that lets nobody else look meanwhile.
 */
final class AlertWorker extends PeriodicWorker {

	private static final Logger logger = LoggerFactory.getLogger(AlertWorker.class);

	private static final Duration INTERVAL = Duration.ofSeconds(5);

	/** Then the others, which wait for it, are told. */
	private static final int MOST_TRIES = 5;

	private final DataSource dataSource;

	private final NewAlerts alerts;

	private final Supplier<Optional<Verification>> verification;

	private final AlertListeners listeners;

	private final Map<String, Integer> tries = new HashMap<>();

	private @Nullable Verification told;

	private boolean failed;

	AlertWorker(DataSource dataSource, NewAlerts alerts, Supplier<Optional<Verification>> verification,
			AlertListeners listeners) {
		super("audit-alerts", INTERVAL, INTERVAL);
		this.dataSource = dataSource;
		this.alerts = alerts;
		this.verification = verification;
		this.listeners = listeners;
	}

	@Override
	public void run() {
		if (!this.listeners.exist()) {
			stop();
			return;
		}
		try {
			publish(this.alerts::recorded);
			Verification last = this.verification.get().orElse(null);
			if (last != null && last != this.told) {
				publish((connection) -> this.alerts.found(connection, last));
			}
			this.told = last;
			this.failed = false;
		}
		catch (SQLException ex) {
			if (!this.failed && isRunning()) {
				logger.warn("It could not be looked whether the audit ledger holds what somebody must see at once; "
						+ "it is tried again", ex);
			}
			this.failed = true;
		}
		catch (UntoldException ex) {
			logger.warn("A listener failed to take an alert of the audit trail; it is told again: {}", ex.getMessage(),
					ex.getCause());
		}
	}

	private void publish(OwnTransaction.Work<List<AuditAlert>, RuntimeException> found) throws SQLException {
		OwnTransaction.run(this.dataSource, (connection) -> {
			List<AuditAlert> alerts = found.run(connection);
			alerts.forEach(this::tell);
			return alerts.size();
		});
		this.tries.clear();
	}

	private void tell(AuditAlert alert) {
		int before = this.tries.getOrDefault(alert.id(), 0);
		if (before == MOST_TRIES) {
			return;
		}
		try {
			this.listeners.tell(alert);
			this.tries.put(alert.id(), MOST_TRIES);
		}
		catch (RuntimeException ex) {
			this.tries.put(alert.id(), before + 1);
			if (before + 1 < MOST_TRIES) {
				throw new UntoldException(alert, ex);
			}
			logger.error("No listener took an alert of the audit trail, which is not told again: {}. {}", alert,
					alert.remedy(), ex);
		}
	}

	/**
	 * Leaves what was found for the next time.
	 */
	private static final class UntoldException extends RuntimeException {

		UntoldException(AuditAlert alert, RuntimeException cause) {
			super(alert.toString(), cause);
		}

	}

}
