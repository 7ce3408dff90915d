/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive;

import java.time.Clock;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import io.auditspring.receive.internal.ReceivingStatistics;
import io.auditspring.receive.internal.Reception;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Publishes what becomes of chains of other ledgers. The names are part of the contract
 * with users.
 */
final class ReceivingMeters implements MeterBinder {

	private final Clock clock = Clock.systemUTC();

	private final ReceivingStatistics statistics;

	ReceivingMeters(ReceivingStatistics statistics) {
		this.statistics = statistics;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		FunctionCounter.builder("audit.receive.entries", this.statistics, ReceivingStatistics::entries)
			.baseUnit("entries")
			.description("Entries of other ledgers that were appended")
			.register(registry);
		for (Reception.Kind kind : Reception.Kind.values()) {
			FunctionCounter.builder("audit.receive.bundles", this.statistics, (statistics) -> statistics.bundles(kind))
				.tag("result", kind.name().toLowerCase(Locale.ROOT))
				.description("Bundles of entries that came, by what became of them")
				.register(registry);
		}
		Gauge
			.builder("audit.receive.lag.entries", this.statistics,
					(statistics) -> statistics.standings().values().stream().mapToLong((each) -> each.missing()).sum())
			.baseUnit("entries")
			.description("Entries that sources have and that are not here yet")
			.register(registry);
		TimeGauge
			.builder("audit.receive.lag", this.statistics, TimeUnit.MILLISECONDS,
					(statistics) -> statistics.standings()
						.values()
						.stream()
						.mapToLong((each) -> each.lag(this.clock.instant()).toMillis())
						.max()
						.orElse(0))
			.description("For how long the oldest entry that is not here has waited at its source")
			.register(registry);
		Gauge
			.builder("audit.receive.parked", this.statistics,
					(statistics) -> statistics.troubles()
						.values()
						.stream()
						.filter((each) -> each.kind() == Reception.Kind.PARKED || each.kind() == Reception.Kind.FORK)
						.count())
			.baseUnit("chains")
			.description("Chains that are not received until people have found out why")
			.register(registry);
	}

}
