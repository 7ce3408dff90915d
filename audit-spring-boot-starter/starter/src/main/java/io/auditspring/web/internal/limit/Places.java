/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.limit;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.auditspring.Actor;

/**
 * Places for requests that last: so many in all, and so many for each reader, so that one
 * of them cannot take all.
 */
public final class Places {

	private final String what;

	private final int most;

	private final int mostEach;

	private final Duration patience;

	private final Map<Actor, Integer> taken = new HashMap<>();

	private int all;

	/**
	 * Creates them, all free.
	 * @param what the requests, for who is turned away
	 * @param most how many there may be
	 * @param mostEach how many a reader may have
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
	 * @param reader for whom
	 * @return gives it back, once
	 * @throws TooManyRequestsException if there is none
	 */
	public synchronized Runnable take(Actor reader) {
		int own = taken(reader);
		if (own >= this.mostEach) {
			throw new TooManyRequestsException(
					"You have %d %s already, as many as one reader may have at once".formatted(own, this.what),
					this.patience);
		}
		if (this.all >= this.most) {
			throw new TooManyRequestsException(
					"There are %d %s already, as many as there may be at once".formatted(this.all, this.what),
					this.patience);
		}
		this.taken.put(reader, own + 1);
		this.all++;
		return () -> free(reader);
	}

	public synchronized int taken(Actor reader) {
		return this.taken.getOrDefault(reader, 0);
	}

	private synchronized void free(Actor reader) {
		this.taken.computeIfPresent(reader, (key, own) -> (own > 1) ? own - 1 : null);
		this.all--;
	}

}
