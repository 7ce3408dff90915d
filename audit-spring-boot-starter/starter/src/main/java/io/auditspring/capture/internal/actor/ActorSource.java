/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import org.jspecify.annotations.Nullable;

/**
 * One place where the current actor may be found.
 */
@FunctionalInterface
public interface ActorSource {

	/** The id of all of whom nothing is known that would tell them from each other. */
	String UNKNOWN = "unknown";

	/**
	 * Somebody of whom nothing is known, as they could not be asked for.
	 * @param failure what kept from it
	 * @return the actor, whose name says that
	 */
	static Actor unknown(Throwable failure) {
		return new Actor(ActorType.ANONYMOUS, UNKNOWN, failure.getClass().getName(), null);
	}

	/**
	 * Finds the current actor.
	 * @return the actor, or {@code null} where this source has none
	 * @throws RuntimeException if it cannot tell, which is something else than nobody
	 */
	@Nullable Actor currentActor();

}
