/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.actuate;

import io.auditspring.signing.CheckpointWorker;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Whether the ledger's checkpoints are being signed and anchored. {@code DOWN}: the last
 * attempt failed, or found that the ledger is not what it should be; with the reason.
 * {@code OUT_OF_SERVICE}: too few witnesses cosigned the newest checkpoint.
 */
final class CheckpointHealthIndicator extends AbstractHealthIndicator {

	private final CheckpointWorker worker;

	CheckpointHealthIndicator(CheckpointWorker worker) {
		super("The health of the audit checkpoints is unknown");
		this.worker = worker;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		builder.up();
		this.worker.latest().ifPresent((checkpoint) -> builder.withDetail("size", checkpoint.size()));
		this.worker.missingWitnesses().ifPresent((missing) -> builder.outOfService().withDetail("witnesses", missing));
		this.worker.problem().ifPresent((problem) -> builder.down().withDetail("problem", problem));
	}

}
