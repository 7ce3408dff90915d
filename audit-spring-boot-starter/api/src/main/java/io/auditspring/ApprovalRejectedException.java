/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import java.io.Serial;
import java.util.UUID;

/**
 * A person has rejected what a call asks for.
 *
 * @since 0.1.0
 */
public final class ApprovalRejectedException extends ApprovalException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final UUID approval;

	public ApprovalRejectedException(UUID approval, String action) {
		super("%s was rejected: %s".formatted(action, approval));
		this.approval = approval;
	}

	/**
	 * The request that was rejected.
	 * @return its id
	 */
	public UUID approval() {
		return this.approval;
	}

}
