/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

/**
 * A checkpoint is malformed, signed by nobody trusted, or its signature is wrong.
 *
 * @since 0.1.0
 */
public class InvalidCheckpointException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message what is wrong
	 */
	public InvalidCheckpointException(String message) {
		super(message);
	}

}
