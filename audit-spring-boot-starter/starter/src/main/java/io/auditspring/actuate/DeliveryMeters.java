/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.actuate;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

import io.auditspring.Delivery;
import io.auditspring.database.internal.PeriodicWorker;
import io.auditspring.delivery.internal.buffer.AsyncBuffer;
import io.auditspring.delivery.internal.outbox.Backlog;
import io.auditspring.delivery.internal.outbox.Relays;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.delivery.internal.worker.FailureReason;
import io.auditspring.delivery.internal.worker.WorkerStatus;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Publishes what becomes of entries. The names are part of the contract with users.
 */
final class DeliveryMeters implements MeterBinder {

	private static final String ENTRIES = "entries";

	private final DeliveryStatistics statistics;

	private final Relays relays;

	private final AsyncBuffer buffer;

	private final Backlog backlog;

	private final Iterable<PeriodicWorker> upkeep;

	DeliveryMeters(DeliveryStatistics statistics, Relays relays, AsyncBuffer buffer, Backlog backlog,
			Iterable<PeriodicWorker> upkeep) {
		this.statistics = statistics;
		this.relays = relays;
		this.buffer = buffer;
		this.backlog = backlog;
		this.upkeep = upkeep;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		for (Delivery mode : List.of(Delivery.TRANSACTIONAL, Delivery.ASYNC, Delivery.SYNC)) {
			count(registry, "audit.entries.recorded", Tags.of("mode", lower(mode)), "Entries that calls made",
					(statistics) -> statistics.recorded(mode));
		}
		count(registry, "audit.entries.staged", Tags.empty(), "Entries committed in the outbox",
				DeliveryStatistics::staged);
		count(registry, "audit.entries.delivered", Tags.empty(), "Entries committed in the ledger",
				DeliveryStatistics::delivered);
		for (FailureReason reason : FailureReason.values()) {
			count(registry, "audit.entries.failed", Tags.of("reason", lower(reason)),
					"Entries not stored when handed over; kept and written later, but lost if 'stopped'",
					(statistics) -> statistics.failed(reason));
		}
		count(registry, "audit.entries.discarded", Tags.empty(), "Entries dropped because the buffer was full",
				DeliveryStatistics::discarded);
		count(registry, "audit.entries.quarantined", Tags.empty(), "Entries that the ledger refused",
				DeliveryStatistics::quarantined);
		bindWorkers(registry);
		bindWaiting(registry);
		bindBuffer(registry);
		observeBatches(registry);
	}

	private void count(MeterRegistry registry, String name, Tags tags, String description,
			ToDoubleFunction<DeliveryStatistics> count) {
		FunctionCounter.builder(name, this.statistics, count)
			.tags(tags)
			.baseUnit(ENTRIES)
			.description(description)
			.register(registry);
	}

	private void bindWorkers(MeterRegistry registry) {
		this.relays.watch((worker) -> bindWorker(registry, worker));
		bindWorker(registry, this.buffer.status());
		for (PeriodicWorker worker : this.upkeep) {
			FunctionCounter.builder("audit.worker.errors", worker, PeriodicWorker::errors)
				.tag("worker", worker.name())
				.description("Errors, as of memory, that ended a worker's attempt")
				.register(registry);
		}
	}

	private static void bindWorker(MeterRegistry registry, WorkerStatus worker) {
		FunctionCounter.builder("audit.delivery.retries", worker, WorkerStatus::retries)
			.tag("worker", worker.name())
			.description("Attempts to write that failed and were repeated")
			.register(registry);
		FunctionCounter.builder("audit.worker.errors", worker, WorkerStatus::errors)
			.tag("worker", worker.name())
			.description("Errors, as of memory, that ended a worker's attempt")
			.register(registry);
	}

	private void bindWaiting(MeterRegistry registry) {
		Gauge.builder("audit.relay.backlog", this.backlog, (backlog) -> backlog.last().rows())
			.baseUnit("rows")
			.description("Transactions whose entries wait in the outbox, a million at most")
			.register(registry);
		TimeGauge
			.builder("audit.relay.backlog.age", this.backlog, TimeUnit.MILLISECONDS,
					(backlog) -> backlog.age().toMillis())
			.description("How long the oldest of them has been waiting")
			.register(registry);
		Gauge.builder("audit.relay.unserved", this.backlog, DeliveryMeters::unserved)
			.baseUnit("rows")
			.description("Transactions whose entries wait for a chain that no instance serves")
			.register(registry);
		Gauge.builder("audit.quarantine.size", this.backlog, DeliveryMeters::quarantined)
			.baseUnit("rows")
			.description("Rows in quarantine")
			.register(registry);
		Gauge.builder("audit.buffer.size", this.buffer, AsyncBuffer::size)
			.baseUnit(ENTRIES)
			.description("Entries that wait in the asynchronous buffer")
			.register(registry);
		Gauge.builder("audit.buffer.capacity", this.buffer, AsyncBuffer::capacity)
			.baseUnit(ENTRIES)
			.description("Entries that may wait in the asynchronous buffer")
			.register(registry);
	}

	private void bindBuffer(MeterRegistry registry) {
		Gauge.builder("audit.buffer.bytes", this.buffer, AsyncBuffer::bytes)
			.baseUnit("bytes")
			.description("Memory that the waiting entries take, about")
			.register(registry);
		FunctionCounter.builder("audit.buffer.waits", this.buffer, AsyncBuffer::waits)
			.description("Callers that waited for room in the asynchronous buffer")
			.register(registry);
		FunctionCounter.builder("audit.buffer.overflows", this.buffer, AsyncBuffer::overflows)
			.baseUnit(ENTRIES)
			.description("Asynchronous entries that found no room and were stored at once")
			.register(registry);
	}

	private static double unserved(Backlog backlog) {
		return backlog.last().unserved().stream().mapToLong(Backlog.Unserved::rows).sum();
	}

	private static double quarantined(Backlog backlog) {
		Long rows = backlog.last().quarantined();
		return (rows != null) ? rows : Double.NaN;
	}

	private void observeBatches(MeterRegistry registry) {
		DistributionSummary sizes = DistributionSummary.builder("audit.batch.size")
			.baseUnit(ENTRIES)
			.description("Entries committed in the ledger by one transaction")
			.register(registry);
		Timer lags = Timer.builder("audit.delivery.lag")
			.description("From when an entry was made until it was in the ledger")
			.register(registry);
		this.statistics.observe(new DeliveryStatistics.Observer() {

			@Override
			public void batch(int entries) {
				sizes.record(entries);
			}

			@Override
			public void lag(Duration lag) {
				lags.record(lag);
			}

		});
	}

	private static String lower(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT);
	}

}
