/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.security;

import java.util.function.UnaryOperator;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.capture.internal.value.FatalErrors;
import io.auditspring.capture.internal.value.LoggedFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * In whose name somebody tried to sign in. That is not who did it, so the actor is
 * anonymous: whoever reads what a user did does not find what strangers tried. What
 * nobody is called may be a password in the wrong field, so a digest stands for it.
 */
final class TriedNames {

	/** The id of somebody of whom nothing is known. */
	static final String UNKNOWN = "unknown";

	private static final Logger logger = LoggerFactory.getLogger(TriedNames.class);

	private final UnaryOperator<String> digest;

	private final UnknownNames unknownNames;

	TriedNames(UnaryOperator<String> digest, UnknownNames unknownNames) {
		this.digest = digest;
		this.unknownNames = unknownNames;
	}

	/** Somebody who gave no name. */
	Actor nameless() {
		return tried(UNKNOWN);
	}

	/**
	 * Somebody who tried the name of a user.
	 * @param name the name
	 * @return the actor
	 */
	Actor known(String name) {
		return tried(name);
	}

	/**
	 * Somebody who tried a name that may be anything.
	 * @param name the name
	 * @return the actor, with a digest for the name unless the application wants it plain
	 */
	Actor unknown(String name) {
		return (this.unknownNames == UnknownNames.PLAIN) ? tried(name) : tried(hidden(name));
	}

	// That the key cannot be read loses the name, and not the entry.
	private String hidden(String name) {
		try {
			return this.digest.apply(name);
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			logger.warn("The name of a failed login could not be digested; its entry has none", LoggedFailure.of(ex));
			return UNKNOWN;
		}
	}

	private static Actor tried(String id) {
		return new Actor(ActorType.ANONYMOUS, id, null, null);
	}

}
