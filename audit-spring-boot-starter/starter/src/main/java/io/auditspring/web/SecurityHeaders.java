/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.util.List;
import java.util.stream.Collectors;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Tells browsers to run, load, show and pass on nothing of what is answered here. The
 * page may run and load what comes with it. Whether the application sets such headers or
 * not, these are the ones that count here.
 *
 * @since 0.1.0
 */
public final class SecurityHeaders implements HandlerInterceptor {

	public static final String PAGE = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
			+ "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

	static final String API = "default-src 'none'; frame-ancestors 'none'";

	private final List<String> ancestors;

	/** What nobody may show in a frame. */
	public SecurityHeaders() {
		this(List.of());
	}

	/**
	 * What some may show in a frame.
	 * @param ancestors the origins whose pages may, or {@code self}
	 */
	public SecurityHeaders(List<String> ancestors) {
		this.ancestors = ancestors;
	}

	/**
	 * The policy of a page that some may show in a frame.
	 * @param ancestors the origins whose pages may, or {@code self}; nobody if empty
	 * @return the value of the header
	 */
	public static String page(List<String> ancestors) {
		return ancestors.isEmpty() ? PAGE
				: PAGE.replace("frame-ancestors 'none'",
						"frame-ancestors " + ancestors.stream()
							.map((origin) -> origin.equals("self") ? "'self'" : origin)
							.collect(Collectors.joining(" ")));
	}

	@Override
	public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
		if (this.ancestors.isEmpty()) {
			set(response);
			return true;
		}
		setAll(response);
		response.setHeader("Cross-Origin-Resource-Policy", "cross-origin");
		return true;
	}

	static void set(HttpServletResponse response) {
		setAll(response);
		// Old browsers know only this, which cannot name origins.
		response.setHeader("X-Frame-Options", "DENY");
	}

	private static void setAll(HttpServletResponse response) {
		response.setHeader("Content-Security-Policy", API);
		response.setHeader("X-Content-Type-Options", "nosniff");
		response.setHeader("Referrer-Policy", "no-referrer");
		response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
	}

}
