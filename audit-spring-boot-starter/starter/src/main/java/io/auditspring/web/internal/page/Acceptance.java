/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.page;

import java.util.Enumeration;
import java.util.List;
import java.util.stream.Stream;

import io.auditspring.web.internal.handler.Answers;
import io.auditspring.web.internal.handler.TrailHandler;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Refuses who wants an answer in a format that there is none in. Looks at the header
 * itself, as applications can have other things decide about formats, such as a parameter
 * {@code format}, which means something else here.
 */
final class Acceptance implements HandlerInterceptor {

	@Override
	public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
		MediaType format = (handler instanceof HandlerMethod method && method.getBean() instanceof TrailHandler)
				? format(method, request) : null;
		if (format != null && !accepts(request, format)) {
			throw new ResponseStatusException(HttpStatus.NOT_ACCEPTABLE,
					"The answer is %s, which the header Accept does not name".formatted(format));
		}
		return true;
	}

	private static @Nullable MediaType format(HandlerMethod method, HttpServletRequest request) {
		Answers answers = method.getMethodAnnotation(Answers.class);
		if (answers == null) {
			return MediaType.APPLICATION_JSON;
		}
		List<MediaType> formats = Stream.of(answers.value()).map(MediaType::parseMediaType).toList();
		return formats.stream()
			.filter((format) -> format.getSubtype().equals(request.getParameter("format")))
			.findFirst()
			.orElse(formats.isEmpty() ? null : formats.get(0));
	}

	/** The most specific range counts (RFC 9110, section 12.5.1). */
	private static boolean accepts(HttpServletRequest request, MediaType format) {
		Enumeration<String> headers = request.getHeaders(HttpHeaders.ACCEPT);
		boolean any = false;
		int specificity = -1;
		double quality = 0;
		while (headers.hasMoreElements()) {
			for (MediaType range : ranges(headers.nextElement())) {
				any = true;
				int specific = range.isWildcardType() ? 0 : range.isWildcardSubtype() ? 1 : 2;
				if (range.includes(format) && specific >= specificity) {
					quality = (specific > specificity) ? range.getQualityValue()
							: Math.max(quality, range.getQualityValue());
					specificity = specific;
				}
			}
		}
		return !any || quality > 0;
	}

	private static List<MediaType> ranges(String header) {
		try {
			return MediaType.parseMediaTypes(header);
		}
		catch (InvalidMediaTypeException ex) {
			throw new ResponseStatusException(HttpStatus.NOT_ACCEPTABLE, "The header Accept takes media types", ex);
		}
	}

}
