/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import io.auditspring.Actor;
import org.jspecify.annotations.Nullable;

/**
 * One place where the current actor may be found.
 */
@FunctionalInterface
public interface ActorSource {

	/** The id of all of whom nothing is known that would tell them from each other. */
	String UNKNOWN = "unknown";

	/**
	 * Finds the current actor.
	 * @return the actor, or {@code null} where this source has none
	 */
	@Nullable Actor currentActor();

}
