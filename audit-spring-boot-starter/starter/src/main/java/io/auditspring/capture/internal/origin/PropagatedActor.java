/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import java.util.concurrent.CompletableFuture;

import io.auditspring.Actor;
import io.auditspring.capture.internal.actor.ActorSource;
import io.auditspring.capture.internal.actor.SecurityActorSource;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.security.core.context.ReactiveSecurityContextHolderThreadLocalAccessor;
import org.springframework.security.core.context.SecurityContext;

/**
 * The actor by the reactive security context, where Reactor propagates it to threads.
 */
final class PropagatedActor implements ActorSource {

	private final ReactiveSecurityContextHolderThreadLocalAccessor accessor = new ReactiveSecurityContextHolderThreadLocalAccessor();

	private final SecurityActorSource source;

	PropagatedActor(SecurityActorSource source) {
		this.source = source;
	}

	@Override
	public @Nullable Actor currentActor() {
		Mono<SecurityContext> propagated = this.accessor.getValue();
		if (propagated == null) {
			return null;
		}
		CompletableFuture<SecurityContext> context = propagated.toFuture();
		if (!context.isDone()) {
			// A session that is far away. The thread must not wait for it.
			context.cancel(false);
			return Origins.UNKNOWN;
		}
		SecurityContext known = context.join();
		return (known != null) ? this.source.actorOf(known.getAuthentication()) : null;
	}

}
