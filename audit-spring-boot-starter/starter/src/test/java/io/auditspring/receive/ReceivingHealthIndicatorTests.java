/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive;

import java.time.Duration;
import java.util.List;

import io.auditspring.receive.internal.ReceivingStatistics;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What health tells of sources that cannot be told anything.
 */
class ReceivingHealthIndicatorTests {

	private final ReceivingStatistics statistics = new ReceivingStatistics();

	private Health health(Duration maxSilence) {
		return new ReceivingHealthIndicator(this.statistics, new SourceWorkers(List.of(), Duration.ofSeconds(1)),
				maxSilence, Duration.ofMinutes(5))
			.health();
	}

	@Test
	void whatFailsForLongIsNoDetailOnly() {
		this.statistics.untold("kafka receipts", "nobody may write to the topic");
		assertThat(health(Duration.ofHours(1))).satisfies((health) -> {
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).containsKey("sources");
		});
		Awaitility.await()
			.untilAsserted(() -> assertThat(health(Duration.ofNanos(1)).getStatus()).isEqualTo(Status.OUT_OF_SERVICE));
		this.statistics.reached("kafka receipts");
		assertThat(health(Duration.ofNanos(1)).getStatus()).isEqualTo(Status.UP);
	}

}
