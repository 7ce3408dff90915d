/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * What was requested.
 *
 * @param method the HTTP method
 * @param path the template of the path, such as {@code /orders/{id}}, where Spring MVC or
 * WebFlux chose a handler by one, else the path itself; never with the query
 * @param template whether it is a template: what the application wrote, and no value of a
 * request
 * @param id the id that the request says it has, or {@code null}
 */
public record RequestLine(String method, String path, boolean template, @Nullable String id) {

	/** Longer ones, and what cannot be printed, are nobody's ids. */
	private static final Pattern ID = Pattern.compile("[!-~]{1,200}");

	/**
	 * What a header says, if it can be an id.
	 * @param header the header's value, or {@code null}
	 * @return the id, or {@code null}
	 */
	static @Nullable String id(@Nullable String header) {
		return (header != null && ID.matcher(header).matches()) ? header : null;
	}

}
