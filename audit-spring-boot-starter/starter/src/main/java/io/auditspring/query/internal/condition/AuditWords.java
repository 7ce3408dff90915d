/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query.internal.condition;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import jakarta.persistence.criteria.CriteriaBuilder;
import jakarta.persistence.criteria.Expression;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Root;
import org.hibernate.query.criteria.HibernateCriteriaBuilder;

/**
 * Words to be found in entries.
 */
public final class AuditWords {

	public static final int MAX_LENGTH = 200;

	/** What joins words into one for PostgreSQL, as in user-42 or order.pay. */
	private static final String JOINTS = "._-/@:+~%&=#<>\\";

	private static final String TEXTS = "coalesce(?, '') || ' ' || coalesce(?, '') || ' ' || coalesce(?, '') || ' ' || coalesce(?, '')";

	/** The same expression as that of the index, which audit_index_words() makes. */
	private static final String FOUND = "to_tsvector('simple', translate(%s, '%s', '%s')) @@ to_tsquery('simple', '"
		.formatted(TEXTS, JOINTS, " ".repeat(JOINTS.length()));

	/** Follows from the other, and costs a fraction of it. */
	private static final String CONTAINED = "(%s) ilike '%%".formatted(TEXTS);

	/** What is in quotes, and what is not. */
	private static final Pattern PARTS = Pattern.compile("\"([^\"]*)\"|[^\"]+");

	private static final String QUOTE = "\"";

	private final List<String> words;

	public AuditWords(String text) {
		if (text.length() > MAX_LENGTH) {
			throw new IllegalArgumentException(
					"A text to search for has at most %s characters, not %s".formatted(MAX_LENGTH, text.length()));
		}
		this.words = PARTS.matcher(text)
			.results()
			.flatMap((part) -> (part.group(1) != null) ? phrase(split(part.group(1))) : split(part.group()))
			.toList();
		if (this.words.stream().noneMatch((word) -> word.codePoints().anyMatch(Character::isLetterOrDigit))) {
			throw new IllegalArgumentException("'%s' has no word to search for".formatted(text));
		}
	}

	private static Stream<String> split(String text) {
		return Stream.of(text.split("[\\s\\p{Cntrl}\\p{Punct}]+")).filter((word) -> !word.isEmpty());
	}

	private static Stream<String> phrase(Stream<String> words) {
		String joined = words.collect(Collectors.joining(" "));
		return joined.isEmpty() ? Stream.empty() : Stream.of(QUOTE + joined);
	}

	/**
	 * Whether words follow one another.
	 * @param words one of what is looked for
	 * @return whether it is whole words that were in quotes
	 */
	public static boolean isPhrase(String words) {
		return words.startsWith(QUOTE);
	}

	/**
	 * The words of a phrase, or the one word.
	 * @param words one of what is looked for
	 * @return each word
	 */
	public static List<String> each(String words) {
		return List.of(words.substring(isPhrase(words) ? 1 : 0).split(" "));
	}

	/** What an entry must be like that has them. */
	public Condition wanted() {
		return Condition.words(this.words);
	}

	/**
	 * The statement tells the words, as a plan for any words would suit none. They have
	 * no quote, backslash or question mark, which are punctuation.
	 */
	public static Predicate found(List<String> words, Root<?> entry, CriteriaBuilder builder) {
		HibernateCriteriaBuilder hibernate = (HibernateCriteriaBuilder) builder;
		Stream<Predicate> contained = words.stream()
			.flatMap((some) -> each(some).stream())
			.filter((word) -> word.chars().allMatch((character) -> character < 0x80))
			.map((word) -> sql(CONTAINED + word + "%'", entry, hibernate));
		return builder
			.and(Stream.concat(contained, Stream.of(sql(FOUND + query(words) + "')", entry, hibernate))).toList());
	}

	/** To find all words by their beginnings takes the index tens of times as long. */
	private static String query(List<String> words) {
		String last = words.get(words.size() - 1);
		return words.stream()
			.map((some) -> each(some).stream()
				.map((word) -> "''" + word + "''")
				.collect(Collectors.joining(" <-> ", "(", ")")))
			.collect(Collectors.joining(" & "))
			.replaceFirst("\\)$", isPhrase(last) ? ")" : ":*)");
	}

	private static Predicate sql(String condition, Root<?> entry, HibernateCriteriaBuilder builder) {
		Expression<Boolean> matches = builder.sql(condition, Boolean.class, entry.get("message"),
				entry.get("targetName"), entry.get("actorId"), entry.get("actorName"));
		return builder.isTrue(matches);
	}

}
