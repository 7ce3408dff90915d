/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.entry;

import org.jspecify.annotations.Nullable;

/**
 * Text that PostgreSQL and UTF-8 can hold: U+0000 and unpaired surrogates, which they
 * cannot, become U+FFFD.
 */
public final class Text {

	private static final char REPLACEMENT = '\uFFFD';

	private Text() {
	}

	static @Nullable String normalizeNullable(@Nullable String text) {
		return (text != null) ? normalize(text) : null;
	}

	public static String normalize(String text) {
		return isStorable(text) ? text : replaceUnstorable(text);
	}

	/**
	 * Whether a text can be stored as it is.
	 * @param text the text
	 * @return whether nothing in it would be replaced
	 */
	public static boolean isStorable(String text) {
		for (int i = 0; i < text.length(); i++) {
			if (isUnstorable(text, i)) {
				return false;
			}
		}
		return true;
	}

	private static String replaceUnstorable(String text) {
		StringBuilder storable = new StringBuilder(text.length());
		for (int i = 0; i < text.length(); i++) {
			storable.append(isUnstorable(text, i) ? REPLACEMENT : text.charAt(i));
		}
		return storable.toString();
	}

	private static boolean isUnstorable(String text, int index) {
		char c = text.charAt(index);
		if (Character.isHighSurrogate(c)) {
			return index + 1 == text.length() || !Character.isLowSurrogate(text.charAt(index + 1));
		}
		if (Character.isLowSurrogate(c)) {
			return index == 0 || !Character.isHighSurrogate(text.charAt(index - 1));
		}
		return c == 0;
	}

}
