/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.test;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.auditspring.Approval;
import io.auditspring.Approval.Status;
import io.auditspring.ApprovalStore;
import org.jspecify.annotations.Nullable;

/**
 * Keeps requests for approval in memory, as long as the context of the test lasts.
 */
final class MemoryApprovals implements ApprovalStore {

	private static final Comparator<Approval> OLDEST_FIRST = Comparator.comparing(Approval::requestedAt)
		.thenComparing(Approval::id);

	private final List<Approval> all = new ArrayList<>();

	@Override
	public synchronized void add(Approval approval) {
		this.all.add(approval);
	}

	@Override
	public Optional<Approval> find(UUID id) {
		return which((approval) -> approval.id().equals(id)).findFirst();
	}

	@Override
	public Optional<Approval> latest(String action, String digest, String requester, Instant since) {
		return which((approval) -> approval.digest().equals(digest) && approval.action().equals(action)
				&& approval.requester().equals(requester) && !approval.requestedAt().isBefore(since)
				&& approval.status() != Status.USED)
			.max(Comparator.<Approval, Boolean>comparing((approval) -> approval.status() == Status.GRANTED)
				.thenComparing(OLDEST_FIRST));
	}

	@Override
	public List<Approval> pending(Instant since, @Nullable Approval after, int limit) {
		return pending(since).filter((approval) -> after == null || OLDEST_FIRST.compare(approval, after) > 0)
			.sorted(OLDEST_FIRST)
			.limit(limit)
			.toList();
	}

	@Override
	public int countPending(String requester, Instant since) {
		return (int) pending(since).filter((approval) -> approval.requester().equals(requester)).count();
	}

	private Stream<Approval> pending(Instant since) {
		return which((approval) -> approval.status() == Status.PENDING && !approval.requestedAt().isBefore(since));
	}

	private synchronized Stream<Approval> which(Predicate<Approval> wanted) {
		return this.all.stream().filter(wanted).toList().stream();
	}

	@Override
	public synchronized boolean move(UUID id, Status from, Status to, @Nullable String decidedBy,
			@Nullable String justification) {
		for (int i = 0; i < this.all.size(); i++) {
			Approval each = this.all.get(i);
			if (each.id().equals(id) && each.status() == from) {
				this.all.set(i,
						new Approval(id, each.action(), each.reason(), each.arguments(), each.digest(),
								each.requester(), each.agent(), each.delegation(), each.tenant(), each.requestedAt(),
								to, (decidedBy != null) ? decidedBy : each.decidedBy(),
								(justification != null) ? justification : each.justification()));
				return true;
			}
		}
		return false;
	}

}
