/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

/**
 * What happens to changes of audited entities that no audited call made.
 */
enum UnattributedChanges {

	/** They leave no entry. */
	IGNORE,

	/**
	 * Each changed entity leaves an entry, part of the transaction that changed it, with
	 * the action {@code entity.created}, {@code entity.updated} or
	 * {@code entity.deleted}. Beyond {@code audit.capture.max-entities} of one
	 * transaction changes are counted, in an entry {@code entity.changes}.
	 */
	RECORD

}
