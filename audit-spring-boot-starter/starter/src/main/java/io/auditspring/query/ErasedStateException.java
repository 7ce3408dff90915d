/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

/**
 * What a thing was like cannot be told, as that part of its trail was erased.
 *
 * @since 0.1.0
 */
public final class ErasedStateException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	ErasedStateException(String message) {
		super(message);
	}

}
