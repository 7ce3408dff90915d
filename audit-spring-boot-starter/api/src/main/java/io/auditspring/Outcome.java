/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

/**
 * How an audited operation ended.
 *
 * @since 0.1.0
 */
public enum Outcome {

	/** It was done, and what it changed is committed. */
	SUCCESS,

	/** It threw, or what it changed was rolled back. */
	FAILURE,

	/** Access control refused it. */
	DENIED

}
