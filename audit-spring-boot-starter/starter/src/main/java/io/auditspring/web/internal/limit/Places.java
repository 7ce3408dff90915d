/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.limit;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Places for requests that last: so many in all, and so many for each reader, so that one
 * of them cannot take all. Half of them are for those who see what everybody did: anybody
 * who can sign in sees their own, and many of them must not keep these out.
 */
public final class Places {

	private final String what;

	private final int most;

	private final int mostEach;

	private final Duration patience;

	private final Map<Object, Integer> taken = new HashMap<>();

	private int all;

	/** Of them by those who see their own only. */
	private int own;

	/**
	 * Creates them, all free.
	 * @param what the requests, for who is turned away
	 * @param most how many there may be
	 * @param mostEach how many a reader may have; a quarter of that, but one, who sees
	 * their own only
	 * @param patience when to try again
	 */
	public Places(String what, int most, int mostEach, Duration patience) {
		this.what = what;
		this.most = most;
		this.mostEach = mostEach;
		this.patience = patience;
	}

	/**
	 * Takes a place.
	 * @param reader what tells for whom, equal for the same one
	 * @param everything whether they see what everybody did
	 * @return gives it back, once
	 * @throws TooManyRequestsException if there is none
	 */
	public synchronized Runnable take(Object reader, boolean everything) {
		int taken = taken(reader);
		int each = everything ? this.mostEach : Math.max(1, this.mostEach / 4);
		if (taken >= each) {
			throw new TooManyRequestsException(
					"Of %s you have %s already, as many as you may have at once".formatted(this.what, taken),
					this.patience);
		}
		if (this.all >= this.most || (!everything && this.own >= this.most / 2)) {
			throw new TooManyRequestsException(
					"There are as many %s already as there may be at once".formatted(this.what), this.patience);
		}
		this.taken.put(reader, taken + 1);
		this.all++;
		this.own += everything ? 0 : 1;
		return () -> free(reader, everything);
	}

	public synchronized int taken(Object reader) {
		return this.taken.getOrDefault(reader, 0);
	}

	private synchronized void free(Object reader, boolean everything) {
		this.taken.computeIfPresent(reader, (key, taken) -> (taken > 1) ? taken - 1 : null);
		this.all--;
		this.own -= everything ? 0 : 1;
	}

}
