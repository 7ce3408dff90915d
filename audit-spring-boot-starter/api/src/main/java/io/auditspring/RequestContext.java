/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import org.jspecify.annotations.Nullable;

/**
 * Where something was done from, as an application states it of what happened elsewhere:
 * in another system whose log it imports, or before a message that carries its caller.
 * What is {@code null} is not known; nothing of the request that is running now takes its
 * place.
 *
 * @param ipAddress the client's address in text; what is no address is left out
 * @param userAgent the client's program
 * @param sessionId the session's id, of which entries show a digest only
 * @param deviceFingerprint the fingerprint of the client's device
 * @since 0.1.0
 */
public record RequestContext(@Nullable String ipAddress, @Nullable String userAgent, @Nullable String sessionId,
		@Nullable String deviceFingerprint) {

	/**
	 * A request of which only the client's address is known.
	 * @param ipAddress the address in text, or {@code null}
	 * @return the context
	 */
	public static RequestContext from(@Nullable String ipAddress) {
		return new RequestContext(ipAddress, null, null, null);
	}

	public RequestContext withUserAgent(@Nullable String userAgent) {
		return new RequestContext(this.ipAddress, userAgent, this.sessionId, this.deviceFingerprint);
	}

	public RequestContext withSessionId(@Nullable String sessionId) {
		return new RequestContext(this.ipAddress, this.userAgent, sessionId, this.deviceFingerprint);
	}

	public RequestContext withDeviceFingerprint(@Nullable String deviceFingerprint) {
		return new RequestContext(this.ipAddress, this.userAgent, this.sessionId, deviceFingerprint);
	}

	/** The session is nobody's to see. */
	@Override
	public String toString() {
		return "RequestContext[ipAddress=%s, userAgent=%s]".formatted(this.ipAddress, this.userAgent);
	}

}
