/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

/**
 * What happens to audited calls that never came to their method and have no answer,
 * because something around the method left it out: a lock that another instance holds, a
 * limit that is reached.
 */
enum SkippedCalls {

	/** They leave no entry. */
	IGNORE,

	/**
	 * They leave an entry that says {@code skipped} in its metadata. Its outcome is
	 * {@code denied}: nothing was done, and nothing failed, but the call was not let
	 * through.
	 */
	RECORD

}
