/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.buffer;

/**
 * What happens to an entry when the asynchronous buffer is full.
 */
enum Overflow {

	/**
	 * The caller waits for room, no longer than {@code audit.async.block-timeout}, and
	 * then does as with {@link #SYNC}. One that holds a connection does so at once, as
	 * the writer may be waiting for just that connection.
	 */
	BLOCK,

	/**
	 * The caller stores the entry in the outbox itself, which does not wait for others.
	 */
	SYNC,

	/**
	 * The entry is dropped. An entry {@code audit.discarded} in the ledger says how many
	 * were, of which actions, and from when to when.
	 */
	DISCARD

}
