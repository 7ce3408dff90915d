/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.text;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.auditspring.AuditSetupException;
import org.jspecify.annotations.Nullable;

/**
 * The words that make a name secret. A name matches a key when the key's words stand in
 * it one after the other, be they written together.
 */
public final class MaskingKeys {

	private static final Pattern WORD = Pattern
		.compile("\\p{Lu}+(?![\\p{L}\\p{M}&&[^\\p{Lu}]])|\\p{Lu}?[\\p{L}\\p{M}&&[^\\p{Lu}]]+|\\p{Nd}+");

	/** What English puts between a name and its value. */
	private static final Set<String> FILLERS = Set.of("is", "was", "are", "were", "code", "value", "hash");

	private static final int MAX_FILLERS = 2;

	private static final int MAX_REMEMBERED_NAMES = 4096;

	/** From here on hardly any other word ends like a key. */
	private static final int MIN_ENDING = 5;

	/** The same of beginnings, of which {@code secretary} has one. */
	private static final int MIN_BEGINNING = 8;

	private final Set<String> keys;

	private final int longestKey;

	private final int mostWords;

	/** How keys begin, or {@code null} where that says little. */
	private final @Nullable BitSet beginnings;

	private final Map<String, Boolean> names = new ConcurrentHashMap<>();

	/**
	 * Creates them.
	 * @param keys words, each of which makes a name secret that has them; what is blank
	 * does not count
	 * @throws AuditSetupException if one of them has neither a letter nor a digit
	 */
	public MaskingKeys(List<String> keys) {
		List<List<String>> parted = keys.stream().filter((key) -> !key.isBlank()).map(MaskingKeys::wordsOfKey).toList();
		this.keys = parted.stream().map((words) -> singular(String.join("", words))).collect(Collectors.toSet());
		this.longestKey = this.keys.stream().mapToInt(String::length).max().orElse(0);
		this.mostWords = parted.stream().mapToInt(List::size).max().orElse(0);
		this.beginnings = beginnings(this.keys);
	}

	private static List<String> wordsOfKey(String key) {
		List<String> words = words(key);
		if (words.isEmpty()) {
			throw new AuditSetupException("audit.masking.keys has '%s', which no name can match".formatted(key),
					"Write each key as words of letters and digits, such as 'api key', or leave it out.");
		}
		return words;
	}

	// Hardly any name has them, and those that do not need not be parted into words.
	private static @Nullable BitSet beginnings(Set<String> keys) {
		BitSet beginnings = new BitSet();
		for (String key : keys) {
			if (key.length() < 2 || !Character.isLetterOrDigit(key.charAt(0))
					|| !Character.isLetterOrDigit(key.charAt(1))) {
				return null;
			}
			beginnings.set(beginning(key.charAt(0), key.charAt(1)));
		}
		return beginnings;
	}

	private static int beginning(char first, char second) {
		return (first * 31 + second) & 0xFFF;
	}

	/**
	 * Whether no name is secret.
	 * @return whether there are no keys
	 */
	public boolean isEmpty() {
		return this.keys.isEmpty();
	}

	/**
	 * Whether the value of a member with this name is secret.
	 * @param name the member's name
	 * @return whether it is to be masked
	 */
	public boolean hide(String name) {
		Boolean known = this.names.get(name);
		if (known != null) {
			return known;
		}
		boolean hidden = matches(words(name));
		if (this.names.size() < MAX_REMEMBERED_NAMES) {
			this.names.put(name, hidden);
		}
		return hidden;
	}

	/**
	 * Whether a name is secret that stands in a text. Texts have any number of them,
	 * which are not worth remembering.
	 * @param name the name
	 * @return whether what is assigned to it is to be masked
	 */
	boolean hideInText(String name) {
		Boolean known = this.names.get(name);
		return (known != null) ? known : matches(words(name));
	}

	/**
	 * Whether a part of a text may have a key. Most have none, which is found out soon.
	 * @param text the text
	 * @param from where the part begins
	 * @param to where it ends
	 * @return {@code false} if it has none
	 */
	public boolean mayBeIn(String text, int from, int to) {
		if (this.beginnings == null) {
			return true;
		}
		char last = 0;
		for (int i = from; i < to; i++) {
			char character = Character.toLowerCase(text.charAt(i));
			if (Character.isLetterOrDigit(character)) {
				if (last != 0 && this.beginnings.get(beginning(last, character))) {
					return true;
				}
				last = character;
			}
		}
		return false;
	}

	/**
	 * How many words before a sign may belong to a key.
	 * @return their number
	 */
	int mostWords() {
		return this.mostWords + MAX_FILLERS;
	}

	/**
	 * Whether words end with a key, as "the card number" does, and "the password is".
	 * "The password was wrong: ..." has a key in it, and assigns it nothing.
	 * @param text the words
	 * @return whether they do
	 */
	boolean end(String text) {
		List<String> words = words(text);
		int last = words.size() - 1;
		for (int i = 0; i < MAX_FILLERS && last > 0 && FILLERS.contains(words.get(last)); i++) {
			last--;
		}
		StringBuilder run = new StringBuilder();
		for (int from = last; from >= 0 && run.length() <= this.longestKey; from--) {
			if (this.keys.contains(singular(run.insert(0, words.get(from)).toString()))) {
				return true;
			}
		}
		return false;
	}

	private boolean matches(List<String> name) {
		for (int from = 0; from < name.size(); from++) {
			StringBuilder run = new StringBuilder();
			for (int to = from; to < name.size() && run.length() <= this.longestKey; to++) {
				if (this.keys.contains(singular(run.append(name.get(to)).toString()))) {
					return true;
				}
			}
		}
		return name.stream().map(MaskingKeys::singular).anyMatch(this::isWrittenTogether);
	}

	private boolean isWrittenTogether(String word) {
		return this.keys.stream()
			.anyMatch((key) -> (isLong(key) && word.endsWith(key))
					|| (key.length() >= MIN_BEGINNING && word.startsWith(key)));
	}

	// Chinese parts no words, and needs few characters for each.
	private static boolean isLong(String key) {
		return key.length() >= MIN_ENDING || Character.isIdeographic(key.codePointAt(0));
	}

	private static String singular(String word) {
		boolean plural = word.length() > 3 && word.endsWith("s") && !word.endsWith("ss");
		return plural ? word.substring(0, word.length() - 1) : word;
	}

	/**
	 * Parts a name into its words.
	 * @param name the name
	 * @return the words, in lower case
	 */
	static List<String> words(String name) {
		List<String> words = new ArrayList<>();
		WORD.matcher(name).results().forEach((word) -> words.add(word.group().toLowerCase(Locale.ROOT)));
		return words;
	}

}
