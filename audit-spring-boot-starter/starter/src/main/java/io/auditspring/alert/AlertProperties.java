/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.alert;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * What somebody is told of at once.
 *
 * @param denials how many calls of one actor must be refused within audit.alerts.within
 * for an alert
 * @param within the time in which so many calls of an actor must be refused as
 * audit.alerts.denials says; nor is there a second alert about one actor in that time
 */
@ConfigurationProperties("audit.alerts")
record AlertProperties(@DefaultValue("20") int denials, @DefaultValue("10m") Duration within) {

	AlertProperties {
		Assert.isTrue(denials >= 1 && denials <= 10_000,
				() -> "audit.alerts.denials takes a number from 1 to 10000, not " + denials);
		Assert.isTrue(within.toSeconds() >= 1 && within.toDays() <= 31,
				() -> "audit.alerts.within takes a duration from 1s to 31d, not " + within);
	}

}
