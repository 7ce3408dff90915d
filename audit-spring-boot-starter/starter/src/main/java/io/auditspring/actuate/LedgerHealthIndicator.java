/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.actuate;

import io.auditspring.signing.VerificationWorker;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Whether the ledger is as it was written. {@code DOWN}: the last verification found
 * problems, or could not be done. {@code UNKNOWN} before the first one.
 *
 * @since 0.1.0
 */
public final class LedgerHealthIndicator extends AbstractHealthIndicator {

	private final VerificationWorker worker;

	/**
	 * Creates the indicator.
	 * @param worker verifies
	 */
	public LedgerHealthIndicator(VerificationWorker worker) {
		super("The health of the audit ledger is unknown");
		this.worker = worker;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		builder.unknown();
		this.worker.last().ifPresent((run) -> tell(run, builder));
	}

	private static void tell(VerificationWorker.Run run, Health.Builder builder) {
		builder.withDetail("verifiedAt", run.at()).withDetail("entries", run.entries());
		if (run.failure() != null) {
			builder.down().withDetail("failure", run.failure());
		}
		else if (run.problems() > 0) {
			builder.down().withDetail("problems", run.problems());
		}
		else {
			builder.up();
		}
	}

}
