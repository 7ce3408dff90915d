/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import java.util.Collections;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.auditspring.capture.internal.request.ServedRequests;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * Takes the details of the current servlet request. The address is the one that the
 * servlet container gives, which is the socket's, and where that is a trusted proxy's,
 * the client's as {@link TrustedProxies} find it. Where Spring's
 * {@code ForwardedHeaderFilter} or Tomcat's {@code RemoteIpValve} has been before, it is
 * their idea of the client, and whom to trust is theirs to know.
 */
public final class ServletRequestSource implements RequestSource {

	/** W3C Trace Context, section 3.2. */
	private static final Pattern TRACEPARENT = Pattern
		.compile("[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*");

	private static final String LEFT = ServletRequestSource.class.getName() + ".LEFT";

	private static final String ARRIVED = ServletRequestSource.class.getName() + ".ARRIVED";

	private final TrustedProxies proxies;

	private final @Nullable String deviceHeader;

	private final @Nullable String idHeader;

	/**
	 * Creates the source.
	 * @param proxies whose word on where a request came from is believed
	 * @param deviceHeader the header with the fingerprint of the client's device, or
	 * {@code null}
	 * @param idHeader the header with the request's id, or {@code null}
	 */
	ServletRequestSource(TrustedProxies proxies, @Nullable String deviceHeader, @Nullable String idHeader) {
		this.proxies = proxies;
		this.deviceHeader = deviceHeader;
		this.idHeader = idHeader;
	}

	@Override
	public RequestDetails currentRequest() {
		ServletRequestAttributes servlet = ServedRequests.current();
		if (servlet == null) {
			return RequestDetails.NONE;
		}
		HttpServletRequest request = servlet.getRequest();
		String id = (this.idHeader != null) ? RequestLine.id(request.getHeader(this.idHeader)) : null;
		String trace = traceId(request);
		return new RequestDetails(client(request), header(request, "User-Agent"), session(request),
				header(request, this.deviceHeader), () -> null, (trace != null) ? trace : id,
				new ServletRequestLine(servlet, id));
	}

	/**
	 * Believes the client in which session it comes: who leaves has been let in by it.
	 */
	@Override
	public @Nullable String leave() {
		ServletRequestAttributes servlet = ServedRequests.current();
		if (servlet == null) {
			return null;
		}
		servlet.getRequest().setAttribute(LEFT, true);
		String id = servlet.getRequest().getRequestedSessionId();
		return (id != null) ? digest(id) : null;
	}

	/**
	 * Whether it is told that somebody left by a request.
	 * @param request the request
	 * @return whether {@link #leave} was called within it
	 */
	public static boolean hasLeft(HttpServletRequest request) {
		return request.getAttribute(LEFT) != null;
	}

	@Override
	public void arrive() {
		ServletRequestAttributes servlet = ServedRequests.current();
		if (servlet != null) {
			servlet.getRequest().setAttribute(ARRIVED, true);
		}
	}

	/**
	 * Whether it is told that somebody signed in by a request.
	 * @param request the request
	 * @return whether {@link #arrive} was called within it
	 */
	public static boolean hasArrived(HttpServletRequest request) {
		return request.getAttribute(ARRIVED) != null;
	}

	private String client(HttpServletRequest request) {
		return this.proxies.client(request.getRemoteAddr(), (name) -> Collections.list(request.getHeaders(name)));
	}

	private static @Nullable String header(HttpServletRequest request, @Nullable String name) {
		return RequestDetails.limited((name != null) ? request.getHeader(name) : null);
	}

	/**
	 * What entries show of the session of a request as it is now. Whoever reads the
	 * ledger must not be able to take it over.
	 * @param request the request
	 * @return a digest of its id, or {@code null} where there is none
	 */
	public static @Nullable String session(HttpServletRequest request) {
		HttpSession session = request.getSession(false);
		return (session != null) ? digest(session.getId()) : null;
	}

	/**
	 * What entries show of a session.
	 * @param sessionId the session's id
	 * @return the start of its SHA-256, in hex
	 */
	public static String digest(String sessionId) {
		return RequestDetails.digest(sessionId);
	}

	private static @Nullable String traceId(HttpServletRequest request) {
		String header = request.getHeader("traceparent");
		if (header == null) {
			return null;
		}
		Matcher matcher = TRACEPARENT.matcher(header);
		return matcher.matches() ? matcher.group(1) : null;
	}

}
