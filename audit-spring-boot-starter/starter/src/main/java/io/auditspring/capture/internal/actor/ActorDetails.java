/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import java.util.Map;
import java.util.function.Supplier;

import io.auditspring.Actor;
import io.auditspring.ActorAttributes;
import io.auditspring.ActorType;
import io.auditspring.capture.internal.value.FatalErrors;
import io.auditspring.capture.internal.value.LoggedFailure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the application what it knows of those who act.
 */
public final class ActorDetails {

	/** Knows nothing. */
	public static final ActorDetails NONE = new ActorDetails(() -> null);

	private static final Logger logger = LoggerFactory.getLogger(ActorDetails.class);

	private final Supplier<@Nullable ActorAttributes> attributes;

	private final ThreadLocal<@Nullable Boolean> asking = new ThreadLocal<>();

	/**
	 * Creates it.
	 * @param attributes who knows, or {@code null}
	 */
	public ActorDetails(Supplier<@Nullable ActorAttributes> attributes) {
		this.attributes = attributes;
	}

	public Map<String, ?> of(Actor actor) {
		ActorAttributes known = this.attributes.get();
		boolean nobody = actor.type() == ActorType.SYSTEM || actor.type() == ActorType.ANONYMOUS;
		// To find out, somebody may make an audited call himself.
		if (known == null || nobody || this.asking.get() != null) {
			return Map.of();
		}
		this.asking.set(true);
		try {
			return known.of(actor);
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			logger.debug("Nobody could be asked for the attributes of an actor", LoggedFailure.of(ex));
			// Not the message, which likes to repeat the values.
			return Map.of("error", ex.getClass().getSimpleName());
		}
		finally {
			this.asking.remove();
		}
	}

}
