/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import io.auditspring.Actor;
import io.auditspring.AuditContextHolder;
import io.auditspring.capture.internal.actor.ActorSource;
import org.jspecify.annotations.Nullable;

/**
 * What a task inherits from the thread that handed it over, while the task runs. Who
 * signs in within the task takes precedence, and so does an {@code ActorResolver} that
 * knows the actor; guesses of an auditor or of a servlet container do not.
 */
public final class CapturedContext implements ActorSource {

	private final ThreadLocal<@Nullable Legacy> current = new ThreadLocal<>();

	@Override
	public @Nullable Actor currentActor() {
		Legacy legacy = current();
		return (legacy != null) ? legacy.actor() : null;
	}

	@Nullable Legacy current() {
		return this.current.get();
	}

	@Nullable Legacy replace(@Nullable Legacy legacy) {
		Legacy previous = this.current.get();
		if (legacy != null) {
			this.current.set(legacy);
		}
		else {
			// A pooled thread must keep nothing, not even an empty slot.
			this.current.remove();
		}
		return previous;
	}

	/**
	 * Lets work inherit nothing that nobody has handed over: a job runs by a clock,
	 * whoever happened to make its bean.
	 * @return gives what was there so far back to this thread, when the work is done
	 */
	public Runnable leave() {
		Actor acting = AuditContextHolder.replaceActor(null);
		Legacy legacy = replace(null);
		return () -> {
			replace(legacy);
			AuditContextHolder.replaceActor(acting);
		};
	}

	/**
	 * What there is to inherit.
	 *
	 * @param actor who handed the task over, or {@code null} where nobody was known
	 * @param tenant on whose behalf, or {@code null}
	 * @param request from where, as values: by the time the task runs the container may
	 * be using the request for somebody else
	 */
	record Legacy(@Nullable Actor actor, @Nullable String tenant, RequestDetails request) {

		boolean isEmpty() {
			return this.actor == null && this.tenant == null && this.request == RequestDetails.NONE;
		}

		// A task that turns out to be somebody else's did not come from this request.
		boolean isOf(@Nullable Actor actor) {
			return this.actor == null || this.actor.equals(actor);
		}

	}

}
