/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.export;

import java.util.Map;

import io.auditspring.query.AuditEntry;
import org.jspecify.annotations.Nullable;

/**
 * Where the client of a call was, as far as its entry says it.
 *
 * @param country its code
 * @param region its code within the country
 * @param city its name
 * @param point where that is, or {@code null} unless both coordinates are numbers
 */
record Whereabouts(@Nullable Object country, @Nullable Object region, @Nullable Object city, @Nullable Point point) {

	/**
	 * A place on earth, in degrees.
	 */
	record Point(Number latitude, Number longitude) {

	}

	static Whereabouts of(AuditEntry entry) {
		Map<String, @Nullable Object> location = entry.getGeolocation();
		if (location == null) {
			return new Whereabouts(null, null, null, null);
		}
		Point point = (location.get("latitude") instanceof Number latitude
				&& location.get("longitude") instanceof Number longitude) ? new Point(latitude, longitude) : null;
		return new Whereabouts(location.get("country"), location.get("region"), location.get("city"), point);
	}

}
