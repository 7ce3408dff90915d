/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import java.io.Serial;

/**
 * Something that needs approval may not be done, or not be approved. Entries show it as
 * denied.
 *
 * @since 0.1.0
 */
public class ApprovalException extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	public ApprovalException(String message) {
		super(message);
	}

}
