/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.access;

import java.util.Map;
import java.util.UUID;

import io.auditspring.capture.internal.origin.Origin;
import org.jspecify.annotations.Nullable;

/**
 * Lets calls pass that need approval and have it.
 */
public interface CallApproval {

	/**
	 * Whether a call needs approval that has no annotation.
	 * @param action what is to be done
	 * @param arguments the arguments by their names
	 * @return whether it does
	 */
	boolean isRequired(String action, Map<String, @Nullable Object> arguments);

	/**
	 * Uses the approval of a call.
	 * @param action what is to be done
	 * @param reason why it needs approval, or an empty text
	 * @param arguments the arguments by their names, to which the approval is bound
	 * @param visible the same as they may be shown to people
	 * @param origin who asks
	 * @return the approval's id
	 * @throws io.auditspring.ApprovalException if there is none
	 */
	UUID use(String action, String reason, Map<String, @Nullable Object> arguments,
			Map<String, @Nullable Object> visible, Origin origin);

}
