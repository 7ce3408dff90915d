/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a kind of entity is called.
 *
 * @param shown the name that entries show, no other kind's
 * @param mapped its class
 * @param own all names that mean this kind: of the entity and of its class, short and
 * long
 * @param supertypes the names of the classes that it extends and the interfaces that it
 * implements
 * @param known the names of all kinds of entities that there are
 * @param root the mapped name of what it inherits from in the end, or its own
 * @param words the words for the entities of each hierarchy that there is, by its root
 */
record EntityNames(String shown, Class<?> mapped, Set<String> own, Set<String> supertypes, Set<String> known,
		String root, Map<String, Set<String>> words) {

	/** What the name of a class says of how it is stored, and not of what it is. */
	private static final Pattern AFFIX = Pattern.compile("^(jpa|db)|(jpa|db)?(entity|jpa|db|dbo)$");

	/**
	 * Whether one of the words for a thing holds the other one, and no other kind's does.
	 * Where others do, the one whose name says the same is meant.
	 * @param type what an application calls it
	 * @return {@code false} also where several kinds are as much like it
	 */
	boolean isLike(String type) {
		String said = word(type);
		Predicate<String> like = (name) -> name.contains(said) || said.contains(name);
		if (said.isEmpty() || words(this.mapped, this.shown).stream().noneMatch(like)) {
			return false;
		}
		List<String> roots = roots(like);
		return (roots.size() == 1) ? roots.contains(this.root)
				: roots((name) -> bare(name).equals(bare(said))).equals(List.of(this.root));
	}

	private List<String> roots(Predicate<String> word) {
		return this.words.entrySet()
			.stream()
			.filter((kind) -> kind.getValue().stream().anyMatch(word))
			.map(Map.Entry::getKey)
			.toList();
	}

	/**
	 * The words for a kind of entity.
	 * @param mapped its class
	 * @param shown its name as entries show it
	 * @return the last part of each name, without what is no letter or digit
	 */
	static Set<String> words(Class<?> mapped, String shown) {
		return Stream.of(mapped.getSimpleName(), shown)
			.map((name) -> word(name.substring(name.lastIndexOf('.') + 1)))
			.filter((name) -> !name.isEmpty())
			.collect(Collectors.toSet());
	}

	private static String word(String name) {
		return name.replaceAll("[^\\p{L}\\p{N}]", "").toLowerCase(Locale.ROOT);
	}

	private static String bare(String word) {
		String bare = AFFIX.matcher(word).replaceAll("");
		return bare.isEmpty() ? word : bare;
	}

	/**
	 * The more special one of two names of the same entity: a reference to it may know it
	 * by a supertype only.
	 * @param other the other one
	 * @return one of both
	 */
	EntityNames orMoreSpecial(EntityNames other) {
		return this.mapped.isAssignableFrom(other.mapped) ? other : this;
	}

}
