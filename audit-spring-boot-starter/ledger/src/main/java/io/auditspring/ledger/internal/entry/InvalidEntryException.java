/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.entry;

/**
 * An entry that cannot be read, or cannot be written, whoever tries it.
 */
public final class InvalidEntryException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param cause what is wrong with the entry
	 */
	public InvalidEntryException(RuntimeException cause) {
		super(cause.getMessage(), cause);
	}

}
