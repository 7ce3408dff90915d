/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import org.jspecify.annotations.Nullable;

/**
 * Finds the request that is being served on this thread.
 */
@FunctionalInterface
public interface RequestSource {

	/**
	 * Where the current call came from.
	 * @return the details, {@link RequestDetails#NONE} outside a request
	 */
	RequestDetails currentRequest();

	/**
	 * The session that the current request came with, whether it has been ended meanwhile
	 * or not. Whoever asks tells of its end.
	 * @return a digest of its id, or {@code null}
	 */
	default @Nullable String leave() {
		return null;
	}

	/**
	 * Remembers, for as long as the current request lasts, that somebody signed in by it.
	 * Whoever calls this tells of it.
	 */
	default void arrive() {
	}

}
