/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import java.time.Instant;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.AuditContextHolder;
import io.auditspring.capture.internal.actor.ActorSource;
import reactor.core.publisher.Mono;

/**
 * Who subscribes to a publisher, and from where: whoever made it, as far as that is
 * known, else whom the context of the subscriber names.
 */
public final class SubscriberOrigin {

	private SubscriberOrigin() {
	}

	/**
	 * Finds the origin of a subscription.
	 * @param caller who made the publisher, asked on this thread
	 * @param subscriber the actor by the subscriber's context, or nothing
	 * @return the origin, to be asked for with each subscription
	 */
	public static Mono<Origin> of(Origin caller, Mono<Actor> subscriber) {
		boolean known = AuditContextHolder.actor() != null
				|| !(caller.actor().equals(Actor.system()) || caller.actor().type() == ActorType.ANONYMOUS);
		return Mono.deferContextual((context) -> of(caller, subscriber, known,
				context.getOrDefault(RequestDetails.class, RequestDetails.NONE)));
	}

	private static Mono<Origin> of(Origin caller, Mono<Actor> subscriber, boolean known, RequestDetails request) {
		RequestDetails from = caller.request().isOfRequest() ? caller.request()
				: request.tracedBy(caller.request().traceId());
		if (known) {
			return Mono.fromSupplier(() -> new Origin(Instant.now(), caller.actor(), caller.tenant(), from));
		}
		Actor nobody = (request != RequestDetails.NONE && !isUntold(caller.actor())) ? Actor.anonymous()
				: caller.actor();
		return subscriber.defaultIfEmpty(nobody)
			.map((actor) -> new Origin(Instant.now(), actor, caller.tenant(), from));
	}

	// Of whom something kept from telling who it is, which says more than that the thread
	// is nobody's.
	private static boolean isUntold(Actor actor) {
		return actor.id().equals(ActorSource.UNKNOWN) && !actor.equals(Origins.UNKNOWN);
	}

}
