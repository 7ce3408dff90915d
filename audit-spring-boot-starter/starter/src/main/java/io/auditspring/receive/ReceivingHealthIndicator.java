/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import io.auditspring.receive.internal.ReceivingStatistics;
import io.auditspring.receive.internal.ReceivingStatistics.Standing;
import io.auditspring.receive.internal.ReceivingStatistics.Trouble;
import io.auditspring.receive.internal.Reception;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Whether chains of other ledgers are received. {@code DOWN}: one of them is parked, or
 * cannot be received any further before people do something; {@code OUT_OF_SERVICE}: one
 * waits, lags, is not heard of, or something was refused; each with the reason. It asks
 * nothing of a database and never waits.
 */
final class ReceivingHealthIndicator extends AbstractHealthIndicator {

	/** For how long a refusal is shown. */
	private static final Duration RECENT = Duration.ofMinutes(1);

	private final Clock clock = Clock.systemUTC();

	private final ReceivingStatistics statistics;

	private final SourceWorkers workers;

	private final Duration maxSilence;

	private final Duration maxLag;

	ReceivingHealthIndicator(ReceivingStatistics statistics, SourceWorkers workers, Duration maxSilence,
			Duration maxLag) {
		super("The health of received audit chains is unknown");
		this.statistics = statistics;
		this.workers = workers;
		this.maxSilence = maxSilence;
		this.maxLag = maxLag;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		Map<String, String> stopped = new TreeMap<>();
		Map<String, String> waiting = new TreeMap<>();
		Instant now = this.clock.instant();
		this.statistics.standings().forEach((chain, standing) -> late(chain, standing, now, waiting));
		this.statistics.troubles().forEach((chain, trouble) -> sort(chain, trouble, stopped, waiting));
		stopped.putAll(this.statistics.losses());
		ReceivingStatistics.Refusal refusal = this.statistics.lastRefusal();
		if (refusal != null && Duration.between(refusal.at(), now).compareTo(RECENT) < 0) {
			waiting.put("refused", refusal.reason());
		}
		Map<String, String> sources = new TreeMap<>(this.statistics.failures());
		this.statistics.untoldSince(now.minus(this.maxSilence))
			.forEach((source, why) -> waiting.putIfAbsent("source " + source, why));
		this.workers.errors().forEach((source, error) -> {
			sources.put(source, "it was ended by an error, and is tried again: " + error);
			waiting.putIfAbsent("source " + source, error);
		});
		if (!stopped.isEmpty()) {
			builder.down();
		}
		else if (!waiting.isEmpty()) {
			builder.outOfService();
		}
		else {
			builder.up();
		}
		builder.withDetail("chains", this.statistics.standings().size());
		detail(builder, "stopped", stopped);
		detail(builder, "waiting", waiting);
		detail(builder, "sources", sources);
	}

	private void late(String chain, Standing standing, Instant now, Map<String, String> waiting) {
		Duration silence = Duration.between(standing.heardAt(), now);
		if (silence.compareTo(this.maxSilence) > 0) {
			waiting.put(chain, "nothing has been heard of it for %s s".formatted(silence.toSeconds()));
		}
		else if (standing.lag(now).compareTo(this.maxLag) > 0) {
			waiting.put(chain, "%s entries are not here yet, the oldest of %s s ago".formatted(standing.missing(),
					standing.lag(now).toSeconds()));
		}
	}

	private static void sort(String chain, Trouble trouble, Map<String, String> stopped, Map<String, String> waiting) {
		switch (trouble.kind()) {
			case FORK, PARKED, PAUSED -> stopped.put(chain, text(trouble));
			// It comes with the next checkpoint of its source.
			case INCOMPLETE -> {
			}
			default -> waiting.put(chain, text(trouble));
		}
	}

	private static String text(Trouble trouble) {
		return (trouble.kind() == Reception.Kind.PAUSED) ? trouble.reason()
				: "%s: %s".formatted(trouble.kind().name().toLowerCase(Locale.ROOT), trouble.reason());
	}

	private static void detail(Health.Builder builder, String name, Map<String, String> reasons) {
		if (!reasons.isEmpty()) {
			builder.withDetail(name, reasons);
		}
	}

}
