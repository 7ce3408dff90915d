/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

/**
 * How much attention an entry deserves.
 *
 * @since 0.1.0
 */
public enum Severity {

	/** Ordinary business. */
	INFO,

	/** Unusual, worth a look. */
	WARNING,

	/** Something went wrong. */
	ERROR,

	/** Needs a human now. */
	CRITICAL

}
