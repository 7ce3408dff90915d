/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.auditspring.capture.internal.request.ServedRequests;
import io.auditspring.capture.internal.value.Masking;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * The secrets that came with the current request: what its headers, parameters and
 * cookies with secret names say. Many a filter takes the key of an API from there for
 * somebody's name.
 */
final class RequestSecrets {

	/**
	 * Names of people and their ids are none: else whoever sends their own as a key would
	 * hide who they are.
	 */
	private static final Pattern LIKE_A_KEY = Pattern.compile("(?=.*[0-9])(?=.*[A-Za-z])[^@\\s]{20,}");

	private static final Pattern UUID = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

	private RequestSecrets() {
	}

	/**
	 * Whether a text came as a secret.
	 * @param text the text
	 * @param masking what is secret
	 * @return whether it is the value of a header, a parameter or a cookie that is, and
	 * nothing that people are called
	 */
	static boolean include(String text, Masking masking) {
		ServletRequestAttributes servlet = ServedRequests.current();
		return servlet != null && LIKE_A_KEY.matcher(text).matches() && !UUID.matcher(text).matches()
				&& of(servlet.getRequest(), masking).anyMatch((secret) -> isSame(secret, text));
	}

	private static Stream<String> of(HttpServletRequest request, Masking masking) {
		Stream<String> headers = Collections.list(request.getHeaderNames())
			.stream()
			.filter(masking::hides)
			.flatMap((name) -> Collections.list(request.getHeaders(name)).stream());
		// Not those of a body: a form has the password of whoever signs in.
		Stream<String> parameters = Arrays.stream(Objects.requireNonNullElse(request.getQueryString(), "").split("&"))
			.map((parameter) -> parameter.split("=", 2))
			.filter((parameter) -> parameter.length == 2 && masking.hides(decoded(parameter[0])))
			.map((parameter) -> decoded(parameter[1]));
		Cookie @Nullable [] sent = request.getCookies();
		Stream<String> cookies = (sent == null) ? Stream.empty()
				: Arrays.stream(sent).filter((cookie) -> masking.hides(cookie.getName())).map(Cookie::getValue);
		return Stream.of(headers, parameters, cookies).flatMap((each) -> each);
	}

	// Anybody may send a query that is none.
	private static String decoded(String value) {
		try {
			return URLDecoder.decode(value, StandardCharsets.UTF_8);
		}
		catch (IllegalArgumentException ex) {
			return value;
		}
	}

	// After the name of a scheme, such as Bearer.
	private static boolean isSame(@Nullable String secret, String text) {
		return secret != null && (secret.equals(text)
				|| (secret.endsWith(text) && secret.substring(0, secret.length() - text.length()).matches("\\S+ +")));
	}

}
