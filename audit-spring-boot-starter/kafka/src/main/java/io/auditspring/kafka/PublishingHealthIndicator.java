/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.time.Duration;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Whether the chain of this application is sent. {@code DOWN}: it is not what was sent
 * before, and people are to find out why; {@code OUT_OF_SERVICE}: Kafka does not take it,
 * and entries have waited for longer than they should. It asks nothing of anybody.
 */
final class PublishingHealthIndicator extends AbstractHealthIndicator {

	private final PublishingStatistics statistics;

	private final ChainPublisher publisher;

	private final Duration maxLag;

	PublishingHealthIndicator(PublishingStatistics statistics, ChainPublisher publisher, Duration maxLag) {
		super("It is unknown whether the audit chain is sent");
		this.statistics = statistics;
		this.publisher = publisher;
		this.maxLag = maxLag;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		PublishingStatistics.Standing standing = this.statistics.standing();
		Duration lag = standing.lag(this.statistics.now());
		String stopped = this.statistics.stoppedFor();
		String failure = (this.publisher.error() != null) ? this.publisher.error() : this.statistics.failure();
		if (stopped != null) {
			builder.down().withDetail("stopped", stopped);
		}
		else if (lag.compareTo(this.maxLag) > 0 || this.publisher.error() != null) {
			builder.outOfService();
		}
		else {
			builder.up();
		}
		if (failure != null) {
			builder.withDetail("failure", failure);
		}
		builder.withDetail("sends", standing.here());
		if (standing.here()) {
			builder.withDetail("entries", standing.size())
				.withDetail("sent", standing.sent())
				.withDetail("stored", standing.stored())
				.withDetail("safe", standing.safe());
		}
	}

}
