/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

/**
 * What becomes of the partition of a retired month.
 *
 * @since 0.1.0
 */
public enum RetentionAction {

	/** It is deleted. */
	DROP,

	/** It is taken out of the ledger and left as a table. */
	DETACH,

	/** It is archived, read back and verified, and then deleted. */
	ARCHIVE,

	/**
	 * It is deleted when the ledger that receives its chains has signed that all of its
	 * entries are safe there.
	 */
	RECEIVED;

	/** What is recorded of the partition. */
	RetentionAction ofPartition() {
		return (this == DETACH) ? DETACH : DROP;
	}

}
