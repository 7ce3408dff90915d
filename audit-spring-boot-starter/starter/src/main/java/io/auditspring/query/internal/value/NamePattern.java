/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query.internal.value;

import java.util.regex.Pattern;

/**
 * What a name is, how it begins, or how it ends.
 *
 * @param text the part that is known
 * @param known which part of the name that is
 */
public record NamePattern(String text, Part known) {

	private static final char ANY = '*';

	private static final Pattern ESCAPED = Pattern.compile("\\\\([\\\\*])");

	/** Of a name. */
	public enum Part {

		BEGINNING, END, WHOLE

	}

	/**
	 * Reads a pattern.
	 * @param pattern such as {@code transaction.*}, {@code *.approved} or {@code login}
	 * @return the pattern
	 * @throws IllegalArgumentException if it has more than one star, or one that is not
	 * at an end, or nothing else
	 */
	public static NamePattern parse(String pattern) {
		// What has a backslash before it is no star of the pattern.
		String bare = (pattern.indexOf(ANY) >= 0) ? ESCAPED.matcher(pattern).replaceAll("xx") : pattern;
		int star = bare.indexOf(ANY);
		if (star < 0) {
			return new NamePattern(exact(pattern), Part.WHOLE);
		}
		boolean beginning = star == bare.length() - 1;
		if (bare.length() < 2 || star != bare.lastIndexOf(ANY) || !beginning && star != 0) {
			throw new IllegalArgumentException(
					"A pattern has one star, at its beginning or its end, such as transaction.* or *.approved, not '%s'"
						.formatted(pattern));
		}
		return beginning ? new NamePattern(ESCAPED.matcher(pattern.substring(0, star)).replaceAll("$1"), Part.BEGINNING)
				: new NamePattern(ESCAPED.matcher(pattern.substring(1)).replaceAll("$1"), Part.END);
	}

	/**
	 * The name that a pattern without a star of its own is.
	 * @param pattern such as {@code a\\*b}; where there is no star, a backslash is one
	 * @return the name, such as {@code a*b}
	 */
	public static String exact(String pattern) {
		return (pattern.indexOf(ANY) >= 0) ? ESCAPED.matcher(pattern).replaceAll("$1") : pattern;
	}

	/**
	 * The pattern that only a name fits.
	 * @param name such as {@code a*b}
	 * @return the pattern, such as {@code a\\*b}
	 */
	public static String only(String name) {
		return (name.indexOf(ANY) >= 0) ? name.replaceAll("[\\\\*]", "\\\\$0") : name;
	}

	/**
	 * Whether there is a star that stands for anything.
	 * @param pattern the pattern
	 * @return whether it has one
	 */
	public static boolean hasStar(String pattern) {
		return ESCAPED.matcher(pattern).replaceAll("xx").indexOf(ANY) >= 0;
	}

	/**
	 * Whether a text is a pattern, which has one such star, at its beginning or its end.
	 * @param text the text
	 * @return whether it is one
	 */
	public static boolean isPattern(String text) {
		return ESCAPED.matcher(text).replaceAll("xx").matches("(?s)[^*]+\\*|\\*[^*]+");
	}

	/** The beginning that all matching names have, which may be empty. */
	public String prefix() {
		return (this.known != Part.END) ? this.text : "";
	}

	public boolean matches(String name) {
		return switch (this.known) {
			case BEGINNING -> name.startsWith(this.text);
			case END -> name.endsWith(this.text);
			case WHOLE -> name.equals(this.text);
		};
	}

	/**
	 * The same for {@code like} in SQL.
	 * @param escape what stands before characters that mean themselves
	 * @return the pattern
	 */
	public String like(char escape) {
		String literal = this.text.replaceAll("([%_" + escape + "])", escape + "$1");
		return switch (this.known) {
			case BEGINNING -> literal + '%';
			case END -> '%' + literal;
			case WHOLE -> literal;
		};
	}

}
