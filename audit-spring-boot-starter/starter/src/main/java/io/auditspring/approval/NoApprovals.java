/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.approval;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

import io.auditspring.Approval;
import io.auditspring.ApprovalException;
import io.auditspring.ApprovalPolicy;
import io.auditspring.Approvals;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.intercept.internal.access.CallApproval;
import org.jspecify.annotations.Nullable;

/**
 * Stands in where auditing is switched off: nothing waits, and what needs approval is
 * refused.
 */
final class NoApprovals implements CallApproval, Approvals {

	private static final String OFF = "auditing is switched off (audit.enabled=false)";

	private final Supplier<@Nullable ApprovalPolicy> policy;

	NoApprovals(Supplier<@Nullable ApprovalPolicy> policy) {
		this.policy = policy;
	}

	@Override
	public boolean isRequired(String action, Map<String, @Nullable Object> arguments) {
		ApprovalPolicy policy = this.policy.get();
		return policy != null && policy.requiresApproval(action, arguments);
	}

	@Override
	public UUID use(String action, String reason, Map<String, @Nullable Object> arguments,
			Map<String, @Nullable Object> visible, Origin origin) {
		throw new ApprovalException("%s needs approval, and nobody can be asked: %s".formatted(action, OFF));
	}

	@Override
	public List<Approval> pending(@Nullable UUID after) {
		return List.of();
	}

	@Override
	public Approval grant(UUID id, String justification) {
		throw new ApprovalException("There is no request %s to decide on: %s".formatted(id, OFF));
	}

	@Override
	public Approval reject(UUID id, String justification) {
		return grant(id, justification);
	}

}
