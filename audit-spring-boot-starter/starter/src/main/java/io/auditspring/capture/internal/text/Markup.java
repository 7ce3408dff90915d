/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.text;

/**
 * What XML, HTML and Markdown put around names and values.
 */
final class Markup {

	/** No name of an element, with its brackets, is longer. */
	private static final int MAX_CLOSING = 24;

	private static final int MAX_OPENING = 256;

	/** More of them stand nowhere between a name and its value. */
	private static final int MAX_TAGS = 8;

	private static final String SPACE = "&nbsp;";

	private Markup() {
	}

	/**
	 * Whether a closing tag ends at a place.
	 * @param text the text
	 * @param from the first place that may belong to it
	 * @param end the place after it
	 * @return whether one does
	 */
	static boolean isAtEnd(String text, int from, int end) {
		if (end <= from || text.charAt(end - 1) != '>') {
			return false;
		}
		int start = text.lastIndexOf('<', end);
		return start >= Math.max(from, end - MAX_CLOSING) && closing(text, start) == end;
	}

	// The place after it, or -1.
	private static int closing(String text, int start) {
		return text.startsWith("</", start) ? tag(text, start + 2, MAX_CLOSING) : -1;
	}

	private static int tag(String text, int name, int longest) {
		if (name >= text.length() || !Character.isLetter(text.charAt(name))) {
			return -1;
		}
		int end = name;
		while (end < text.length() && end - name < longest && text.charAt(end) != '>') {
			end++;
		}
		return Assignments.is(text, end, '>') ? end + 1 : -1;
	}

	/**
	 * The place after the markup that follows a sign, as in {@code <b>Password:</b> x}
	 * and {@code **Password:** x}.
	 * @param text the text
	 * @param from the place after the sign
	 * @return the place after it; where it began if there is none
	 */
	static int skip(String text, int from) {
		int end = skipMarks(text, from);
		for (int i = 0; i < MAX_TAGS; i++) {
			int next = Assignments.skip(text, end);
			int after = text.startsWith(SPACE, next) ? next + SPACE.length() : closing(text, next);
			if (after < 0 && i > 0 && Assignments.is(text, next, '<')) {
				after = tag(text, next + 1, MAX_OPENING);
			}
			if (after < 0) {
				return end;
			}
			end = after;
		}
		return end;
	}

	// Three of them may be a mask.
	private static int skipMarks(String text, int from) {
		int end = from;
		while (end < text.length() && end - from < 2 && "*_])".indexOf(text.charAt(end)) >= 0) {
			end++;
		}
		return (end < text.length() && Assignments.isSpace(text.charAt(end))) ? end : from;
	}

	/**
	 * The name of the element whose first tag ends at a place.
	 * @param text the text
	 * @param end the place of its bracket
	 * @return its name with its prefix; empty if there is none, or it has no content
	 */
	static String element(String text, int end) {
		int start = end - 1;
		while (start >= 0 && text.charAt(start) != '<' && text.charAt(start) != '>') {
			start--;
		}
		if (start < 0 || text.charAt(start) == '>' || text.charAt(end - 1) == '/') {
			return "";
		}
		int last = start + 1;
		while (last < end && (Assignments.isOfName(text.charAt(last)) || text.charAt(last) == ':')) {
			last++;
		}
		boolean isName = last == end || Assignments.isSpace(text.charAt(last));
		return isName ? text.substring(start + 1, last) : "";
	}

}
