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
 * person that acts itself, and neither the one who asks nor anybody who acts for them.
 *
 * @since 0.1.0
 */
public interface Approvals {

	/**
	 * What waits for a decision.
	 * @return requests, the oldest first, up to a hundred
	 */
	default List<Approval> pending() {
		return pending(null);
	}

	/**
	 * What waits for a decision, page by page.
	 * @param after the id of the last request of the page before, decided meanwhile or
	 * not, or {@code null} for the first page
	 * @return further requests, the oldest first, up to a hundred
	 * @throws ApprovalException if there is no such request
	 */
	List<Approval> pending(@Nullable UUID after);

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
