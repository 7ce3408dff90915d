package io.auditspring.capture;

import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Turns what an application hands over into text. Whatever an object does when it is
 * read, this returns, and never with secrets.
 */
public final class Texts {

	private final EntityIdentifiers entities;

	private final JsonValues values;

	/**
	 * Creates it.
	 * @param entities knows the identifiers of entities
	 * @param values knows what objects hold, and what of it is secret
	 */
	public Texts(EntityIdentifiers entities, JsonValues values) {
		this.entities = entities;
		this.values = values;
	}

	/**
	 * What identifies a thing.
	 * @param thing an entity, an identifier, anything
	 * @return an entity's identifier, the text of anything else
	 */
	public @Nullable String id(@Nullable Object thing) {
		if (thing == null || JsonValues.isPlain(thing.getClass())) {
			return text(thing);
		}
		try {
			String id = this.entities.of(thing);
			return (id != null) ? id : text(thing);
		}
		catch (RuntimeException | StackOverflowError ex) {
			return none(ex);
		}
	}

	/**
	 * A value as text.
	 * @param value anything
	 * @return its own text, or its JSON where its own text may tell secrets, or nothing
	 */
	public @Nullable String text(@Nullable Object value) {
		if (value == null) {
			return null;
		}
		try {
			return this.values.text(value);
		}
		catch (RuntimeException | StackOverflowError ex) {
			return none(ex);
		}
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

	private static String none(Throwable failure) {
		return "(no text: " + failure.getClass().getSimpleName() + ")";
	}

}
