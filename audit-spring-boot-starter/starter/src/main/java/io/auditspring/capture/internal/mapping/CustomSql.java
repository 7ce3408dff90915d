/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.mapping;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * What the statements make of values with which an application writes a table in the
 * place of Hibernate's own ({@code @SQLInsert}, {@code @SQLUpdate}).
 *
 * @param unknown whether nobody can tell, as of a procedure that is called
 * @param columns the columns that get something else than they are given
 */
public record CustomSql(boolean unknown, Set<String> columns) {

	private static final CustomSql UNKNOWN = new CustomSql(true, Set.of());

	private static final Pattern INSERT = Pattern.compile(
			"\\s*insert\\s+into\\s+[^\\s(]+\\s*\\(([^()]*)\\)\\s*values\\s*(.*)",
			Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

	private static final Pattern UPDATE = Pattern.compile("\\s*update\\s+(?:only\\s+)?\\S+\\s+set\\s+(.*)",
			Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

	private static final Pattern END_OF_SET = Pattern.compile("(?:where|from|returning)\\b.*",
			Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

	/** The value as it is, perhaps with the name of a type. */
	private static final Pattern PLAIN = Pattern.compile(
			"\\(?\\s*\\?\\s*\\)?(?:\\s*::\\s*[\\w.\" ()]+)?|cast\\s*\\(\\s*\\?\\s+as\\s+[\\w.\" ]+(?:\\([\\d, ]+\\))?\\s*\\)",
			Pattern.CASE_INSENSITIVE);

	/**
	 * What statements make of values.
	 * @param statements the statements; those that are {@code null} are Hibernate's own
	 * @return what all of them together do
	 */
	public static CustomSql of(@Nullable String... statements) {
		Set<String> columns = new HashSet<>();
		for (String statement : statements) {
			if (statement != null && !isRead(statement, columns)) {
				return UNKNOWN;
			}
		}
		return new CustomSql(false, Set.copyOf(columns));
	}

	/**
	 * Whether all columns get what they are given.
	 * @return whether they do
	 */
	public boolean isPlain() {
		return !this.unknown && this.columns.isEmpty();
	}

	public CustomSql and(CustomSql other) {
		Set<String> all = new HashSet<>(this.columns);
		all.addAll(other.columns);
		return new CustomSql(this.unknown || other.unknown, all);
	}

	/**
	 * Whether a column may hold something else than it is given.
	 * @param column its name
	 * @return whether it may
	 */
	public boolean transforms(String column) {
		return this.unknown || this.columns.contains(name(column));
	}

	private static boolean isRead(String statement, Set<String> transformed) {
		Matcher insert = INSERT.matcher(statement);
		if (insert.matches()) {
			return isInsertRead(List.of(insert.group(1).split(",")), insert.group(2), transformed);
		}
		Matcher update = UPDATE.matcher(statement);
		return update.matches() && isUpdateRead(update.group(1), transformed);
	}

	private static boolean isInsertRead(List<String> columns, String values, Set<String> transformed) {
		int end = end(values);
		// What is done about rows that are there already is not read.
		if (end < 0 || values.substring(end).matches("(?is).*\\bset\\b.*\\(.*")) {
			return false;
		}
		List<String> expressions = parts(values.substring(1, end - 1));
		if (expressions.size() != columns.size()) {
			return false;
		}
		for (int i = 0; i < expressions.size(); i++) {
			read(columns.get(i), expressions.get(i), transformed);
		}
		return true;
	}

	private static boolean isUpdateRead(String assignments, Set<String> transformed) {
		List<String> parts = parts(assignments);
		for (String part : parts) {
			int equal = part.indexOf('=');
			if (equal < 0) {
				return false;
			}
			read(part.substring(0, equal), part.substring(equal + 1), transformed);
		}
		return !parts.isEmpty();
	}

	private static void read(String column, String expression, Set<String> transformed) {
		if (expression.contains("?") && !PLAIN.matcher(expression.strip()).matches()) {
			transformed.add(name(column));
		}
	}

	public static String name(String column) {
		return column.replaceAll("[\"`\\s]", "").toLowerCase(Locale.ROOT);
	}

	// Behind the parenthesis that closes the first one.
	private static int end(String text) {
		int[] depth = new int[1];
		boolean[] quoted = new boolean[1];
		for (int i = 0; i < text.length(); i++) {
			step(text.charAt(i), depth, quoted);
			if (depth[0] == 0 && !quoted[0]) {
				return (i > 0) ? i + 1 : -1;
			}
		}
		return -1;
	}

	// What commas separate, until the list ends.
	private static List<String> parts(String text) {
		List<String> parts = new ArrayList<>();
		int[] depth = new int[1];
		boolean[] quoted = new boolean[1];
		int start = 0;
		int i = 0;
		for (; i < text.length() && !(depth[0] == 0 && !quoted[0] && isEnd(text, i)); i++) {
			step(text.charAt(i), depth, quoted);
			if (text.charAt(i) == ',' && depth[0] == 0 && !quoted[0]) {
				parts.add(text.substring(start, i));
				start = i + 1;
			}
		}
		parts.add(text.substring(start, i));
		return parts;
	}

	private static boolean isEnd(String text, int index) {
		return index > 0 && Character.isWhitespace(text.charAt(index - 1))
				&& END_OF_SET.matcher(text).region(index, text.length()).matches();
	}

	private static void step(char character, int[] depth, boolean[] quoted) {
		if (character == '\'') {
			quoted[0] = !quoted[0];
		}
		else if (!quoted[0]) {
			depth[0] += (character == '(') ? 1 : (character == ')') ? -1 : 0;
		}
	}

}
