/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import java.util.Map;

/**
 * Tells more of those who act than their id and name, such as a role or an e-mail
 * address, so that an entry says what was true when it was made. Define a bean.
 * <p>
 * It is asked on the thread of the call for every entry, so it must know the answer: from
 * the principal, or a cache. One that throws breaks nothing, the entry then names the
 * failure. What it gives is in the entry's metadata under {@code actorAttributes}, masked
 * like everything there. It belongs to the person: whoever erases an actor has the data
 * of those entries erased with it, as an entry's data can only be erased as a whole. So
 * give what an auditor needs, not all there is.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ActorAttributes {

	/**
	 * Tells what is known of an actor. Not asked for the system and for callers whom
	 * nobody authenticated.
	 * @param actor who acts
	 * @return names and values; empty where nothing is known
	 */
	Map<String, ?> of(Actor actor);

}
