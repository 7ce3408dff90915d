/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.security;

import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * Knows which events have been recorded. A context tells each of its events to its parent
 * as well, and the one that an event comes from, which is told first, knows best who
 * calls.
 */
final class News {

	// Events are told apart by identity: they define no equality.
	private final Set<Object> told = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

	boolean is(Object event) {
		return this.told.add(event);
	}

}
