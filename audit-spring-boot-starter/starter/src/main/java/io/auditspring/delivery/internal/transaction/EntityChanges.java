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
import java.util.TreeMap;
import java.util.function.Consumer;

import io.auditspring.capture.internal.state.EntityChange;
import io.auditspring.capture.internal.state.UnreadChange;
import org.hibernate.engine.spi.EntityKey;
import org.jspecify.annotations.Nullable;

/**
 * What became of entities: several changes of the same one are one change.
 */
final class EntityChanges {

	private final List<EntityChange> closed = new ArrayList<>(0);

	private final Map<EntityKey, EntityChange> changes = new LinkedHashMap<>();

	/** What is to be read of entities that changed once more. */
	private final Map<EntityKey, Unread> unread = new LinkedHashMap<>(0);

	/** What takes back what was added after a savepoint, the last one first. */
	private final Deque<Undoing> undoings = new ArrayDeque<>(0);

	/** How many changes were not kept, by the kind of entity. */
	private Map<String, Integer> further = Map.of();

	void add(EntityChange change) {
		add(change, 0);
	}

	/**
	 * Adds a change that a rollback to a savepoint may take back.
	 * @param change the change
	 * @param savepoint the number of the last savepoint, from 1; 0 where there is none
	 */
	void add(EntityChange change, int savepoint) {
		if (!this.unread.isEmpty()) {
			read(this.unread.remove(change.key()));
		}
		join(change, savepoint);
	}

	private void join(EntityChange change, int savepoint) {
		EntityKey key = change.key();
		EntityChange earlier = this.changes.remove(key);
		EntityChange joined = (earlier != null) ? earlier.then(change) : change;
		if (joined != null) {
			this.changes.put(key, joined);
		}
		if (savepoint > 0) {
			this.undoings.push(new Undoing(savepoint,
					(earlier != null) ? () -> this.changes.put(key, earlier) : () -> this.changes.remove(key),
					(earlier != null) ? change.since(earlier.after()) : change));
		}
	}

	/**
	 * Adds that an entity changed once more. It is read when it is asked for, however
	 * often it changes until then.
	 * @param key which entity
	 * @param change what is to be read
	 * @param savepoint the number of the last savepoint, from 1; 0 where there is none
	 * @return {@code false} if too little is known of the entity
	 */
	boolean addAgain(EntityKey key, UnreadChange change, int savepoint) {
		EntityChange known = this.changes.get(key);
		if (known != null && known.failure() != null) {
			return true;
		}
		if (known == null || known.after() == null || !known.unseen().containsAll(change.properties())) {
			return false;
		}
		// The latest comes last.
		this.changes.remove(key);
		this.changes.put(key, known);
		Unread waiting = this.unread.get(key);
		if (waiting == null || !waiting.change().join(change)) {
			read(this.unread.put(key, new Unread(change, savepoint)));
		}
		return true;
	}

	/**
	 * Reads what is left to read.
	 */
	void readAll() {
		if (!this.unread.isEmpty()) {
			List<Unread> all = List.copyOf(this.unread.values());
			this.unread.clear();
			all.forEach(this::read);
		}
	}

	private void read(@Nullable Unread unread) {
		EntityChange change = (unread != null) ? unread.change().read() : null;
		if (unread != null && change != null) {
			join(change, unread.savepoint());
		}
	}

	/**
	 * Keeps what was changed so far apart from what follows: in between somebody else may
	 * change the same entities.
	 * @param savepoint the number of the last savepoint, from 1; 0 where there is none
	 */
	void close(int savepoint) {
		readAll();
		if (savepoint > 0 && !this.changes.isEmpty()) {
			Map<EntityKey, EntityChange> open = new LinkedHashMap<>(this.changes);
			this.undoings.push(new Undoing(savepoint, () -> {
				this.closed.removeAll(open.values());
				this.changes.putAll(open);
			}, null));
		}
		this.closed.addAll(this.changes.values());
		this.changes.clear();
	}

	/**
	 * Takes back what was added after a savepoint.
	 * @param savepoint its number
	 * @param undone takes what is taken back, the last one first
	 */
	void rollBackTo(int savepoint, Consumer<EntityChange> undone) {
		// Whatever waits came after the last savepoint.
		this.unread.clear();
		while (!this.undoings.isEmpty() && this.undoings.element().savepoint() >= savepoint) {
			Undoing last = this.undoings.pop();
			last.step().run();
			if (last.change() != null) {
				undone.accept(last.change());
			}
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

	/**
	 * Counts a change that is not kept, as there are too many.
	 * @param type the kind of entity as entries show it
	 */
	void addFurther(String type) {
		this.further = this.further.isEmpty() ? new TreeMap<>() : this.further;
		this.further.merge(type, 1, Integer::sum);
	}

	/**
	 * How many changes were not kept.
	 * @return their numbers by the kind of entity
	 */
	Map<String, Integer> further() {
		return this.further;
	}

	void clear() {
		this.further = Map.of();
		this.closed.clear();
		this.changes.clear();
		this.unread.clear();
		this.undoings.clear();
	}

	/**
	 * The changes so far.
	 * @return a copy, in their order
	 */
	List<EntityChange> list() {
		readAll();
		List<EntityChange> list = new ArrayList<>(this.closed);
		list.addAll(this.changes.values());
		return list;
	}

	/**
	 * A change that is to be read.
	 *
	 * @param change the change
	 * @param savepoint the number of the last savepoint before it
	 */
	private record Unread(UnreadChange change, int savepoint) {

	}

	/**
	 * What a rollback to a savepoint takes back.
	 *
	 * @param savepoint the number of the last savepoint before it
	 * @param step takes it back
	 * @param change what is taken back, {@code null} if it is no change
	 */
	private record Undoing(int savepoint, Runnable step, @Nullable EntityChange change) {

	}

}
