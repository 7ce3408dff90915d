/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

/**
 * The kind of party that acts.
 *
 * @since 0.1.0
 */
public enum ActorType {

	/** A person, or whatever signs in like one. */
	USER,

	/** The application itself: scheduled jobs, message listeners, start-up. */
	SYSTEM,

	/** A machine client that identifies itself by an API key. */
	API_KEY,

	/** A service that acts for itself, such as by OAuth 2.0 client credentials. */
	SERVICE,

	/** A program that decides by itself. */
	AGENT,

	/**
	 * A caller whom nobody authenticated. Of somebody who tried in vain to sign in, the
	 * id is the name they tried; with the id {@code unknown} nothing is known of the
	 * caller, not even whether somebody did authenticate them.
	 */
	ANONYMOUS

}
