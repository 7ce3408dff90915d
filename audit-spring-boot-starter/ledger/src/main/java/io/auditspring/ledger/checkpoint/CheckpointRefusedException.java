/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

/**
 * What should have been signed is not what it should be, so it was not.
 *
 * @since 0.1.0
 */
public class CheckpointRefusedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message what is wrong, naming the place
	 */
	public CheckpointRefusedException(String message) {
		super(message);
	}

	/**
	 * Creates the exception.
	 * @param message what is wrong, naming the place
	 * @param cause where it was noticed
	 */
	public CheckpointRefusedException(String message, Throwable cause) {
		super(message, cause);
	}

}
