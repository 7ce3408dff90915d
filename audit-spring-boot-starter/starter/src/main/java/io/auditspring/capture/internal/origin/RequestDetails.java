/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import java.util.HexFormat;
import java.util.function.Supplier;

import io.auditspring.RequestContext;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.merkle.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * Where a call came from. What is not known when it begins is asked for when its entry is
 * made.
 *
 * @param ip the client's address in text, or {@code null}
 * @param userAgent the client's program, or {@code null}
 * @param session a digest of the session id, or {@code null}
 * @param device the fingerprint of the client's device, or {@code null}
 * @param location gives an object that says where the client is, or {@code null}
 * @param traceId the distributed trace, or {@code null}
 * @param line gives what was requested, or {@code null}
 */
public record RequestDetails(@Nullable String ip, @Nullable String userAgent, @Nullable String session,
		@Nullable String device, Supplier<@Nullable CanonicalJson> location, @Nullable String traceId,
		Supplier<@Nullable RequestLine> line) {

	private static final int SESSION_DIGEST_BYTES = 16;

	private static final int MAX_TEXT = 512;

	/** What is known outside a request: nothing. */
	public static final RequestDetails NONE = new RequestDetails(null, null, null, null, () -> null, null, () -> null);

	/** What is known of a request that cannot be read: that there is one. */
	static final RequestDetails UNREADABLE = new RequestDetails(null, null, null, null, () -> null, null,
			Nothing.UNREADABLE);

	/** What is known where a request may be served, and nobody can tell which. */
	static final RequestDetails UNTOLD = new RequestDetails(null, null, null, null, () -> null, null, Nothing.UNTOLD);

	/**
	 * What is still known of a request that is over.
	 * @param ip the client's address in text, or {@code null}
	 * @param session a digest of the session id, or {@code null}
	 * @return the details
	 */
	static RequestDetails of(@Nullable String ip, @Nullable String session) {
		return new RequestDetails(ip, null, session, null, () -> null, null, () -> null);
	}

	/**
	 * What an application states of a request elsewhere.
	 * @param context what it states
	 * @param location gives an object that says where its client is, or {@code null}
	 * @param traceId the running trace, which tells what stated it, or {@code null}
	 * @return the details
	 */
	public static RequestDetails stated(RequestContext context, Supplier<@Nullable CanonicalJson> location,
			@Nullable String traceId) {
		String session = context.sessionId();
		return new RequestDetails(context.ipAddress(), limited(context.userAgent()),
				(session != null) ? digest(session) : null, limited(context.deviceFingerprint()), location, traceId,
				() -> null);
	}

	static @Nullable String limited(@Nullable String value) {
		return (value != null && value.length() > MAX_TEXT) ? value.substring(0, MAX_TEXT) : value;
	}

	/**
	 * What entries show of a session. Whoever reads the ledger must not be able to take
	 * it over.
	 * @param sessionId the session's id
	 * @return the start of its SHA-256, in hex
	 */
	static String digest(String sessionId) {
		byte[] digest = Sha256.hash(Sha256.utf8(sessionId));
		return HexFormat.of().formatHex(digest, 0, SESSION_DIGEST_BYTES);
	}

	/**
	 * Whether a request caused what is done.
	 * @return {@code false} if nothing but a trace may be known
	 */
	public boolean isOfRequest() {
		return this.line == Nothing.UNREADABLE || this.ip != null || this.line.get() != null;
	}

	/**
	 * Whether it is not known if a request caused what is done.
	 * @return {@code true} if nobody can tell which request it was, or whether there was
	 * one
	 */
	boolean isUntold() {
		return this.line == Nothing.UNTOLD;
	}

	RequestDetails inSession(String session) {
		return new RequestDetails(this.ip, this.userAgent, session, this.device, this.location, this.traceId,
				this.line);
	}

	RequestDetails locatedBy(Locations locations) {
		return (this.ip != null) ? new RequestDetails(this.ip, this.userAgent, this.session, this.device,
				locations.of(this.ip), this.traceId, this.line) : this;
	}

	/**
	 * The same, with all that is asked for later asked for now.
	 * @return details that know nothing of the request object
	 */
	RequestDetails settled() {
		if (this == NONE || this.line instanceof Nothing) {
			return this;
		}
		RequestLine asked = this.line.get();
		return new RequestDetails(this.ip, this.userAgent, this.session, this.device, this.location, this.traceId,
				() -> asked);
	}

	public RequestDetails tracedBy(@Nullable String traceId) {
		return (traceId != null) ? new RequestDetails(this.ip, this.userAgent, this.session, this.device, this.location,
				traceId, this.line) : this;
	}

	/**
	 * Why nothing is known of what was requested; known also where a trace is.
	 */
	private enum Nothing implements Supplier<@Nullable RequestLine> {

		UNREADABLE, UNTOLD;

		@Override
		public @Nullable RequestLine get() {
			return null;
		}

	}

}
