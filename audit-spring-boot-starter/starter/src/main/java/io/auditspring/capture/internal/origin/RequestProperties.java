/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import java.util.List;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * Where a call came from.
 *
 * @param trustedProxies IP addresses and networks of the proxies whose Forwarded and
 * X-Forwarded-For headers are believed, such as 10.0.0.0/8 or 2001:db8::1
 * @param forwardingHeader the one header that the trusted proxies write. By default
 * whichever is there is read; a request with both that name different clients is recorded
 * with the proxy's own address, as one of them may be the client's invention
 * @param deviceHeader the header that carries the fingerprint of the client's device
 * @param idHeader the header that carries the request's id, such as X-Request-Id. The id
 * is kept in the metadata of entries as whoever sent the request says it, and is their
 * trace id where no other is known
 */
@ConfigurationProperties("audit.request")
record RequestProperties(@DefaultValue List<String> trustedProxies, @Nullable ForwardingHeader forwardingHeader,
		@Nullable String deviceHeader, @Nullable String idHeader) {

	/** RFC 9110, section 5.6.2. */
	private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

	RequestProperties {
		Assert.isTrue(trustedProxies.stream().allMatch(TrustedProxies::isNetwork),
				() -> "audit.request.trusted-proxies takes IP addresses and networks such as 192.0.2.1, "
						+ "10.0.0.0/8 or 2001:db8::/32, with zeros behind the prefix, not "
						+ trustedProxies.stream().filter((proxy) -> !TrustedProxies.isNetwork(proxy)).toList());
		requireHeader("device-header", deviceHeader);
		requireHeader("id-header", idHeader);
	}

	private static void requireHeader(String property, @Nullable String name) {
		Assert.isTrue(name == null || TOKEN.matcher(name).matches(),
				() -> "audit.request.%s takes the name of an HTTP header, not '%s'".formatted(property, name));
	}

}
