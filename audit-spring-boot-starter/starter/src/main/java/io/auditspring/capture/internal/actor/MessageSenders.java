/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import java.security.Principal;
import java.util.Optional;
import java.util.function.Supplier;

import io.auditspring.Actor;
import org.jspecify.annotations.Nullable;

/**
 * Names whoever sent the message that a thread handles, by the user of their session:
 * whoever has not signed in is anonymous, as in a request.
 */
public final class MessageSenders implements ActorSource {

	private final ThreadLocal<@Nullable Optional<Principal>> sender = new ThreadLocal<>();

	private final Supplier<Persons> persons;

	private final Supplier<@Nullable SecurityActorSource> security;

	MessageSenders(Supplier<Persons> persons, Supplier<@Nullable SecurityActorSource> security) {
		this.persons = persons;
		this.security = security;
	}

	@Override
	public @Nullable Actor currentActor() {
		Optional<Principal> sender = this.sender.get();
		return (sender != null) ? sender.map(this::actor).orElseGet(Actor::anonymous) : null;
	}

	private Actor actor(Principal user) {
		SecurityActorSource security = this.security.get();
		Actor actor = (security != null) ? security.actorOf(user) : null;
		return (actor != null) ? actor : this.persons.get().actor(user);
	}

	/**
	 * Says whose message this thread handles from now on.
	 * @param user the user of the session, or {@code null} if nobody has signed in
	 * @return ends it: whatever was handled so far, if anything, goes on
	 */
	public Runnable begin(@Nullable Principal user) {
		Optional<Principal> previous = this.sender.get();
		this.sender.set(Optional.ofNullable(user));
		return () -> {
			if (previous != null) {
				this.sender.set(previous);
			}
			else {
				this.sender.remove();
			}
		};
	}

}
