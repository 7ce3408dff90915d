/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.entry;

import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The actions of control entries: what the ledger says of its own doing, such as
 * redactions, retirements and legal holds. The database takes them from its own functions
 * only.
 */
public final class ControlActions {

	/** With what all of them begin. */
	public static final String PREFIX = "audit.";

	/** What applications say of the ledger, though it begins so. */
	public static final Set<String> OF_APPLICATIONS = Set.of("audit.read", "audit.discarded");

	private ControlActions() {
	}

	/**
	 * Tells whether an action is one of them.
	 * @param action the action
	 * @return whether only the ledger's own functions may say it
	 */
	public static boolean include(@Nullable String action) {
		return action != null && action.startsWith(PREFIX) && !OF_APPLICATIONS.contains(action);
	}

}
