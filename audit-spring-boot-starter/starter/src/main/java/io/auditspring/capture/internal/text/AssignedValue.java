/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.text;

import java.util.Locale;
import java.util.Set;

/**
 * Where the value begins and ends that a text assigns to a secret name. It reads on where
 * something is not closed: rather a message loses its end than a secret is told whose end
 * was cut off.
 */
final class AssignedValue {

	private static final Set<String> SCHEMES = Set.of("bearer", "basic", "digest");

	private static final String OPENING = "\"'`\u201c\u201e\u2018\u00ab\u300c";

	private static final String CLOSING = "\"'`\u201d\u201c\u2019\u00bb\u300d";

	private static final String KEY_BEGIN = "-----BEGIN";

	private static final String KEY_END = "-----END";

	private AssignedValue() {
	}

	/**
	 * Where the value begins that a sign assigns, which some languages write as
	 * {@code :=} or {@code =>}.
	 * @param text the text
	 * @param sign where the sign is
	 * @return where it begins
	 */
	static int start(String text, int sign) {
		int start = sign + 1;
		while (start < text.length() && (Assignments.isSign(text.charAt(start)) || text.charAt(start) == '>')) {
			start++;
		}
		return Assignments.skip(text, Markup.skip(text, start));
	}

	/**
	 * Where a value ends.
	 * @param text the text
	 * @param sign where the sign is that assigns it
	 * @param start where it begins
	 * @param name the name it has
	 * @return its end; where it begins if there is none
	 */
	static int end(String text, int sign, int start, String name) {
		if (text.startsWith(KEY_BEGIN, start)) {
			return endOfKey(text, start);
		}
		if (IndentedBlock.isAt(text, sign, start) && !isJson(text, start)) {
			return IndentedBlock.end(text, sign, start);
		}
		int quote = quote(text, start);
		if (quote >= 0) {
			return listEnd(text, quotedEnd(text, start, quote));
		}
		String lower = name.toLowerCase(Locale.ROOT);
		if (lower.contains("cookie")) {
			return parametersEnd(text, start, ';');
		}
		int end = plainEnd(text, start);
		if (text.substring(sign, start).contains("</")) {
			int tag = text.indexOf("</", start);
			return (tag >= 0) ? Math.min(tag, end) : end;
		}
		if (end == text.length() || !Assignments.isBlank(text.charAt(end))
				|| !isScheme(text.substring(start, end), lower.contains("authorization"))) {
			return end;
		}
		int credentials = Assignments.skip(text, end);
		quote = quote(text, credentials);
		return (quote >= 0) ? quotedEnd(text, credentials, quote) : parametersEnd(text, credentials, ',');
	}

	private static int endOfKey(String text, int start) {
		int last = text.indexOf(KEY_END, start);
		int end = (last >= 0) ? text.indexOf("-----", last + KEY_END.length()) : -1;
		return (end >= 0) ? end + 5 : text.length();
	}

	// It says itself where it ends, whatever its lines look like.
	private static boolean isJson(String text, int start) {
		int quote = quote(text, start);
		if (quote < 0) {
			return "{[(".indexOf(text.charAt(start)) >= 0;
		}
		int after = Assignments.skip(text, quotedEnd(text, start, quote));
		return after == text.length() || !Assignments.isSign(text.charAt(after));
	}

	private static boolean isScheme(String word, boolean any) {
		return SCHEMES.contains(word.toLowerCase(Locale.ROOT))
				|| (any && Character.isLetter(word.charAt(0)) && Assignments.startOfName(word, 0, word.length()) == 0);
	}

	// Where JSON is a text within JSON its quotes are escaped, perhaps repeatedly.
	private static int quote(String text, int start) {
		int quote = start;
		while (Assignments.is(text, quote, '\\')) {
			quote++;
		}
		return (quote < text.length() && OPENING.indexOf(text.charAt(quote)) >= 0) ? quote : -1;
	}

	private static int quotedEnd(String text, int start, int quote) {
		char close = CLOSING.charAt(OPENING.indexOf(text.charAt(quote)));
		int escapes = quote - start;
		if (escapes == 0 && isDoubled(text, quote)) {
			int end = text.indexOf(text.substring(quote, quote + 2), quote + 2);
			return (end >= 0) ? end + 2 : text.length();
		}
		int run = 0;
		for (int i = quote + 1; i < text.length(); i++) {
			char character = text.charAt(i);
			if (character == close && escapes == 0 && run == 0 && isPlainQuote(close)
					&& Assignments.is(text, i + 1, close)) {
				// As SQL and CSV write a quote within a text.
				i++;
				continue;
			}
			if (character == close && (run < escapes || (run - escapes) / (escapes + 1) % 2 == 0)) {
				// The one around it, with fewer of them, ends it as well.
				return (run < escapes) ? i - run : i + 1;
			}
			run = (character == '\\') ? run + 1 : 0;
		}
		return text.length();
	}

	private static boolean isPlainQuote(char character) {
		return character == '"' || character == '\'';
	}

	// As a quoted text looks within a text of SQL or CSV.
	private static boolean isDoubled(String text, int quote) {
		char character = text.charAt(quote);
		if (!isPlainQuote(character) || !Assignments.is(text, quote + 1, character) || quote + 2 >= text.length()) {
			return false;
		}
		char next = text.charAt(quote + 2);
		return Assignments.isOfName(next) || "$!#%@/+".indexOf(next) >= 0;
	}

	// Further ones belong to it, unless they are the names of others.
	private static int listEnd(String text, int first) {
		int end = first;
		while (true) {
			int comma = Assignments.skip(text, end);
			int start = Assignments.skip(text, comma + 1);
			int quote = Assignments.is(text, comma, ',') ? quote(text, start) : -1;
			int next = (quote >= 0) ? quotedEnd(text, start, quote) : -1;
			int after = Assignments.skip(text, Math.max(next, 0));
			if (next < 0 || (after < text.length() && Assignments.isSign(text.charAt(after)))) {
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
		while (Assignments.is(text, Assignments.skip(text, end), separator)) {
			int next = parameterEnd(text, Assignments.skip(text, Assignments.skip(text, end) + 1), separator);
			if (next < 0) {
				return end;
			}
			end = next;
		}
		return end;
	}

	private static int parameterEnd(String text, int start, char separator) {
		int sign = start;
		while (sign < text.length() && Assignments.isOfName(text.charAt(sign))) {
			sign++;
		}
		int value = sign + 1;
		if (sign == start || !Assignments.is(text, sign, '=') || value == text.length()
				|| Assignments.is(text, value, '=') || Assignments.isSpace(text.charAt(value))) {
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
