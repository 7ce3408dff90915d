/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

/**
 * Whether entries carry the state of changed entities.
 *
 * @since 0.1.0
 */
public enum StateCapture {

	/**
	 * The state before and after, of every captured entity that the call changed.
	 */
	AUTO,

	/** No state. */
	NONE

}
