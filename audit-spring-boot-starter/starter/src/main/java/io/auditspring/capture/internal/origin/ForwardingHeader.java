/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A header in which each proxy appends, on the right, from where it got the request.
 * <p>
 * Its lines are read from the right, because that is where the proxies of the application
 * write. What a client sends stays on the left, so that a quote which is never closed
 * cannot swallow what the proxies append. Empty elements are passed over, as RFC 9110,
 * section 5.6.1, asks.
 */
enum ForwardingHeader {

	/** RFC 7239. */
	FORWARDED("Forwarded", ForwardingHeader::forParameter),

	/** The header that most proxies write; no standard describes it. */
	X_FORWARDED_FOR("X-Forwarded-For", UnaryOperator.identity());

	private static final String NOT_SAID = "unknown";

	private final String header;

	private final UnaryOperator<String> sender;

	ForwardingHeader(String header, UnaryOperator<String> sender) {
		this.header = header;
		this.sender = sender;
	}

	String header() {
		return this.header;
	}

	/**
	 * From where the request came, hop by hop.
	 * @param lines the header's lines in their order
	 * @return what the header says of each hop, the nearest first; not necessarily
	 * addresses
	 */
	List<String> hops(List<String> lines) {
		List<String> hops = new ArrayList<>();
		for (int i = lines.size() - 1; i >= 0; i--) {
			for (String element : split(lines.get(i), ',')) {
				hops.add(this.sender.apply(element));
			}
		}
		return hops;
	}

	/**
	 * What one proxy says. Where its element is not well formed, a quote can belong to
	 * what the client sent, and where two of its parameters say it, one can: neither says
	 * anything.
	 */
	private static String forParameter(String element) {
		String sender = null;
		for (String pair : split(element, ';')) {
			int equals = pair.indexOf('=');
			String value = pair.substring(equals + 1).strip();
			if (equals < 0 || !isValue(value)) {
				return NOT_SAID;
			}
			if (pair.substring(0, equals).strip().equalsIgnoreCase("for")) {
				if (sender != null) {
					return NOT_SAID;
				}
				sender = unquoted(value);
			}
		}
		return (sender != null) ? sender : NOT_SAID;
	}

	/** Either a quoted string, or without any quote. */
	private static boolean isValue(String text) {
		if (!text.startsWith("\"")) {
			return text.indexOf('"') < 0;
		}
		int end = 1;
		while (end < text.length() && text.charAt(end) != '"') {
			end += (text.charAt(end) == '\\') ? 2 : 1;
		}
		return end == text.length() - 1;
	}

	private static String unquoted(String value) {
		return value.startsWith("\"") ? value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1") : value;
	}

	private static List<String> split(String text, char separator) {
		if (text.indexOf(separator) < 0) {
			String whole = text.strip();
			return whole.isEmpty() ? Collections.emptyList() : List.of(whole);
		}
		List<String> parts = new ArrayList<>();
		int end = text.length();
		boolean quoted = false;
		for (int i = end - 1; i >= 0; i--) {
			char character = text.charAt(i);
			if (character == '"' && !(quoted && isEscaped(text, i))) {
				quoted = !quoted;
			}
			else if (character == separator && !quoted) {
				addPart(parts, text.substring(i + 1, end));
				end = i;
			}
		}
		addPart(parts, text.substring(0, end));
		return parts;
	}

	private static boolean isEscaped(String text, int index) {
		int start = index;
		while (start > 0 && text.charAt(start - 1) == '\\') {
			start--;
		}
		return (index - start) % 2 == 1;
	}

	private static void addPart(List<String> parts, String part) {
		String stripped = part.strip();
		if (!stripped.isEmpty()) {
			parts.add(stripped);
		}
	}

}
