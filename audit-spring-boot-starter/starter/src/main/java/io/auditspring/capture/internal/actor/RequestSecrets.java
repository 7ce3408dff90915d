/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Objects;
import java.util.stream.Stream;

import io.auditspring.capture.internal.value.Masking;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.util.StringUtils;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * The secrets that came with the current request: what its headers, parameters and
 * cookies with secret names say. Many a filter takes the key of an API from there for
 * somebody's name.
 */
final class RequestSecrets {

	private RequestSecrets() {
	}

	/**
	 * Whether a text came as a secret.
	 * @param text the text
	 * @param masking what is secret
	 * @return whether it is the value of a header, a parameter or a cookie that is
	 */
	static boolean include(String text, Masking masking) {
		return RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes servlet
				&& of(servlet.getRequest(), masking).anyMatch((secret) -> isSame(secret, text));
	}

	private static Stream<String> of(HttpServletRequest request, Masking masking) {
		Stream<String> headers = Collections.list(request.getHeaderNames())
			.stream()
			.filter(masking::hides)
			.flatMap((name) -> Collections.list(request.getHeaders(name)).stream());
		// Not those of a body: a form has the password of whoever signs in.
		Stream<String> parameters = UriComponentsBuilder.fromUriString("?" + request.getQueryString())
			.build()
			.getQueryParams()
			.entrySet()
			.stream()
			.filter((parameter) -> masking.hides(parameter.getKey()))
			.flatMap((parameter) -> parameter.getValue().stream())
			.filter(Objects::nonNull)
			.map((value) -> StringUtils.uriDecode(value, StandardCharsets.UTF_8));
		Cookie @Nullable [] sent = request.getCookies();
		Stream<String> cookies = (sent == null) ? Stream.empty()
				: Arrays.stream(sent).filter((cookie) -> masking.hides(cookie.getName())).map(Cookie::getValue);
		return Stream.of(headers, parameters, cookies).flatMap((each) -> each);
	}

	// After the name of a scheme, such as Bearer.
	private static boolean isSame(@Nullable String secret, String text) {
		return secret != null && (secret.equals(text)
				|| (secret.endsWith(text) && secret.substring(0, secret.length() - text.length()).matches("\\S+ +")));
	}

}
