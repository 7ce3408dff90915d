/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Publishes how far the chain was sent. The names are part of the contract with users.
 */
final class PublishingMeters implements MeterBinder {

	private final PublishingStatistics statistics;

	PublishingMeters(PublishingStatistics statistics) {
		this.statistics = statistics;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		counter("audit.kafka.publish.entries", "entries", "Entries that Kafka has acknowledged",
				PublishingStatistics::entries)
			.register(registry);
		counter("audit.kafka.publish.bundles", "bundles", "Bundles that Kafka has acknowledged",
				PublishingStatistics::bundles)
			.register(registry);
		counter("audit.kafka.publish.resends", "requests", "How often the receiving ledger had entries sent again",
				PublishingStatistics::resends)
			.register(registry);
		counter("audit.kafka.publish.refused", "messages", "What came as if from the receiving ledger, and was not",
				PublishingStatistics::refusals)
			.register(registry);
		Gauge
			.builder("audit.kafka.publish.lag.entries", this.statistics,
					(statistics) -> statistics.standing().here()
							? statistics.standing().size() - statistics.standing().sent() : 0)
			.baseUnit("entries")
			.description("Entries that were not sent yet")
			.register(registry);
		TimeGauge
			.builder("audit.kafka.publish.lag", this.statistics, TimeUnit.MILLISECONDS,
					(statistics) -> statistics.standing().lag(statistics.now()).toMillis())
			.description("For how long entries have waited to be sent")
			.register(registry);
	}

	private FunctionCounter.Builder<PublishingStatistics> counter(String name, String unit, String description,
			ToDoubleFunction<PublishingStatistics> count) {
		return FunctionCounter.builder(name, this.statistics, count).baseUnit(unit).description(description);
	}

}
