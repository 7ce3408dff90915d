/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import org.jspecify.annotations.Nullable;

import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.util.function.SingletonSupplier;

/**
 * The actor by Spring Security. A principal that is an {@link Actor} is taken as it is.
 * Who signed in by a token is known by its subject and shown by its claims {@code name}
 * or {@code preferred_username}; a token that was issued to a client for itself has no
 * user, so the client, a service, is the actor. A principal that is an account of the
 * application, a {@link UserDetails}, is known by its own name whatever a provider calls
 * that user. Who acts on behalf of a token's user (RFC 8693) is that user's impersonator,
 * and so is whoever switched to another user. Whoever is let in without signing in is
 * anonymous.
 */
public final class SecurityActorSource implements ActorSource {

	private final SecurityContexts contexts;

	private final @Nullable SwitchedUsers switchedUsers;

	private final @Nullable TokenClaims tokenClaims;

	private final Supplier<Persons> persons;

	private final AuthenticationTrustResolver trust;

	/**
	 * Creates the source.
	 * @param contexts knows who is signed in
	 * @param switchedUsers knows who switched, or {@code null} without that library
	 * @param tokenClaims reads tokens, or {@code null} without that library
	 * @param persons gives who knows principals of other types
	 * @param trust tells who is let in without signing in
	 */
	SecurityActorSource(SecurityContexts contexts, @Nullable SwitchedUsers switchedUsers,
			@Nullable TokenClaims tokenClaims, Supplier<Persons> persons, AuthenticationTrustResolver trust) {
		this.contexts = contexts;
		this.switchedUsers = switchedUsers;
		this.tokenClaims = tokenClaims;
		this.persons = SingletonSupplier.of(persons);
		this.trust = trust;
	}

	@Override
	public @Nullable Actor currentActor() {
		return actorOf(this.contexts.own());
	}

	/**
	 * The actor that somebody is.
	 * @param authentication whoever it is, or {@code null} for nobody
	 * @return the actor, an anonymous one where somebody is let in without signing in, or
	 * {@code null} where nobody tried to find out
	 */
	public @Nullable Actor actorOf(@Nullable Authentication authentication) {
		if (authentication == null || !authentication.isAuthenticated()) {
			return null;
		}
		return this.trust.isAnonymous(authentication) ? Actor.anonymous() : actor(authentication);
	}

	/**
	 * The actor that a principal is.
	 * @param principal whoever it is
	 * @return the actor, or {@code null} where Spring Security knows nothing of them
	 */
	@Nullable Actor actorOf(Principal principal) {
		return (principal instanceof Authentication authentication) ? actorOf(authentication) : null;
	}

	private Actor actor(Authentication authentication) {
		Actor actor = effective(authentication);
		Authentication original = (this.switchedUsers != null) ? this.switchedUsers.original(authentication) : null;
		return (original != null) ? actor.impersonatedBy(effective(original).id()) : actor;
	}

	private Actor effective(Authentication authentication) {
		Actor actor = this.persons.get().actor(authentication);
		if (this.tokenClaims == null || authentication.getPrincipal() instanceof Actor) {
			return actor;
		}
		String client = isOfApplication(authentication) ? null : this.tokenClaims.client(authentication);
		Actor holder = (client != null)
				? Actor.service(this.tokenClaims.unique(authentication, client), nameOfClient(authentication, client))
				: user(authentication, actor);
		return delegated(holder, this.tokenClaims.acting(authentication));
	}

	private @Nullable String nameOfClient(Authentication authentication, String client) {
		String name = (this.tokenClaims != null) ? this.tokenClaims.first(authentication, "name", "client_name") : null;
		return (name != null) ? name : client;
	}

	private Actor user(Authentication authentication, Actor actor) {
		if (this.tokenClaims == null) {
			return actor;
		}
		String subject = isOfApplication(authentication) ? null : this.tokenClaims.first(authentication, "sub");
		String id = (subject != null) ? this.tokenClaims.unique(authentication, subject) : actor.id();
		String name = this.tokenClaims.first(authentication, "name", "preferred_username");
		if (subject == null && name == null) {
			return actor;
		}
		return Actor.user(id, (name != null) ? name : (subject != null) ? subject : actor.name());
	}

	// Whom the application has an account for is the same one, whoever let them in.
	private static boolean isOfApplication(Authentication authentication) {
		return authentication.getPrincipal() instanceof UserDetails;
	}

	// Where no user's rights count, who really acts does so for itself.
	private static Actor delegated(Actor holder, List<String> acting) {
		if (acting.isEmpty()) {
			return holder;
		}
		String agent = acting.get(0);
		if (holder.type() == ActorType.SERVICE) {
			List<String> chain = new ArrayList<>(acting);
			chain.add(holder.id());
			return new Actor(ActorType.AGENT, agent, agent, null, chain);
		}
		return new Actor(holder.type(), holder.id(), holder.name(), agent, acting);
	}

}
