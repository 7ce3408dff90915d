/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query.internal.value;

/**
 * What a name is, how it begins, or how it ends.
 *
 * @param text the part that is known
 * @param known which part of the name that is
 */
public record NamePattern(String text, Part known) {

	private static final char ANY = '*';

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
	static NamePattern parse(String pattern) {
		int star = pattern.indexOf(ANY);
		if (star < 0) {
			return new NamePattern(pattern, Part.WHOLE);
		}
		boolean beginning = star == pattern.length() - 1;
		if (pattern.length() < 2 || star != pattern.lastIndexOf(ANY) || !beginning && star != 0) {
			throw new IllegalArgumentException(
					"A pattern has one star, at its beginning or its end, such as transaction.* or *.approved, not '%s'"
						.formatted(pattern));
		}
		return beginning ? new NamePattern(pattern.substring(0, star), Part.BEGINNING)
				: new NamePattern(pattern.substring(1), Part.END);
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
