/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.actuate;

import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.signing.CheckpointWorker;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Publishes what becomes of checkpoints. The names are part of the contract with users.
 */
final class CheckpointMeters implements MeterBinder {

	private final CheckpointWorker worker;

	CheckpointMeters(CheckpointWorker worker) {
		this.worker = worker;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		Gauge
			.builder("audit.checkpoint.size", this.worker, (worker) -> worker.latest().map(Checkpoint::size).orElse(0L))
			.baseUnit("entries")
			.description("Entries that the newest checkpoint covers")
			.register(registry);
		Gauge
			.builder("audit.checkpoint.witnessed", this.worker,
					(worker) -> worker.witnessed().map(Checkpoint::size).orElse(0L))
			.baseUnit("entries")
			.description("Entries of the newest checkpoint that enough witnesses cosigned")
			.register(registry);
		FunctionCounter.builder("audit.checkpoint.unwitnessed", this.worker, CheckpointWorker::unwitnessed)
			.description("Times that fewer witnesses had cosigned than the policy asks for, and are asked again")
			.register(registry);
		FunctionCounter.builder("audit.checkpoint.refused", this.worker, CheckpointWorker::refusals)
			.description("Times that the ledger was not what it should be, so that nothing was signed or anchored")
			.register(registry);
		FunctionCounter.builder("audit.checkpoint.failed", this.worker, CheckpointWorker::failures)
			.description("Times that a checkpoint or an anchor failed for another reason, and is tried again")
			.register(registry);
	}

}
