/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

/**
 * The application cannot start because auditing is not set up correctly.
 *
 * @since 0.1.0
 */
public class AuditSetupException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String remedy;

	/**
	 * Creates the exception.
	 * @param message what is wrong, naming the thing
	 * @param remedy what to do about it
	 */
	public AuditSetupException(String message, String remedy) {
		super(message);
		this.remedy = remedy;
	}

	/**
	 * Creates the exception.
	 * @param message what is wrong, naming the thing
	 * @param remedy what to do about it
	 * @param cause where it was noticed
	 */
	public AuditSetupException(String message, String remedy, Throwable cause) {
		super(message, cause);
		this.remedy = remedy;
	}

	/**
	 * What to do about it.
	 * @return a sentence
	 */
	public String getRemedy() {
		return this.remedy;
	}

}
