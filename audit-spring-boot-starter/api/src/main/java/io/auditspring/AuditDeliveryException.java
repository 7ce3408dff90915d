/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

/**
 * An entry could not be kept as promised, and {@code audit.failure-policy} says that the
 * call must then fail.
 *
 * @since 0.1.0
 */
public class AuditDeliveryException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	public AuditDeliveryException(String message, Throwable cause) {
		super(message, cause);
	}

}
