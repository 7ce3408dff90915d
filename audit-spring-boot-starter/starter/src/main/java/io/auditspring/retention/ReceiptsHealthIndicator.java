/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Whether what is recorded here is received elsewhere. {@code DOWN}: a chain is behind
 * its receipts, and could not go on under another name. {@code UNKNOWN}: entries have had
 * no receipt for long; the application works without, so nothing takes it out of service.
 */
final class ReceiptsHealthIndicator extends AbstractHealthIndicator {

	private static final Duration LONG = Duration.ofHours(1);

	private final ChainContinuation continuation;

	private final Clock clock;

	ReceiptsHealthIndicator(ChainContinuation continuation, Clock clock) {
		super("The health of the receipts of the audit trail is unknown");
		this.continuation = continuation;
		this.clock = clock;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		builder.up();
		Duration waiting = this.continuation.waiting(this.clock.instant());
		if (waiting.compareTo(LONG) > 0) {
			builder.unknown()
				.withDetail("reason",
						"there has been no receipt for entries of %s s ago".formatted(waiting.toSeconds()));
		}
		Map<String, String> behind = this.continuation.behind();
		if (!behind.isEmpty()) {
			builder.down().withDetail("behind", behind);
		}
		String successor = this.continuation.successor();
		if (successor != null) {
			builder.withDetail("continued", successor);
		}
	}

}
