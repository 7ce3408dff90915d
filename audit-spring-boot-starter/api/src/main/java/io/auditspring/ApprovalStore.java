/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Keeps requests for approval. The application may have one of its own as a bean; what it
 * stores must outlive the transaction that is running.
 *
 * @since 0.1.0
 */
public interface ApprovalStore {

	/**
	 * Keeps a new request.
	 * @param approval the request
	 */
	void add(Approval approval);

	/**
	 * Finds a request.
	 * @param id its id
	 * @return it, if there is one
	 */
	Optional<Approval> find(UUID id);

	/**
	 * Finds the request of somebody for one thing that counts: of those that are not used
	 * the newest that is granted, else the newest.
	 * @param action what is to be done
	 * @param digest with which arguments
	 * @param requester who asks
	 * @param since the earliest time at which it was asked for
	 * @return it, if there is one
	 */
	Optional<Approval> latest(String action, String digest, String requester, Instant since);

	/**
	 * Finds requests that nobody has decided.
	 * @param since the earliest time at which they were asked for
	 * @param after the request, decided or not, that those before them end with, or
	 * {@code null} to begin with the oldest
	 * @param limit the most of them
	 * @return the requests, the oldest first, and by their ids where they are of one time
	 */
	List<Approval> pending(Instant since, @Nullable Approval after, int limit);

	/**
	 * Counts the requests of somebody that nobody has decided.
	 * @param requester who asks
	 * @param since the earliest time at which they were asked for
	 * @return their number
	 */
	int countPending(String requester, Instant since);

	/**
	 * Decides a request, or uses what was granted.
	 * @param id its id
	 * @param from what it must be now
	 * @param to what it becomes
	 * @param decidedBy who decided, or {@code null} to leave that as it is
	 * @param justification why, or {@code null} likewise
	 * @return {@code false} if it was not, or is no longer, what it must be: of several
	 * who try at a time only one succeeds
	 */
	boolean move(UUID id, Approval.Status from, Approval.Status to, @Nullable String decidedBy,
			@Nullable String justification);

}
