/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.text;

/**
 * A value that stands on lines of its own below its name, as YAML has it. It ends where a
 * line is indented as the name is.
 */
final class IndentedBlock {

	private IndentedBlock() {
	}

	/**
	 * Whether a value is one.
	 * @param text the text
	 * @param sign where the sign is that assigns it
	 * @param start where it begins
	 * @return whether it is one
	 */
	static boolean isAt(String text, int sign, int start) {
		if (text.charAt(sign) != ':' || start >= text.length() || text.startsWith(TextMasking.MASK, start)) {
			return false;
		}
		if (!isOnLaterLine(text, sign, start)) {
			return isScalar(text, start);
		}
		int indent = indent(text, startOfLine(text, start));
		return indent > indentOfName(text, sign) || (isItem(text, start) && indent == indentOfName(text, sign));
	}

	/**
	 * Whether a value begins on a later line than its name.
	 * @param text the text
	 * @param sign where the sign is that assigns it
	 * @param start where it begins
	 * @return whether it does
	 */
	static boolean isOnLaterLine(String text, int sign, int start) {
		for (int i = sign; i < start; i++) {
			if (isLineEnd(text.charAt(i))) {
				return true;
			}
		}
		return false;
	}

	// Such as |- at the end of a line.
	private static boolean isScalar(String text, int start) {
		if (text.charAt(start) != '|' && text.charAt(start) != '>') {
			return false;
		}
		int end = start + 1;
		while (end < text.length() && "+-123456789 ".indexOf(text.charAt(end)) >= 0) {
			end++;
		}
		return end < text.length() && isLineEnd(text.charAt(end));
	}

	private static boolean isItem(String text, int start) {
		return text.startsWith("- ", start);
	}

	/**
	 * Where a block ends.
	 * @param text the text
	 * @param sign where the sign is that assigns it
	 * @param start where it begins
	 * @return the place after its last line
	 */
	static int end(String text, int sign, int start) {
		int name = indentOfName(text, sign);
		boolean items = isItem(text, start);
		int end = endOfLine(text, start);
		int next = end;
		while (next < text.length()) {
			int line = next + 1;
			next = endOfLine(text, line);
			int first = line + indent(text, line);
			if (first < next) {
				if (first - line < name || (first - line == name && !(items && isItem(text, first)))) {
					return end;
				}
				end = next;
			}
		}
		return end;
	}

	// The name may be that of the first member of a list's item.
	private static int indentOfName(String text, int sign) {
		int line = startOfLine(text, sign);
		int indent = indent(text, line);
		while (isItem(text, line + indent)) {
			indent += 1 + indent(text, line + indent + 1);
		}
		return indent;
	}

	private static int indent(String text, int line) {
		int end = line;
		while (end < text.length() && Assignments.isBlank(text.charAt(end))) {
			end++;
		}
		return end - line;
	}

	private static int startOfLine(String text, int place) {
		int start = place;
		while (start > 0 && !isLineEnd(text.charAt(start - 1))) {
			start--;
		}
		return start;
	}

	private static int endOfLine(String text, int place) {
		int end = place;
		while (end < text.length() && !isLineEnd(text.charAt(end))) {
			end++;
		}
		return end;
	}

	private static boolean isLineEnd(char character) {
		return character == '\n' || character == '\r';
	}

}
