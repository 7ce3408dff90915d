/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import java.util.function.Supplier;
import java.util.regex.Pattern;

import io.auditspring.capture.internal.request.ServedRequests;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * The line of a servlet request. A call that begins in a filter begins before Spring MVC
 * knows the template of the path, so the request is read again when the entry is made.
 * That is allowed only while this thread is still serving it: a container uses the same
 * object for the next request.
 */
final class ServletRequestLine implements Supplier<@Nullable RequestLine> {

	/** Set by Spring MVC, which need not be there. */
	private static final String TEMPLATE = "org.springframework.web.servlet.HandlerMapping.bestMatchingPattern";

	/** RFC 3986, section 3.3. Containers may carry the session's id in one. */
	private static final Pattern PATH_PARAMETER = Pattern.compile(";[^/]*");

	private static final int MAX_METHOD = 32;

	private static final int MAX_PATH = 512;

	private final ServletRequestAttributes attributes;

	private final Thread owner = Thread.currentThread();

	private final @Nullable RequestLine atFirst;

	private final @Nullable String id;

	ServletRequestLine(ServletRequestAttributes attributes, @Nullable String id) {
		this.attributes = attributes;
		this.id = id;
		this.atFirst = read(attributes.getRequest(), id);
	}

	@Override
	public @Nullable RequestLine get() {
		boolean served = Thread.currentThread() == this.owner && ServedRequests.include(this.attributes);
		return served ? read(this.attributes.getRequest(), this.id) : this.atFirst;
	}

	private static @Nullable RequestLine read(HttpServletRequest request, @Nullable String id) {
		@Nullable String method = request.getMethod();
		if (method == null || method.isEmpty()) {
			// Tests of Spring bind one that nobody made.
			return null;
		}
		Object template = request.getAttribute(TEMPLATE);
		String path = (template != null) ? template.toString() : path(request);
		return new RequestLine(cut(method, MAX_METHOD), cut(path, MAX_PATH), template != null, id);
	}

	private static String path(HttpServletRequest request) {
		String path = request.getRequestURI();
		String context = request.getContextPath();
		return PATH_PARAMETER.matcher(path.startsWith(context) ? path.substring(context.length()) : path)
			.replaceAll("");
	}

	private static String cut(String text, int length) {
		return (text.length() > length) ? text.substring(0, length) : text;
	}

}
