/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import io.auditspring.Resource;
import org.jspecify.annotations.Nullable;

/**
 * The person whose traces are to be erased.
 *
 * @param actorId the id under which the person acted, or {@code null}: the actor group of
 * what was done by it, or in another's name, is erased; and where that names it, as on
 * signing in and out, or holds its attributes, the data group, too. Where it had others
 * act in another's name, such as an agent, the data group is erased
 * @param target what stands for the person where others acted on it, or {@code null}: the
 * data group of what was done to it is erased
 * @param everything whether to erase also the data group of what the person did, whose
 * messages may name it, and of what concerned the target without being done to it
 * @since 0.1.0
 */
public record Subject(@Nullable String actorId, @Nullable Target target, boolean everything) {

	/**
	 * What stands for a person where others acted on it.
	 *
	 * @param type the kind of target
	 * @param id which one: the text that entries show, an identifier, or an entity
	 */
	public record Target(String type, Object id) {

	}

	/**
	 * A person.
	 * @throws IllegalArgumentException without an actor and a target
	 */
	public Subject {
		if (actorId == null && target == null) {
			throw new IllegalArgumentException("Whose traces are to be erased? Give the id of an actor or a target");
		}
	}

	/**
	 * The person as actor.
	 * @param actorId the id under which it acted
	 * @return the person
	 */
	public static Subject actor(String actorId) {
		return new Subject(actorId, null, false);
	}

	/**
	 * The person as the target of what others did.
	 * @param type the kind of target, such as {@code Customer}
	 * @param id which one: the text that entries show, an identifier, or an entity
	 * @return the person
	 */
	public static Subject target(String type, Object id) {
		return new Subject(null, new Target(type, id), false);
	}

	/**
	 * The same person, known as a target, too.
	 * @param type the kind of target
	 * @param id which one: the text that entries show, an identifier, or an entity
	 * @return the person
	 */
	public Subject andTarget(String type, Object id) {
		return new Subject(this.actorId, new Target(type, id), this.everything);
	}

	/**
	 * The same person, with the data of what it did and of what is related to it.
	 * @return the person
	 */
	public Subject withEverything() {
		return new Subject(this.actorId, this.target, true);
	}

	/**
	 * The target with its identifier as text.
	 * @return the target, or {@code null}
	 */
	public @Nullable Resource targetAsText() {
		return (this.target != null) ? new Resource(this.target.type(), this.target.id().toString()) : null;
	}

}
