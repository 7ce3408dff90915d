/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.entry;

import java.util.Set;
import java.util.function.Predicate;

/**
 * Knows what entries show of a target, whatever it is called by who looks for it.
 */
public interface TargetNames {

	/** Entries show what is said. */
	TargetNames AS_SAID = new TargetNames() {

		@Override
		public String kind(String type) {
			return type;
		}

		@Override
		public Set<String> kinds(String type) {
			return Set.of(type);
		}

		@Override
		public String id(String type, Object id) {
			return id.toString();
		}

	};

	/**
	 * The kind of thing as entries show it.
	 * @param type what it is called
	 * @return what entries show
	 */
	String kind(String type);

	/**
	 * The kinds that entries may show of one thing.
	 * @param type what its kind is called
	 * @return what entries may show, {@code type} included
	 */
	Set<String> kinds(String type);

	/**
	 * Which thing it is, as entries show it.
	 * @param type what its kind is called
	 * @param id the text that entries show, an identifier, or an entity
	 * @return the text that entries show
	 */
	String id(String type, Object id);

	/**
	 * What may be told of an id whose kind nobody says, or only in part.
	 * @param kind which kinds it may be of, as entries show them
	 * @param id a text of the id
	 * @return a digest where the ids of one of these kinds are secret, else the text
	 */
	default String idOfAny(Predicate<String> kind, String id) {
		return id;
	}

}
