/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.actuate;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

import io.auditspring.database.internal.PeriodicWorker;
import io.auditspring.delivery.internal.buffer.AsyncBuffer;
import io.auditspring.delivery.internal.outbox.Backlog;
import io.auditspring.delivery.internal.outbox.Relays;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.delivery.internal.worker.WorkerStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Whether the trail is being kept. {@code DOWN}: entries are being lost or cannot reach
 * the ledger; {@code OUT_OF_SERVICE}: they reach it late; each with the reason. It asks
 * nothing of the database and never waits.
 */
final class AuditHealthIndicator extends AbstractHealthIndicator {

	/** For how long a loss or a failure is shown. */
	private static final Duration RECENT = Duration.ofMinutes(1);

	private static final int MOST_NAMED = 5;

	private static final int MOST_SHOWN = 50;

	private final Clock clock = Clock.systemUTC();

	private final Relays relays;

	private final AsyncBuffer buffer;

	private final Backlog backlog;

	private final DeliveryStatistics statistics;

	private final Iterable<PeriodicWorker> upkeep;

	private final Duration tolerance;

	private final Duration maxBacklogAge;

	AuditHealthIndicator(Relays relays, AsyncBuffer buffer, Backlog backlog, DeliveryStatistics statistics,
			Iterable<PeriodicWorker> upkeep, Duration tolerance, Duration maxBacklogAge) {
		super("The health of the audit trail is unknown");
		this.relays = relays;
		this.buffer = buffer;
		this.backlog = backlog;
		this.statistics = statistics;
		this.upkeep = upkeep;
		this.tolerance = tolerance;
		this.maxBacklogAge = maxBacklogAge;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		String lost = lost();
		String late = late();
		if (lost != null) {
			builder.down().withDetail("reason", lost);
		}
		else if (late != null) {
			builder.outOfService().withDetail("reason", late);
		}
		else {
			builder.up();
		}
		builder.withDetail("backlog", this.backlog.last().rows())
			.withDetail("buffered", this.buffer.size())
			.withDetail("quarantined", quarantined());
		if (this.buffer.isSpoolFailing()) {
			builder.withDetail("spool", "cannot be used: what is left at a stop may be lost; the log says why");
		}
	}

	private Object quarantined() {
		Long rows = this.backlog.last().quarantined();
		return (rows != null) ? rows : "unknown";
	}

	private @Nullable String lost() {
		for (WorkerStatus worker : workers()) {
			String trouble = trouble(worker);
			if (trouble != null) {
				return trouble;
			}
		}
		return recent("entries were lost: ", this.statistics.lastLoss());
	}

	private List<WorkerStatus> workers() {
		return Stream.concat(this.relays.statuses().stream(), Stream.of(this.buffer.status())).toList();
	}

	private @Nullable String trouble(WorkerStatus worker) {
		if (worker.isDead()) {
			return worker.name() + " has ended";
		}
		Instant failing = worker.failingSince();
		if (failing != null && since(failing).compareTo(this.tolerance) >= 0) {
			DeliveryStatistics.Failure failure = worker.lastFailure();
			return "%s has been failing for %s s: %s".formatted(worker.name(), since(failing).toSeconds(),
					(failure != null) ? failure.what() : "unknown");
		}
		return null;
	}

	private @Nullable String late() {
		for (WorkerStatus worker : workers()) {
			if (!worker.stalledFor().minus(this.tolerance).isNegative() && worker.stalledFor().toMillis() > 0) {
				return "%s has not got on for %s s".formatted(worker.name(), worker.stalledFor().toSeconds());
			}
		}
		for (PeriodicWorker worker : this.upkeep) {
			if (worker.error() != null) {
				return "%s was ended by an error, and is tried again: %s".formatted(worker.name(), worker.error());
			}
		}
		if (this.backlog.age().compareTo(this.maxBacklogAge) > 0) {
			return "staged entries have been waiting for %s s".formatted(this.backlog.age().toSeconds());
		}
		Instant open = this.buffer.openSince();
		if (open != null && since(open).compareTo(this.maxBacklogAge) > 0) {
			return "for %s s no database has told what became of a transaction that staged entries"
				.formatted(since(open).toSeconds());
		}
		if (this.backlog.unservedFor().compareTo(this.maxBacklogAge) > 0) {
			return "staged entries of chains that no instance serves have been waiting for %s s: %s"
				.formatted(this.backlog.unservedFor().toSeconds(), unserved());
		}
		return (this.buffer.size() >= this.buffer.capacity()) ? "the asynchronous buffer is full"
				: recent("entries could not be stored at once, and are kept: ", this.statistics.lastFailure());
	}

	// Anybody who may stage can write anything as a chain's name.
	private List<String> unserved() {
		return this.backlog.last()
			.unserved()
			.stream()
			.limit(MOST_NAMED)
			.map((chain) -> chain.chain().substring(0, Math.min(chain.chain().length(), MOST_SHOWN)))
			.toList();
	}

	private @Nullable String recent(String what, DeliveryStatistics.@Nullable Failure failure) {
		return (failure != null && since(failure.at()).compareTo(RECENT) < 0) ? what + failure.what() : null;
	}

	private Duration since(Instant instant) {
		return Duration.between(instant, this.clock.instant());
	}

}
