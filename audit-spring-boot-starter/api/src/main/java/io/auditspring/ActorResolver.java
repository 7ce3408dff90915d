/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import org.jspecify.annotations.Nullable;

/**
 * Says who acts, where the application knows better than its security context. Define a
 * bean; several are asked in their order. Called on the thread of the audited call,
 * before it runs, and when a task is handed to another thread. There, {@code null} leaves
 * the answer to what was found then. One that throws never breaks the call: the next is
 * asked, and if none knows somebody, the actor is {@code anonymous} with the id
 * {@code unknown}, and has the exception's type as name.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ActorResolver {

	/**
	 * Finds the current actor.
	 * @return the actor, or {@code null} to leave the answer to the next source
	 */
	@Nullable Actor resolveActor();

}
