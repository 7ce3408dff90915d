/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import java.net.InetAddress;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Says where an IP address is. Define a bean; entries of calls that came with a request
 * then carry the location of their client.
 * <p>
 * It is asked on a thread of its own, while the call is already running, and its answer
 * for an address is remembered for some minutes. If it throws, or has no answer in time
 * ({@code audit.geolocation.timeout}), the entry has no location; the call never fails
 * for it. Several threads may ask at once.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface GeoLocator {

	/**
	 * Finds out where an address is.
	 * @param address the client's address
	 * @return a JSON object's members, such as {@code country} and {@code city}, or
	 * {@code null} where nothing is known; values are anything Jackson can write
	 */
	@Nullable Map<String, ? extends @Nullable Object> locate(InetAddress address);

}
