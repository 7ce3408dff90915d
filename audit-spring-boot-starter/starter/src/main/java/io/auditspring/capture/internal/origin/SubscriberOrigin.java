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
import io.auditspring.capture.internal.actor.JobRun;
import io.micrometer.observation.ObservationView;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

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
		return Mono.deferContextual((context) -> {
			JobRun run = run(context);
			// Who made the bean of a job called long before what it does.
			boolean early = run != null && caller.occurredAt().isBefore(run.begun());
			return (run != null && (early || !known)) ? of(run, subscriber, early ? null : caller.tenant())
					: of(caller, subscriber, known, context.getOrDefault(RequestDetails.class, RequestDetails.NONE));
		});
	}

	private static Mono<Origin> of(JobRun run, Mono<Actor> subscriber, @Nullable String tenant) {
		return subscriber.defaultIfEmpty(run.actor())
			.map((actor) -> new Origin(Instant.now(), actor, tenant, RequestDetails.NONE));
	}

	private static @Nullable JobRun run(ContextView context) {
		Object current = context.getOrDefault(ObservationThreadLocalAccessor.KEY, null);
		ObservationView observation = (current instanceof ObservationView view) ? view : null;
		JobRun run = null;
		while (observation != null && run == null) {
			run = observation.getContextView().get(JobRun.class);
			observation = observation.getContextView().getParentObservation();
		}
		return run;
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
