/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import io.auditspring.Actor;
import io.auditspring.capture.internal.value.FatalErrors;
import io.auditspring.capture.internal.value.LoggedFailure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;

/**
 * The actor by the reactive security context of whoever subscribes.
 */
public final class SubscriberActor {

	private static final Logger logger = LoggerFactory.getLogger(SubscriberActor.class);

	private final SecurityActorSource source;

	SubscriberActor(SecurityActorSource source) {
		this.source = source;
	}

	/**
	 * Gives the actor, asked for with each subscription. A context that cannot say who it
	 * is must not break the pipeline.
	 * @return the actor, an unknown one where nobody can tell, or nothing where nobody is
	 * signed in
	 */
	public Mono<Actor> actor() {
		return ReactiveSecurityContextHolder.getContext()
			.mapNotNull((context) -> actorOf(context.getAuthentication()))
			.onErrorResume((ex) -> {
				logger.warn("The actor could not be taken from the subscriber's security context",
						LoggedFailure.of(ex));
				return Mono.just(ActorSource.unknown(ex));
			});
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
