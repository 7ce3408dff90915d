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
 * What became of entities by one operation: several changes of the same one are one
 * change, unless another operation changed it in between.
 */
final class EntityChanges {

	private final Turns turns;

	/** Where it stands what nobody else changed before. */
	private final long place;

	private final List<Placed> closed = new ArrayList<>(0);

	private final Map<EntityKey, Placed> changes = new LinkedHashMap<>();

	/** What is to be read of entities that changed once more. */
	private final Map<EntityKey, Unread> unread = new LinkedHashMap<>(0);

	/** What takes back what was added after a savepoint, the last one first. */
	private final Deque<Undoing> undoings = new ArrayDeque<>(0);

	/** How many changes were not kept, by the kind of entity. */
	private Map<String, Integer> further = Map.of();

	/**
	 * Creates it.
	 * @param turns those of the transaction
	 */
	EntityChanges(Turns turns) {
		this.turns = turns;
		this.place = turns.next();
	}

	long place() {
		return this.place;
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
		Turns.Turn last = this.turns.last(key);
		if (!isMine(last)) {
			close(key, savepoint);
		}
		Placed known = this.changes.remove(key);
		Placed joined = (known != null) ? known.then(change) : new Placed(change, placeAfter(last), last);
		if (joined != null) {
			this.changes.put(key, joined);
		}
		this.turns.put(key, new Turns.Turn(this, (joined != null) ? joined.place() : placeAfter(last)));
		keepForUndoing(savepoint, () -> {
			this.turns.put(key, last);
			this.changes.remove(key);
			if (known != null) {
				this.changes.put(key, known);
			}
		}, (known != null) ? change.since(known.change().after()) : change);
	}

	private boolean isMine(Turns.@Nullable Turn last) {
		return last == null || last.owner() == this;
	}

	// Behind what somebody else, who came later, did to the entity first.
	private long placeAfter(Turns.@Nullable Turn last) {
		return (last != null && last.place() > this.place) ? this.turns.next() : this.place;
	}

	private void close(EntityKey key, int savepoint) {
		Placed open = this.changes.remove(key);
		if (open != null) {
			this.closed.add(open);
			keepForUndoing(savepoint, () -> this.changes.put(key, removeClosed(open)), null);
		}
	}

	private Placed removeClosed(Placed change) {
		this.closed.removeIf((each) -> each == change);
		return change;
	}

	private void keepForUndoing(int savepoint, Runnable step, @Nullable EntityChange change) {
		if (savepoint > 0) {
			this.undoings.push(new Undoing(savepoint, step, change));
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
		Placed placed = this.changes.get(key);
		if (placed == null || !isMine(this.turns.last(key))) {
			return false;
		}
		EntityChange known = placed.change();
		if (known.failure() != null) {
			return true;
		}
		if (known.after() == null || !known.unseen().containsAll(change.properties())) {
			return false;
		}
		// The latest comes last.
		this.changes.remove(key);
		this.changes.put(key, placed);
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
		if (!this.changes.isEmpty()) {
			Map<EntityKey, Placed> open = new LinkedHashMap<>(this.changes);
			keepForUndoing(savepoint, () -> open.forEach((key, each) -> this.changes.put(key, removeClosed(each))),
					null);
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
		return this.closed.size() + this.changes.size() >= most
				&& !(this.changes.containsKey(key) && isMine(this.turns.last(key)));
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
		for (Placed each : this.closed) {
			giveBack(each);
		}
		this.changes.values().forEach(this::giveBack);
		this.closed.clear();
		this.changes.clear();
		this.unread.clear();
		this.undoings.clear();
	}

	private void giveBack(Placed change) {
		Turns.Turn last = this.turns.last(change.change().key());
		if (last != null && last.owner() == this) {
			this.turns.put(change.change().key(), change.before());
		}
	}

	/**
	 * The changes so far.
	 * @return a copy, in their order
	 */
	List<EntityChange> list() {
		return placed().stream().map(Placed::change).toList();
	}

	/**
	 * The changes so far, and where each stands.
	 * @return a copy, in their order
	 */
	List<Placed> placed() {
		readAll();
		List<Placed> list = new ArrayList<>(this.closed);
		list.addAll(this.changes.values());
		return list;
	}

	/**
	 * Leaves the changes so far to another operation, which this one is part of.
	 * @param other that one's
	 * @param add adds a change to it
	 */
	void handOver(EntityChanges other, Consumer<EntityChange> add) {
		for (Placed each : placed()) {
			Turns.Turn last = this.turns.last(each.change().key());
			if (last != null && last.owner() == this && last.place() == each.place()) {
				this.turns.put(each.change().key(), each.before());
				add.accept(each.change());
			}
			else {
				other.closed.add(each);
			}
		}
	}

	/**
	 * A change among the others of a transaction.
	 *
	 * @param change the change
	 * @param place where it stands
	 * @param before whose turn it was before, or {@code null} if nobody had changed the
	 * entity
	 */
	record Placed(EntityChange change, long place, Turns.@Nullable Turn before) {

		@Nullable Placed then(EntityChange later) {
			EntityChange joined = this.change.then(later);
			return (joined != null) ? new Placed(joined, this.place, this.before) : null;
		}

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
