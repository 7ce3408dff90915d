/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.text;

import java.util.Locale;
import java.util.Set;

/**
 * Finds in a text what may be assigned. It reads on where something is not closed: rather
 * a message loses its end than a secret is told whose end was cut off.
 */
public final class Assignments {

	private static final Set<String> SCHEMES = Set.of("bearer", "basic", "digest");

	private Assignments() {
	}

	/**
	 * Whether a text has a sign that may assign something, which most have not.
	 * @param text the text
	 * @return whether it has one
	 */
	public static boolean mayBeIn(String text) {
		return text.indexOf('=') >= 0 || text.indexOf(':') >= 0 || text.indexOf('\uff1d') >= 0
				|| text.indexOf('\uff1a') >= 0;
	}

	/**
	 * Where the next sign is that may assign something.
	 * @param text the text
	 * @param from where to begin
	 * @return its place; the length of the text if there is none
	 */
	public static int sign(String text, int from) {
		int sign = from;
		while (sign < text.length() && !isSign(text.charAt(sign))) {
			sign++;
		}
		return sign;
	}

	// Chinese has wide ones.
	private static boolean isSign(char character) {
		return character == '=' || character == ':' || character == '\uff1d' || character == '\uff1a';
	}

	/**
	 * Where the name ends that stands before a sign.
	 * @param text the text
	 * @param from the first place that may belong to it
	 * @param sign where the sign is
	 * @return the place after its last character
	 */
	public static int endOfName(String text, int from, int sign) {
		int end = sign;
		while (end > from && Character.isWhitespace(text.charAt(end - 1))) {
			end--;
		}
		while (end > from && (isQuote(text.charAt(end - 1)) || "\\]".indexOf(text.charAt(end - 1)) >= 0)) {
			end--;
		}
		return end;
	}

	/**
	 * Where a name begins, or a word of it.
	 * @param text the text
	 * @param from the first place that may belong to it
	 * @param end the place after its last character
	 * @return where it begins; its end if there is none
	 */
	public static int startOfName(String text, int from, int end) {
		int start = end;
		while (start > from && isOfName(text.charAt(start - 1))) {
			start--;
		}
		return start;
	}

	private static boolean isOfName(char character) {
		return Character.isLetterOrDigit(character) || character == '_' || character == '-' || character == '.'
				|| Character.isSurrogate(character) || Character.getType(character) == Character.NON_SPACING_MARK
				|| Character.getType(character) == Character.COMBINING_SPACING_MARK;
	}

	/**
	 * Whether a character may part the words of a name.
	 * @param character the character
	 * @return whether it may
	 */
	public static boolean isBlank(char character) {
		return character == ' ' || character == '\t';
	}

	private static boolean isQuote(char character) {
		return character == '"' || character == '\'';
	}

	/**
	 * Where the value begins that a sign assigns, which some languages write as
	 * {@code :=} or {@code =>}.
	 * @param text the text
	 * @param sign where the sign is
	 * @return where it begins
	 */
	public static int value(String text, int sign) {
		int start = sign + 1;
		while (start < text.length() && (isSign(text.charAt(start)) || text.charAt(start) == '>')) {
			start++;
		}
		return skip(text, start);
	}

