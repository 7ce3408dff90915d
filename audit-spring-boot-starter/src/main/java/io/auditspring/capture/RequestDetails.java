package io.auditspring.capture;

import org.jspecify.annotations.Nullable;

/**
 * Where a call came from.
 *
 * @param ip the client's address in text, or {@code null}
 * @param userAgent the client's program, or {@code null}
 * @param session a digest of the session id, or {@code null}
 * @param traceId the distributed trace, or {@code null}
 */
public record RequestDetails(@Nullable String ip, @Nullable String userAgent, @Nullable String session,
		@Nullable String traceId) {

	/** What is known outside a request: nothing. */
	public static final RequestDetails NONE = new RequestDetails(null, null, null, null);

	RequestDetails tracedBy(@Nullable String traceId) {
		return (traceId != null) ? new RequestDetails(this.ip, this.userAgent, this.session, traceId) : this;
	}

}
