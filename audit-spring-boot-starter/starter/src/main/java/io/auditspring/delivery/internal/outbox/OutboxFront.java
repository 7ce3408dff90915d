/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.outbox;

import java.time.Duration;

/**
 * Remembers where the oldest rows of the outbox are. Rows that were moved stay in table
 * and index until vacuum may remove them, which any long transaction elsewhere in the
 * database prevents; whoever begins at the front each time steps over all of them.
 * <p>
 * Ids are not committed in their order, so a look begins some way before the last row
 * that was moved, and now and then at the very front: not more often than takes a tenth
 * of the time. Used by one thread.
 */
final class OutboxFront {

	/** Transactions that began so many others ago are usually over. */
	private static final long OVERLAP = 5_000;

	private static final int SHARE = 10;

	private final Duration interval;

	private long last;

	private boolean whole;

	private long began;

	private long due = System.nanoTime();

	OutboxFront(Duration interval) {
		this.interval = interval;
	}

	/**
	 * Begins to look.
	 * @return the id after which to look
	 */
	long begin() {
		this.began = System.nanoTime();
		this.whole = this.began - this.due >= 0;
		return this.whole ? Long.MIN_VALUE : this.last - OVERLAP;
	}

	void moved(long id) {
		// After the first batch the front is behind, and what follows is not its cost.
		if (this.whole) {
			end();
		}
		this.last = Math.max(this.last, id);
	}

	void end() {
		if (this.whole) {
			long now = System.nanoTime();
			this.due = now + Math.max(this.interval.toNanos(), (now - this.began) * SHARE);
			this.whole = false;
		}
	}

}
