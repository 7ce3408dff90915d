/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

/**
 * An answer that had begun could not be ended.
 */
final class BrokenOffException extends RuntimeException {

	BrokenOffException(Throwable cause) {
		super("An export of audit entries broke off", cause);
	}

}
