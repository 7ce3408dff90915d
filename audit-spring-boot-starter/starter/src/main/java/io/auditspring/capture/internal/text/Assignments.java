/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.text;

/**
 * Finds in a text the signs that may assign something, and the names before them.
 */
public final class Assignments {

	private Assignments() {
	}

	/**
	 * Whether a text has a sign that may assign something, which most have not.
	 * @param text the text
	 * @return whether it has one
	 */
	public static boolean mayBeIn(String text) {
		return text.indexOf('=') >= 0 || text.indexOf(':') >= 0 || text.indexOf('\uff1d') >= 0
				|| text.indexOf('\uff1a') >= 0 || text.indexOf('>') >= 0;
	}

	/**
	 * Where the next sign is that may assign something, or the end of a tag.
	 * @param text the text
	 * @param from where to begin
	 * @return its place; the length of the text if there is none
	 */
	static int sign(String text, int from) {
		int sign = from;
		while (sign < text.length() && !isSign(text.charAt(sign)) && text.charAt(sign) != '>') {
			sign++;
		}
		return sign;
	}

	// Chinese has wide ones.
	static boolean isSign(char character) {
		return character == '=' || character == ':' || character == '\uff1d' || character == '\uff1a';
	}

	/**
	 * Where the name ends that stands before a sign.
	 * @param text the text
	 * @param from the first place that may belong to it
	 * @param sign where the sign is
	 * @return the place after its last character
	 */
	static int endOfName(String text, int from, int sign) {
		int end = sign;
		while (end > from && (isAroundName(text.charAt(end - 1)) || Markup.isAtEnd(text, from, end))) {
			end = Markup.isAtEnd(text, from, end) ? text.lastIndexOf('<', end) : end - 1;
		}
		return end;
	}

	private static boolean isAroundName(char character) {
		return isSpace(character) || isQuote(character) || character == '\\' || character == ']' || character == '*';
	}

	/**
	 * Where a group in parentheses begins that stands before a sign, as in
	 * {@code Key (token, tenant)=} and {@code Password (new):}, or an index, as in
	 * {@code tokens[0]=}. A call is none.
	 * @param text the text
	 * @param from the first place that may belong to it
	 * @param sign where the sign is
	 * @return the place of its bracket, or -1
	 */
	static int startOfGroup(String text, int from, int sign) {
		int end = sign;
		while (end > from && (isSpace(text.charAt(end - 1)) || isQuote(text.charAt(end - 1)))) {
			end--;
		}
		char close = (end > from) ? text.charAt(end - 1) : 0;
		char open = (close == ')') ? '(' : '[';
		int depth = 0;
		for (int i = end - 1; i >= from && (close == ')' || close == ']'); i--) {
			depth += (text.charAt(i) == close) ? 1 : (text.charAt(i) == open) ? -1 : 0;
			if (depth == 0) {
				return (open == '[' || i == 0 || !isOfName(text.charAt(i - 1))) ? i : -1;
			}
		}
		return -1;
	}

	/**
	 * Where a name begins, or a word of it.
	 * @param text the text
	 * @param from the first place that may belong to it
	 * @param end the place after its last character
	 * @return where it begins; its end if there is none
	 */
	static int startOfName(String text, int from, int end) {
		int start = end;
		while (start > from && isOfName(text.charAt(start - 1))) {
			start--;
		}
		return start;
	}

	static boolean isOfName(char character) {
		return Character.isLetterOrDigit(character) || character == '_' || character == '-' || character == '.'
				|| Character.isSurrogate(character) || Character.getType(character) == Character.NON_SPACING_MARK
				|| Character.getType(character) == Character.COMBINING_SPACING_MARK;
	}

	/**
	 * Whether a character may part the words of a name.
	 * @param character the character
	 * @return whether it may
	 */
	static boolean isBlank(char character) {
		return character == '\t' || Character.getType(character) == Character.SPACE_SEPARATOR;
	}

	static boolean isSpace(char character) {
		return Character.isWhitespace(character) || isBlank(character);
	}

	static boolean isQuote(char character) {
		return character == '"' || character == '\'' || character == '`';
	}

	/**
	 * The next place that has something else than spaces.
	 * @param text the text
	 * @param from where to begin
	 * @return the place; the length of the text if there is none
	 */
	static int skip(String text, int from) {
		int next = from;
		while (next < text.length() && isSpace(text.charAt(next))) {
			next++;
		}
		return next;
	}

	static boolean is(String text, int index, char character) {
		return index < text.length() && text.charAt(index) == character;
	}

}
