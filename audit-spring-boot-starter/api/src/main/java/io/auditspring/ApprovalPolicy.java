/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Decides which audited calls and tools need approval, besides those with
 * {@link RequiresApproval}. A bean of the application.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ApprovalPolicy {

	/**
	 * Whether a call needs approval.
	 * @param action what is to be done; of a tool {@code tool.} and its name
	 * @param arguments the arguments by their names
	 * @return whether it does
	 */
	boolean requiresApproval(String action, Map<String, ? extends @Nullable Object> arguments);

}
