/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Decides what others want to do. Whoever decides is the current actor, who must be a
 * person that acts itself and not the one who asks.
 *
 * @since 0.1.0
 */
public interface Approvals {

	/**
	 * What waits for a decision.
	 * @return requests, the oldest first, up to a hundred
	 */
	List<Approval> pending();

	/**
	 * When a request can no longer be decided, nor be used.
	 * @param request the request
	 * @return the time, or {@code null} if that is not known
	 */
	default @Nullable Instant expiry(Approval request) {
		return null;
	}

	/**
	 * Allows it.
	 * @param id the request's id
	 * @param justification why, for those who read the trail
	 * @return the request as it is now
	 * @throws ApprovalException if there is none that is pending, or the actor may not
	 * decide it
	 */
	Approval grant(UUID id, String justification);

	/**
	 * Forbids it.
	 * @param id the request's id
	 * @param justification why, for those who read the trail
	 * @return the request as it is now
	 * @throws ApprovalException as for granting
	 */
	Approval reject(UUID id, String justification);

}
