/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.request;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * The servlet request that this thread is serving: Spring's, and where Spring knows none
 * yet, as in the filters of an application that configures Spring MVC all by itself, the
 * one that {@link ServedRequestFilter} keeps. Spring's own holder is never written to:
 * what the application finds in it is the application's business.
 */
public final class ServedRequests {

	private static final ThreadLocal<@Nullable ServletRequestAttributes> kept = new ThreadLocal<>();

	private ServedRequests() {
	}

	/**
	 * The request as whoever is nearest sees it.
	 * @return the request, or {@code null} where this thread serves none
	 */
	public static @Nullable ServletRequestAttributes current() {
		return (RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes known) ? known
				: kept.get();
	}

	/**
	 * The request as whoever knows it longest sees it, whose end comes after that of all
	 * others.
	 * @return the request, or {@code null} where this thread serves none
	 */
	public static @Nullable ServletRequestAttributes outermost() {
		ServletRequestAttributes own = kept.get();
		return (own != null) ? own : current();
	}

	/**
	 * Whether this thread still serves a request.
	 * @param request the request
	 * @return whether it may be read
	 */
	public static boolean include(ServletRequestAttributes request) {
		return RequestContextHolder.getRequestAttributes() == request || kept.get() == request;
	}

	/**
	 * Keeps a request for this thread.
	 * @param request the request
	 * @param response its response
	 * @return what is to be ended when the request is served
	 */
	static ServletRequestAttributes begin(HttpServletRequest request, HttpServletResponse response) {
		ServletRequestAttributes attributes = new ServletRequestAttributes(request, response);
		kept.set(attributes);
		return attributes;
	}

	static void end(ServletRequestAttributes attributes) {
		kept.remove();
		attributes.requestCompleted();
	}

}
