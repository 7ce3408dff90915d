/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.access;

/**
 * Tells whether a call failed because access control refused it.
 */
@FunctionalInterface
public interface AccessRefusal {

	/**
	 * Whether the failure is a refusal.
	 * @param failure what the call threw
	 * @return whether access was denied
	 */
	boolean isRefusal(Throwable failure);

}
