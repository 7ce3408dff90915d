package io.auditspring.capture;

import io.auditspring.Actor;
import reactor.core.publisher.Mono;

import org.springframework.security.core.context.ReactiveSecurityContextHolder;

/**
 * The actor by the reactive security context of whoever subscribes.
 */
public final class SubscriberActor {

	private final SecurityActorSource source;

	public SubscriberActor(SecurityActorSource source) {
		this.source = source;
	}

	/**
	 * Gives the actor, asked for with each subscription.
	 * @return the actor, or nothing where nobody is signed in
	 */
	public Mono<Actor> actor() {
		return ReactiveSecurityContextHolder.getContext()
			.mapNotNull((context) -> this.source.actorOf(context.getAuthentication()));
	}

}
