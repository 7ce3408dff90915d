/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Who acts.
 *
 * @param type the kind of party
 * @param id what identifies it: a user name, a key id. Always {@code system} for
 * {@link ActorType#SYSTEM}
 * @param name a name for people to read, or {@code null}
 * @param impersonatorId who really acts while switched to this identity, or {@code null}
 * @param delegation who acts with the rights of this actor, each on behalf of the next
 * one: it begins with who really acts, such as an agent. Empty where nobody was asked to
 * @since 0.1.0
 */
public record Actor(ActorType type, String id, @Nullable String name, @Nullable String impersonatorId,
		List<String> delegation) {

	private static final String SYSTEM_ID = "system";

	private static final String ANONYMOUS_ID = "anonymous";

	public Actor {
		if (type == ActorType.SYSTEM && !SYSTEM_ID.equals(id)) {
			throw new IllegalArgumentException("A system actor has the id 'system', not '%s'".formatted(id));
		}
		delegation = List.copyOf(delegation);
	}

	/**
	 * An actor who has asked nobody to act.
	 * @param type the kind of party
	 * @param id what identifies it
	 * @param name a name for people to read, or {@code null}
	 * @param impersonatorId who really acts while switched to this identity, or
	 * {@code null}
	 */
	public Actor(ActorType type, String id, @Nullable String name, @Nullable String impersonatorId) {
		this(type, id, name, impersonatorId, List.of());
	}

	/**
	 * A user without a separate name.
	 * @param id the user's id
	 * @return the actor
	 */
	public static Actor user(String id) {
		return user(id, null);
	}

	/**
	 * A user.
	 * @param id the user's id
	 * @param name a name for people to read, or {@code null}
	 * @return the actor
	 */
	public static Actor user(String id, @Nullable String name) {
		return new Actor(ActorType.USER, id, name, null);
	}

	/**
	 * A machine client.
	 * @param id the key's id, never the key itself
	 * @param name a name for people to read, or {@code null}
	 * @return the actor
	 */
	public static Actor apiKey(String id, @Nullable String name) {
		return new Actor(ActorType.API_KEY, id, name, null);
	}

	/**
	 * A service that acts for itself.
	 * @param id the service's id, such as that of an OAuth 2.0 client
	 * @param name a name for people to read, or {@code null}
	 * @return the actor
	 */
	public static Actor service(String id, @Nullable String name) {
		return new Actor(ActorType.SERVICE, id, name, null);
	}

	/**
	 * A program that decides by itself.
	 * @param id the program's id
	 * @param name a name for people to read, or {@code null}
	 * @return the actor
	 */
	public static Actor agent(String id, @Nullable String name) {
		return new Actor(ActorType.AGENT, id, name, null);
	}

	/**
	 * A caller whom nobody authenticated.
	 * @return the actor
	 */
	public static Actor anonymous() {
		return new Actor(ActorType.ANONYMOUS, ANONYMOUS_ID, ANONYMOUS_ID, null);
	}

	/**
	 * The application itself.
	 * @return the actor
	 */
	public static Actor system() {
		return system(SYSTEM_ID);
	}

	/**
	 * A part of the application that acts on its own.
	 * @param name the part's name, such as that of a job
	 * @return the actor
	 */
	public static Actor system(String name) {
		return new Actor(ActorType.SYSTEM, SYSTEM_ID, name, null);
	}

	/**
	 * This identity, taken on by somebody else.
	 * @param impersonatorId who really acts
	 * @return the actor with the impersonator
	 */
	public Actor impersonatedBy(String impersonatorId) {
		return new Actor(this.type, this.id, this.name, impersonatorId, this.delegation);
	}

	/**
	 * The same rights, with an agent who acts on this actor's behalf: what is recorded
	 * has the agent's id as that of the impersonator. Whoever acted on this actor's
	 * behalf before has asked the agent to. All of them are among what is related, and in
	 * the metadata under {@code delegation}.
	 * @param agent the agent's id
	 * @return the actor with the agent
	 */
	public Actor delegatedTo(String agent) {
		List<String> chain = new ArrayList<>();
		chain.add(agent);
		if (this.delegation.isEmpty() && this.impersonatorId != null) {
			chain.add(this.impersonatorId);
		}
		chain.addAll(this.delegation);
		return new Actor(this.type, this.id, this.name, agent, chain);
	}

}