	private static int skip(String text, int from) {
		int next = from;
		while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
			next++;
		}
		return next;
	}

	private static boolean is(String text, int index, char character) {
		return index < text.length() && text.charAt(index) == character;
	}

	/**
	 * Where a value ends.
	 * @param text the text
	 * @param start where it begins
	 * @param name the name it has, in lower case
	 * @return its end; where it begins if there is none
	 */
	public static int end(String text, int start, String name) {
		int quote = quote(text, start);
		if (quote >= 0) {
			return listEnd(text, quotedEnd(text, start, quote));
		}
		if (name.contains("cookie")) {
			return parametersEnd(text, start, ';');
		}
		int end = plainEnd(text, start);
		if (end == text.length() || !isBlank(text.charAt(end))
				|| !isScheme(text.substring(start, end), name.contains("authorization"))) {
			return end;
		}
		int credentials = skip(text, end);
		quote = quote(text, credentials);
		return (quote >= 0) ? quotedEnd(text, credentials, quote) : parametersEnd(text, credentials, ',');
	}

	private static boolean isScheme(String word, boolean any) {
		return SCHEMES.contains(word.toLowerCase(Locale.ROOT))
				|| (any && Character.isLetter(word.charAt(0)) && startOfName(word, 0, word.length()) == 0);
	}

	// Where JSON is a text within JSON its quotes are escaped, perhaps repeatedly.
	private static int quote(String text, int start) {
		int quote = start;
		while (is(text, quote, '\\')) {
			quote++;
		}
		return (quote < text.length() && isQuote(text.charAt(quote))) ? quote : -1;
	}

	private static int quotedEnd(String text, int start, int quote) {
		int escapes = quote - start;
		int run = 0;
		for (int i = quote + 1; i < text.length(); i++) {
			char character = text.charAt(i);
			if (character == text.charAt(quote) && (run < escapes || (run - escapes) / (escapes + 1) % 2 == 0)) {
				// The one around it, with fewer of them, ends it as well.
				return (run < escapes) ? i - run : i + 1;
			}
			run = (character == '\\') ? run + 1 : 0;
		}
		return text.length();
	}

	// Further ones belong to it, unless they are the names of others.
	private static int listEnd(String text, int first) {
		int end = first;
		while (true) {
			int comma = skip(text, end);
			int start = skip(text, comma + 1);
			int quote = is(text, comma, ',') ? quote(text, start) : -1;
			int next = (quote >= 0) ? quotedEnd(text, start, quote) : -1;
			int after = skip(text, Math.max(next, 0));
			if (next < 0 || (after < text.length() && isSign(text.charAt(after)))) {
				return end;
			}
			end = next;
		}
	}

	// Such as a=1; b="2".
	private static int parametersEnd(String text, int start, char separator) {
		int end = parameterEnd(text, start, separator);
		if (end < 0) {
			return plainEnd(text, start);
		}
		while (is(text, skip(text, end), separator)) {
			int next = parameterEnd(text, skip(text, skip(text, end) + 1), separator);
			if (next < 0) {
				return end;
			}
			end = next;
		}
		return end;
	}

	private static int parameterEnd(String text, int start, char separator) {
		int sign = start;
		while (sign < text.length() && isOfName(text.charAt(sign))) {
			sign++;
		}
		int value = sign + 1;
		if (sign == start || !is(text, sign, '=') || value == text.length() || is(text, value, '=')
				|| Character.isWhitespace(text.charAt(value))) {
			// Base64 may end like that.
			return -1;
		}
		int quote = quote(text, value);
		if (quote >= 0) {
			return quotedEnd(text, value, quote);
		}
		int end = value;
		while (end < text.length() && text.charAt(end) != separator && !Character.isWhitespace(text.charAt(end))
				&& ",}])".indexOf(text.charAt(end)) < 0) {
			end++;
		}
		return (end > value) ? end : -1;
	}

	private static int plainEnd(String text, int start) {
		int end = start;
		while (end < text.length() && !Character.isWhitespace(text.charAt(end))
				&& ",;}])\uff0c\uff1b\u3002".indexOf(text.charAt(end)) < 0) {
			end = ("{[(".indexOf(text.charAt(end)) >= 0) ? bracketedEnd(text, end) : end + 1;
		}
		return end;
	}

	private static int bracketedEnd(String text, int start) {
		char open = text.charAt(start);
		char close = "}])".charAt("{[(".indexOf(open));
		int depth = 0;
		int escapes = 0;
		int i = start;
		while (i < text.length()) {
			char character = text.charAt(i);
			if (character == '"') {
				i = quotedEnd(text, i - escapes, i);
				escapes = 0;
				continue;
			}
			depth += (character == open) ? 1 : (character == close) ? -1 : 0;
			i++;
			if (depth == 0) {
				return i;
			}
			escapes = (character == '\\') ? escapes + 1 : 0;
		}
		return i;
	}

}
