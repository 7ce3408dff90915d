/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.entry;

import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of a statement that changes rows directly, without the values in it.
 */
final class BulkStatement {

	private static final int MAX_LENGTH = 4_000;

	/**
	 * What holds values, as PostgreSQL reads it (manual, section 4.1): comments, text in
	 * quotes of all kinds, numbers. Quoted names come in between, so that what is in them
	 * is not taken for one of those. Without an end, a text reaches as far as the
	 * statement.
	 */
	private static final Pattern VALUES = Pattern.compile("""
			"(?:[^"]++|"")*+"
			|--[^\\n]*+|/\\*.*?(?:\\*/|\\z)
			|\\b[eE]'(?:[^'\\\\]++|\\\\.|'')*+(?:'|\\z)
			|(?:\\b(?:[xXbBnN]|[uU]&))?'(?:[^']++|'')*+(?:'|\\z)
			|(?<![\\w$])(?<quote>\\$(?:[A-Za-z_]\\w*+)?\\$).*?(?:\\k<quote>|\\z)
			|(?<![\\w$"])\\.?\\d[\\w.]*+(?:(?<=[eE])[+-]\\d++)?
			""".replaceAll("\\n\\t*", ""), Pattern.DOTALL);

	/** The rows that come back are those that something within changed. */
	private static final Pattern CHANGING = Pattern.compile(
			"\\s*+(?:(?:insert|update|delete|merge)\\b|with\\b.*\\(\\s*+(?:insert|update|delete|merge)\\b).*",
			Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

	private BulkStatement() {
	}

	/**
	 * Leaves the values out.
	 * @param sql the statement
	 * @return the statement with a question mark for each value, in one line
	 */
	static String withoutValues(String sql) {
		String text = VALUES.matcher(sql).replaceAll(BulkStatement::replacement).strip().replaceAll("\\s+", " ");
		return (text.length() > MAX_LENGTH) ? text.substring(0, MAX_LENGTH) + "…" : text;
	}

	private static String replacement(MatchResult match) {
		return switch (match.group().charAt(0)) {
			case '"' -> Matcher.quoteReplacement(match.group());
			case '-', '/' -> " ";
			default -> "?";
		};
	}

	/**
	 * Whether a statement that is run for its result changes rows, too.
	 * @param text the statement without values
	 * @return whether it does
	 */
	static boolean isChanging(String text) {
		return CHANGING.matcher(text).matches();
	}

}
