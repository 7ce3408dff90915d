/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import io.auditspring.Actor;
import io.auditspring.AuditContextHolder;
import io.auditspring.capture.internal.actor.ActorSource;
import io.auditspring.capture.internal.actor.SecurityContexts;
import io.auditspring.capture.internal.value.FatalErrors;
import org.jspecify.annotations.Nullable;

/**
 * What a task inherits from the thread that handed it over, while the task runs. Who
 * signs in within the task takes precedence, and so does an {@code ActorResolver} that
 * knows the actor; guesses of an auditor or of a servlet container do not.
 */
public final class CapturedContext implements ActorSource {

	private final ThreadLocal<@Nullable Legacy> current = new ThreadLocal<>();

	private final @Nullable SecurityContexts users;

	/**
	 * Creates the source.
	 * @param users knows whom a thread has inherited, or {@code null} without Spring
	 * Security
	 */
	CapturedContext(@Nullable SecurityContexts users) {
		this.users = users;
	}

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
		return enter(null, null);
	}

	/**
	 * Lets work inherit what somebody has handed over with it, and nothing else.
	 * @param acting as whom they acted, or {@code null}
	 * @param legacy what else is known of them, or {@code null}
	 * @return gives what was there so far back to this thread, when the work is done
	 */
	Runnable enter(@Nullable Actor acting, @Nullable Legacy legacy) {
		Actor previous = AuditContextHolder.replaceActor(acting);
		Runnable rejoin = inherit(legacy);
		return () -> {
			rejoin.run();
			AuditContextHolder.replaceActor(previous);
		};
	}

	Runnable inherit(@Nullable Legacy legacy) {
		Legacy previous = replace(legacy);
		Object leftOut = leaveOut(inherited());
		return () -> {
			leaveOut(leftOut);
			replace(previous);
		};
	}

	/**
	 * Whom this thread may have from the one that made it, whoever needs it now.
	 * @return they, or {@code null} where threads inherit nobody
	 */
	@Nullable Object inherited() {
		try {
			return (this.users != null) ? this.users.inherited() : null;
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			// A context that cannot be read must not keep the task from running. Where
			// the actor is asked for, it is told that it cannot.
			return null;
		}
	}

	/**
	 * Lets somebody count for nobody on this thread.
	 * @param user somebody whom it has inherited, or {@code null}
	 * @return who did so far
	 */
	@Nullable Object leaveOut(@Nullable Object user) {
		return (this.users != null) ? this.users.leaveOut(user) : null;
	}

	@Nullable Object leftOut() {
		return (this.users != null) ? this.users.leftOut() : null;
	}

	/**
	 * Whether a thread may have inherited somebody.
	 * @return whether even a task of which nothing is known must be told from them
	 */
	boolean isInheriting() {
		return this.users != null && this.users.areInherited();
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

		boolean isOfNobody() {
			return this.actor == null && !this.request.isOfRequest();
		}

		// A task that turns out to be somebody else's did not come from this request.
		boolean isOf(@Nullable Actor actor) {
			return this.actor == null || this.actor.equals(actor);
		}

	}

}
