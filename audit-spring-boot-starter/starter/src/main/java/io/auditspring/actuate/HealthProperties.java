/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.actuate;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * When the trail is said to be in trouble.
 *
 * @param tolerance for how long writing may fail before the trail is down
 * @param maxBacklogAge how long staged entries may wait before the trail is degraded
 */
@ConfigurationProperties("audit.health")
record HealthProperties(@DefaultValue("10s") Duration tolerance, @DefaultValue("1m") Duration maxBacklogAge) {

	HealthProperties {
		Assert.isTrue(!tolerance.isNegative(),
				() -> "audit.health.tolerance takes a duration of 0 or more, not " + tolerance);
		Assert.isTrue(!maxBacklogAge.isNegative(),
				() -> "audit.health.max-backlog-age takes a duration of 0 or more, not " + maxBacklogAge);
	}

}
