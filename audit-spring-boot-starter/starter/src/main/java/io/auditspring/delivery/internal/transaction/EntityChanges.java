/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.auditspring.capture.internal.state.EntityChange;
import org.hibernate.engine.spi.EntityKey;

/**
 * What became of entities: several changes of the same one are one change.
 */
final class EntityChanges {

	private final List<EntityChange> closed = new ArrayList<>(0);

	private final Map<EntityKey, EntityChange> changes = new LinkedHashMap<>();

	/** What takes back what was added after a savepoint, the last one first. */
	private final Deque<Undoing> undoings = new ArrayDeque<>(0);

	void add(EntityChange change) {
		add(change, 0);
	}

	/**
	 * Adds a change that a rollback to a savepoint may take back.
	 * @param change the change
	 * @param savepoint the number of the last savepoint, from 1; 0 where there is none
	 */
	void add(EntityChange change, int savepoint) {
		EntityKey key = change.key();
		EntityChange earlier = this.changes.remove(key);
		EntityChange joined = (earlier != null) ? earlier.then(change) : change;
		if (joined != null) {
			this.changes.put(key, joined);
		}
		if (savepoint > 0) {
			this.undoings.push(new Undoing(savepoint,
					(earlier != null) ? () -> this.changes.put(key, earlier) : () -> this.changes.remove(key)));
		}
	}

	/**
	 * Keeps what was changed so far apart from what follows: in between somebody else may
	 * change the same entities.
	 * @param savepoint the number of the last savepoint, from 1; 0 where there is none
	 */
	void close(int savepoint) {
		if (savepoint > 0 && !this.changes.isEmpty()) {
			Map<EntityKey, EntityChange> open = new LinkedHashMap<>(this.changes);
			this.undoings.push(new Undoing(savepoint, () -> {
				this.closed.removeAll(open.values());
				this.changes.putAll(open);
			}));
		}
		this.closed.addAll(this.changes.values());
		this.changes.clear();
	}

	/**
	 * Takes back what was added after a savepoint.
	 * @param savepoint its number
	 */
	void rollBackTo(int savepoint) {
		while (!this.undoings.isEmpty() && this.undoings.element().savepoint() >= savepoint) {
			this.undoings.pop().step().run();
		}
	}

	/**
	 * Whether a change of an entity would be one of too many.
	 * @param key the entity
	 * @param most how many entities there may be
	 * @return whether there are so many without it
	 */
	boolean exceeds(EntityKey key, int most) {
		return this.closed.size() + this.changes.size() >= most && !this.changes.containsKey(key);
	}

	void clear() {
		this.closed.clear();
		this.changes.clear();
		this.undoings.clear();
	}

	/**
	 * The changes so far.
	 * @return a copy, in their order
	 */
	List<EntityChange> list() {
		List<EntityChange> list = new ArrayList<>(this.closed);
		list.addAll(this.changes.values());
		return list;
	}

	private record Undoing(int savepoint, Runnable step) {

	}

}
