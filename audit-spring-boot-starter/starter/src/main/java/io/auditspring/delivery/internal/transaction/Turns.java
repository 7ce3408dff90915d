/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.util.HashMap;
import java.util.Map;

import org.hibernate.engine.spi.EntityKey;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it was to change an entity last, and so where its change stands among those
 * of a transaction: the last entry of an entity must show what is stored.
 */
final class Turns {

	private final Map<EntityKey, Turn> last = new HashMap<>();

	private long places;

	/**
	 * Says where something stands that comes after all there was so far.
	 * @return its place
	 */
	long next() {
		return ++this.places;
	}

	@Nullable Turn last(EntityKey key) {
		return this.last.get(key);
	}

	void put(EntityKey key, @Nullable Turn turn) {
		if (turn != null) {
			this.last.put(key, turn);
		}
		else {
			this.last.remove(key);
		}
	}

	/**
	 * What somebody did to an entity before somebody else came.
	 *
	 * @param owner who
	 * @param place where that stands
	 */
	record Turn(EntityChanges owner, long place) {

	}

}
