/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import java.io.Serial;
import java.util.UUID;

/**
 * A call waits for approval. The same call may be made again when that is granted.
 *
 * @since 0.1.0
 */
public final class ApprovalRequiredException extends ApprovalException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final UUID approval;

	public ApprovalRequiredException(UUID approval, String action) {
		super("%s needs the approval of another person: %s is pending".formatted(action, approval));
		this.approval = approval;
	}

	/**
	 * The request that is pending.
	 * @return its id
	 */
	public UUID approval() {
		return this.approval;
	}

}
