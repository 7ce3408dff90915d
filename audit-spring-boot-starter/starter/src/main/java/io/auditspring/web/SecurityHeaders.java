/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

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

	@Override
	public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
		set(response);
		return true;
	}

	static void set(HttpServletResponse response) {
		response.setHeader("Content-Security-Policy", API);
		response.setHeader("X-Content-Type-Options", "nosniff");
		response.setHeader("X-Frame-Options", "DENY");
		response.setHeader("Referrer-Policy", "no-referrer");
		response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
	}

}
