/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.actuate;

import java.sql.SQLException;
import java.util.function.Supplier;

import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.delivery.internal.outbox.BatchWatcher;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows batches that the relay moves as observations, and so as spans where the
 * application traces: {@code audit.relay}, with how many entries there are.
 */
final class ObservedBatches implements BatchWatcher {

	private static final String NAME = "audit.relay";

	private static final Logger logger = LoggerFactory.getLogger(ObservedBatches.class);

	private final Supplier<ObservationRegistry> registry;

	private volatile boolean failed;

	/**
	 * Creates it.
	 * @param registry told of each batch, and asked for when there is the first
	 */
	ObservedBatches(Supplier<ObservationRegistry> registry) {
		this.registry = registry;
	}

	@Override
	public void watch(int entries, Append append) throws SQLException {
		Observation observation = Observation.createNotStarted(NAME, this.registry.get())
			.contextualName("audit relay")
			.highCardinalityKeyValue("audit.entries", String.valueOf(entries));
		tell(observation::start);
		try {
			append.run();
		}
		catch (SQLException | RuntimeException ex) {
			tell(() -> observation.error(ex));
			throw ex;
		}
		finally {
			tell(observation::stop);
		}
	}

	// The batch goes on, whatever becomes of its observation.
	private void tell(Runnable what) {
		try {
			what.run();
		}
		catch (RuntimeException ex) {
			if (!this.failed) {
				logger.warn("A batch of audit entries could not be observed; the entries are moved",
						LoggedFailure.of(ex));
			}
			this.failed = true;
		}
	}

}
