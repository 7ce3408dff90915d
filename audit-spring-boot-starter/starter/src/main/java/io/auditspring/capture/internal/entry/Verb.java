/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.entry;

import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * What an action says was done, as far as its name tells: {@code device.onboard} that a
 * device was onboarded.
 *
 * @param subject what the name begins with, in words, or {@code null} where it has one
 * part only
 * @param words the last part, in words
 * @param done the same as what was done, or {@code null} where the language has no rule
 * for it
 * @param method whether the name is that of a class and its method
 */
record Verb(@Nullable String subject, String words, @Nullable String done, boolean method) {

	private static final Pattern VERB = Pattern.compile("[a-z]*[aeiouy][a-z]*");

	private static final Pattern NOUN = Pattern.compile(".{2,}(ing|tion|sion|ment|ness|ance|ence|ity)|.");

	/** Those that double their last letter, such as scan; one syllable, one vowel. */
	private static final Pattern SHORT = Pattern.compile("[^aeiou]+[aeiou][bdgmnprt]");

	/**
	 * Reads an action.
	 * @param action its name
	 * @param participles gives the participle of a verb, or {@code null}
	 * @param english whether there are rules for those that are not known
	 * @return what it says
	 */
	static Verb of(String action, UnaryOperator<@Nullable String> participles, boolean english) {
		int dot = action.lastIndexOf('.');
		boolean named = dot > 0 && dot < action.length() - 1;
		List<String> words = words(named ? action.substring(dot + 1) : action);
		if (words.isEmpty()) {
			return new Verb(null, action, null, false);
		}
		String subject = named ? capitalized(words(action.substring(0, dot))) : null;
		return new Verb(subject, String.join(" ", words), done(words, participles, english),
				named && Character.isUpperCase(action.charAt(0)));
	}

	private static @Nullable String done(List<String> words, UnaryOperator<@Nullable String> participles,
			boolean english) {
		int last = words.size() - 1;
		String whole = participles.apply(String.join("_", words));
		if (whole != null) {
			return whole;
		}
		String verb = base(words.get(last), participles);
		if (last == 0 || verb != null && participles.apply(words.get(0)) == null) {
			String participle = (verb != null) ? participles.apply(verb) : null;
			participle = (participle == null && english && isVerb(words.get(last))) ? participle(words.get(last))
					: participle;
			return (participle == null || last > 0 && !english) ? null : with(words, last, participle);
		}
		if (!english) {
			return null;
		}
		if (isParticiple(words.get(last))) {
			return String.join(" ", words);
		}
		String known = participles.apply(words.get(0));
		String participle = (known == null && isVerb(words.get(0))) ? participle(words.get(0)) : known;
		return (participle != null) ? with(words, 0, participle) : null;
	}

	private static String with(List<String> words, int place, String word) {
		return Stream
			.of(words.subList(0, place).stream(), Stream.of(word), words.subList(place + 1, words.size()).stream())
			.flatMap((part) -> part)
			.collect(Collectors.joining(" "));
	}

	// Actions are named in the past tense, too: order.created.
	private static @Nullable String base(String word, UnaryOperator<@Nullable String> participles) {
		return Stream
			.of(word, word.replaceFirst("d$", ""), word.replaceFirst("ed$", ""), word.replaceFirst("ied$", "y"),
					word.replaceFirst("(.)\\1ed$", "$1"), word.replaceFirst("^paid$", "pay"))
			.filter((candidate) -> participles.apply(candidate) != null)
			.findFirst()
			.orElse(null);
	}

	/** Numbers, names and nouns are none: not "v2ed", and not "onboardinged". */
	private static boolean isVerb(String word) {
		return VERB.matcher(word).matches() && !NOUN.matcher(word).matches();
	}

	private static boolean isParticiple(String word) {
		return word.endsWith("ed") && word.length() > 4;
	}

	private static String participle(String verb) {
		if (isParticiple(verb)) {
			return verb;
		}
		if (verb.endsWith("e")) {
			return verb + 'd';
		}
		if (SHORT.matcher(verb).matches()) {
			return verb + verb.charAt(verb.length() - 1) + "ed";
		}
		return verb.matches(".*[^aeiou]y") ? verb.substring(0, verb.length() - 1) + "ied" : verb + "ed";
	}

	private static List<String> words(String name) {
		return Stream.of(name.split("(?<=[\\p{Ll}\\d])(?=\\p{Lu})|[^\\p{L}\\d]+"))
			.filter((word) -> !word.isEmpty())
			.map((word) -> word.toLowerCase(Locale.ROOT))
			.toList();
	}

	private static String capitalized(List<String> words) {
		String text = String.join(" ", words);
		return text.isEmpty() ? text : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
	}

}
