/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.entry;

import java.util.Set;
import java.util.function.Predicate;

import io.auditspring.capture.internal.state.EntityIdentifiers;
import io.auditspring.capture.internal.value.JsonValues;
import io.auditspring.capture.internal.value.PlainTypes;
import org.jspecify.annotations.Nullable;

/**
 * Turns what an application hands over into text without secrets.
 */
public final class Texts {

	private final EntityIdentifiers entities;

	private final JsonValues values;

	/**
	 * Creates it.
	 * @param entities knows the identifiers of entities
	 * @param values knows what objects hold, and what of it is secret
	 */
	Texts(EntityIdentifiers entities, JsonValues values) {
		this.entities = entities;
		this.values = values;
	}

	/**
	 * What identifies a thing.
	 * @param type what it is called, or {@code null}
	 * @param thing an entity, an identifier, anything
	 * @return an entity's identifier as entries show it, the text of anything else
	 * @throws RuntimeException whatever the thing throws when it is asked
	 */
	public @Nullable String id(@Nullable String type, @Nullable Object thing) {
		Object value = JsonValues.held(thing);
		if (value == null) {
			return null;
		}
		String id = PlainTypes.include(value.getClass()) ? null : this.entities.of(value);
		if (id == null && type != null) {
			id = this.entities.of(type, value);
		}
		return (id != null) ? id : text(value);
	}

	/**
	 * What entries show of a kind of thing.
	 * @param type what an application calls it
	 * @return the one name that entries show of an entity, whichever of its names that
	 * is; of anything else what it is called
	 */
	public String kind(String type) {
		return this.entities.kind(type);
	}

	/**
	 * The kinds that entries may show of one thing.
	 * @param type what an application calls its kind
	 * @return the names of all entities that are in one hierarchy with the one that is
	 * meant, and what it is called
	 */
	public Set<String> kinds(String type) {
		return this.entities.kinds(type);
	}

	/**
	 * What entries may show of an id whose kind nobody says, or only in part.
	 * @param kind which kinds it may be of, as entries show them
	 * @param id a text of the id
	 * @return a digest where the ids of one of these kinds are secret, else the text
	 */
	public String idOfAny(Predicate<String> kind, String id) {
		return this.entities.shownOfAny(kind, id);
	}

	/**
	 * A value as text.
	 * @param value anything
	 * @return its own text, or its JSON where its own text may tell secrets, or nothing;
	 * {@code null} for an empty {@code Optional}
	 * @throws RuntimeException whatever the value throws when it is asked
	 */
	public @Nullable String text(@Nullable Object value) {
		Object held = JsonValues.held(value);
		return (held != null) ? this.values.text(held) : null;
	}

	/**
	 * What a value is now, whatever becomes of it.
	 * @param value anything
	 * @return the value if it never changes, else what is shown of it, as texts, numbers,
	 * maps and lists
	 */
	public @Nullable Object copy(@Nullable Object value) {
		return (value == null || PlainTypes.include(value.getClass())) ? value : this.values.copy(value);
	}

	/**
	 * The secrets that an exception quotes, as far as it tells which values it is about.
	 * @param failure the exception
	 * @return their texts
	 */
	public Set<String> secretsIn(Throwable failure) {
		return this.entities.secretsIn(failure);
	}

	/**
	 * The secrets that a value holds, such as those that a message must not repeat.
	 * @param value anything
	 * @return their texts
	 */
	public Set<String> secretsIn(@Nullable Object value) {
		return this.values.secretsIn(value);
	}

	/**
	 * The secrets that a value holds, as far as types tell of them: for a call that
	 * begins, and may end well.
	 * @param value anything
	 * @return their texts
	 */
	public Set<String> secretsToldIn(@Nullable Object value) {
		return this.values.secretsToldIn(value);
	}

	/**
	 * What a value holds that is secret as a whole.
	 * @param value anything
	 * @return the texts of all that is in it
	 */
	public Set<String> allIn(@Nullable Object value) {
		return this.values.allIn(value);
	}

	/**
	 * Whether a value may hold secrets, however deep. Asked again for one of the same
	 * class it costs hardly anything.
	 * @param value anything
	 * @return {@code false} if none of the types of its fields has any
	 */
	public boolean mayHoldSecrets(@Nullable Object value) {
		return this.values.mayHoldSecrets(value);
	}

}
