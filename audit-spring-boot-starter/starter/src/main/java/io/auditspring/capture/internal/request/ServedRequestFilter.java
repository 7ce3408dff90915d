/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.request;

import java.io.IOException;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.core.env.PropertyResolver;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * Keeps the request for those who ask before Spring MVC does: Spring Security tells of
 * sign-ins in its filters. Spring Boot's {@code RequestContextFilter} does so, too,
 * unless the application configures Spring MVC by {@code @EnableWebMvc} or a
 * {@code WebMvcConfigurationSupport}, or has none; where it has been before, there is
 * nothing to do.
 */
public final class ServedRequestFilter implements Filter {

	private static final String SECURITY_ORDER = "spring.security.filter.order";

	/** Spring Boot's default for Spring Security's filters. */
	private static final int DEFAULT_SECURITY_ORDER = -100;

	/** After Spring Boot's {@code RequestContextFilter}, and all that wraps requests. */
	private static final int ORDER = -104;

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		if (ServedRequests.current() == null && request instanceof HttpServletRequest http
				&& response instanceof HttpServletResponse answer) {
			ServletRequestAttributes kept = ServedRequests.begin(http, answer);
			try {
				chain.doFilter(request, response);
			}
			finally {
				ServedRequests.end(kept);
			}
		}
		else {
			chain.doFilter(request, response);
		}
	}

	/**
	 * Where among the filters it belongs.
	 * @param environment tells where the application has Spring Security's
	 * @return an order before those
	 */
	public static int order(PropertyResolver environment) {
		int security = environment.getProperty(SECURITY_ORDER, Integer.class, DEFAULT_SECURITY_ORDER);
		return Math.min(ORDER, (security > Integer.MIN_VALUE) ? security - 1 : security);
	}

}
