/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.actuate;

import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

import io.auditspring.signing.VerificationWorker;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Publishes what the last verification found. The names are part of the contract with
 * users. Before the first one, there is no value.
 */
final class VerificationMeters implements MeterBinder {

	private final VerificationWorker worker;

	VerificationMeters(VerificationWorker worker) {
		this.worker = worker;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		Gauge.builder("audit.verification.valid", this.worker, last((run) -> isValid(run) ? 1 : 0))
			.description("1 if the last verification found the ledger as it was written, else 0")
			.register(registry);
		Gauge.builder("audit.verification.problems", this.worker, last(VerificationWorker.Run::problems))
			.description("Problems that the last verification found")
			.register(registry);
		Gauge.builder("audit.verification.entries", this.worker, last(VerificationWorker.Run::entries))
			.baseUnit("entries")
			.description("Entries that the last verification read")
			.register(registry);
		TimeGauge
			.builder("audit.verification.duration", this.worker, TimeUnit.MILLISECONDS,
					last((run) -> run.duration().toMillis()))
			.description("How long the last verification took")
			.register(registry);
	}

	private static boolean isValid(VerificationWorker.Run run) {
		return run.verification() != null && run.verification().valid();
	}

	private static ToDoubleFunction<VerificationWorker> last(ToDoubleFunction<VerificationWorker.Run> value) {
		return (worker) -> worker.last().map(value::applyAsDouble).orElse(Double.NaN);
	}

}
