/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import io.auditspring.Actor;
import io.auditspring.capture.internal.value.FatalErrors;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;

/**
 * The actor by the reactive security context of whoever subscribes.
 */
public final class SubscriberActor {

	private final SecurityActorSource source;

	SubscriberActor(SecurityActorSource source) {
		this.source = source;
	}

	/**
	 * Gives the actor, asked for with each subscription.
	 * @return the actor, or nothing where nobody is signed in
	 */
	public Mono<Actor> actor() {
		return ReactiveSecurityContextHolder.getContext().mapNotNull((context) -> actorOf(context.getAuthentication()));
	}

	// Reactor lets some errors out of the pipeline that concern nobody but the actor.
	private @Nullable Actor actorOf(@Nullable Authentication authentication) {
		try {
			return this.source.actorOf(authentication);
		}
		catch (Error ex) {
			FatalErrors.rethrow(ex);
			throw new IllegalStateException("The subscriber's actor could not be found out", ex);
		}
	}

}
