/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import java.nio.file.Path;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * Where on earth a call came from.
 *
 * @param database a city or country database in MaxMind's format, by which clients are
 * located; needs com.maxmind.geoip2:geoip2 or com.maxmind.db:maxmind-db
 * @param timeout how long an entry waits for its client to be located
 */
@ConfigurationProperties("audit.geolocation")
record GeolocationProperties(@Nullable Path database, @DefaultValue("250ms") Duration timeout) {

	GeolocationProperties {
		Assert.isTrue(!timeout.isNegative(),
				() -> "audit.geolocation.timeout takes a duration of 0 or more, not " + timeout);
	}

}
