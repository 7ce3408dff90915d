/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.signing;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.Assert;

/**
 * Verification of the ledger in the background.
 *
 * @param interval how long to wait between two verifications, each of what came since the
 * newest checkpoint; by default nothing is verified in the background
 */
@ConfigurationProperties("audit.verification")
record VerificationProperties(@Nullable Duration interval) {

	VerificationProperties {
		Assert.isTrue(interval == null || interval.toMillis() >= 1000,
				() -> "audit.verification.interval takes a duration of at least 1s, not " + interval);
	}

}
