/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.catalogue;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.auditspring.AuditSetupException;
import org.jspecify.annotations.Nullable;

/**
 * The words of one kind that an application knows.
 */
final class Words {

	private final String kind;

	private final Function<Enum<?>, String> naming;

	private final SortedSet<String> all = new TreeSet<>();

	private final Collection<Class<?>> sources;

	/**
	 * Reads words.
	 * @param kind what they are, such as {@code action}
	 * @param naming tells the words of constants
	 * @param sources enums, or classes with constants
	 * @throws AuditSetupException if one has none
	 */
	Words(String kind, Function<Enum<?>, String> naming, Collection<Class<?>> sources) {
		this.kind = kind;
		this.naming = naming;
		this.sources = List.copyOf(sources);
		for (Class<?> source : this.sources) {
			SortedSet<String> words = new TreeSet<>();
			read(source, words);
			if (words.isEmpty()) {
				throw new AuditSetupException("%s is named for the %s of audit entries, and has no constants".formatted(
						source.getName(), kind), "Name an enum, or a class with public constants of type String.");
			}
			this.all.addAll(words);
		}
	}

	private void read(Class<?> source, SortedSet<String> words) {
		Object[] constants = source.getEnumConstants();
		if (constants != null) {
			for (Object constant : constants) {
				words.add(this.naming.apply((Enum<?>) constant));
			}
			return;
		}
		for (Field field : source.getDeclaredFields()) {
			String word = constant(field);
			if (word != null) {
				words.add(word);
			}
		}
		for (Class<?> nested : source.getDeclaredClasses()) {
			if (Modifier.isPublic(nested.getModifiers())) {
				read(nested, words);
			}
		}
	}

	private static @Nullable String constant(Field field) {
		int modifiers = field.getModifiers();
		if (field.getType() != String.class || !Modifier.isPublic(modifiers) || !Modifier.isStatic(modifiers)
				|| !Modifier.isFinal(modifiers)) {
			return null;
		}
		try {
			// The class may be hidden, its constants are not.
			field.setAccessible(true);
			return (String) field.get(null);
		}
		catch (IllegalAccessException ex) {
			throw new AuditSetupException("The constant %s cannot be read".formatted(field),
					"Make its class public, or open its package.", ex);
		}
	}

	/**
	 * All of them, in the order of their letters.
	 * @return the words; none where the application names none, so that any may be used
	 */
	public SortedSet<String> all() {
		return Collections.unmodifiableSortedSet(this.all);
	}

	/**
	 * Says what is wrong with a word.
	 * @param word the word
	 * @param place where it is used
	 * @return a sentence, or {@code null} if nothing is
	 */
	@Nullable String problem(String word, String place) {
		if (this.all.isEmpty() || this.all.contains(word)) {
			return null;
		}
		String known = this.sources.stream().map(Class::getName).collect(Collectors.joining(", "));
		String nearest = Collections.min(this.all, Comparator.comparingInt((other) -> distance(word, other)));
		return "%s has the %s '%s', which %s does not know; the nearest it knows is '%s'".formatted(place, this.kind,
				word, known, nearest);
	}

	/** Levenshtein's. */
	static int distance(String one, String other) {
		int[] previous = new int[other.length() + 1];
		for (int j = 0; j <= other.length(); j++) {
			previous[j] = j;
		}
		for (int i = 1; i <= one.length(); i++) {
			int[] row = new int[other.length() + 1];
			row[0] = i;
			for (int j = 1; j <= other.length(); j++) {
				int replaced = previous[j - 1] + ((one.charAt(i - 1) == other.charAt(j - 1)) ? 0 : 1);
				row[j] = Math.min(replaced, Math.min(previous[j], row[j - 1]) + 1);
			}
			previous = row;
		}
		return previous[other.length()];
	}

}
