/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery;

/**
 * What a business call sees when its entry cannot be kept as promised. In neither case is
 * the entry given up: what cannot be stored where it belongs is kept in memory and tried
 * again, and goes to a file if the application stops before the database is back.
 */
enum FailurePolicy {

	/**
	 * The call fails. What it did is rolled back where that is still possible: where its
	 * entry is staged by its own transaction. After that, the call has done its work, and
	 * its entry, which says so, is written when the database takes it.
	 */
	PROPAGATE,

	/**
	 * The call goes on, and an error is logged. Where its transaction cannot stage the
	 * entry, it commits without, and the entry follows.
	 */
	LOG

}
