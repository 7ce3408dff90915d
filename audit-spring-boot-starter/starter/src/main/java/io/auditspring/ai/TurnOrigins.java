/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ai;

import io.auditspring.Actor;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.capture.internal.origin.Origins;
import io.auditspring.capture.internal.origin.SubscriberOrigin;
import reactor.core.publisher.Mono;

/**
 * Finds out who asks a model.
 */
final class TurnOrigins {

	private final Origins origins;

	private final Mono<Actor> subscriber;

	/**
	 * Creates it.
	 * @param origins knows who calls on a thread
	 * @param subscriber the actor by the context of who subscribes, or nothing
	 */
	TurnOrigins(Origins origins, Mono<Actor> subscriber) {
		this.origins = origins;
		this.subscriber = subscriber;
	}

	Origin caller() {
		return this.origins.current();
	}

	/**
	 * Who subscribes on this thread, for what may go on upon another one.
	 * @return the origin
	 */
	Mono<Origin> subscriber() {
		return Mono.defer(() -> SubscriberOrigin.of(this.origins.current(), this.subscriber).map(Origin::settled));
	}

}
