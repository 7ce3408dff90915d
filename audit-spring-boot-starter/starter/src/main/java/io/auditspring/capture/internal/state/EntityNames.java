/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.util.Locale;
import java.util.Set;
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
 */
record EntityNames(String shown, Class<?> mapped, Set<String> own, Set<String> supertypes, Set<String> known) {

	/**
	 * Whether one of the words for a thing holds the other one.
	 * @param type what an application calls it
	 * @return whether that, or the name of the class, is a part of the other
	 */
	boolean isLike(String type) {
		String said = word(type);
		return !said.isEmpty() && Stream.of(this.mapped.getSimpleName(), this.shown)
			.map((name) -> word(name.substring(name.lastIndexOf('.') + 1)))
			.anyMatch((name) -> name.contains(said) || said.contains(name));
	}

	private static String word(String name) {
		return name.replaceAll("[^\\p{L}\\p{N}]", "").toLowerCase(Locale.ROOT);
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
