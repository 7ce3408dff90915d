/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

import io.auditspring.AuditRecord;
import io.auditspring.Delivery;
import io.auditspring.Outcome;
import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.capture.internal.entry.Operation;
import io.auditspring.capture.internal.state.EntityChange;
import io.auditspring.capture.internal.state.UnreadChange;
import io.auditspring.ledger.internal.entry.Entry;
import org.hibernate.engine.spi.EntityKey;
import org.jspecify.annotations.Nullable;

/**
 * What one operation did within one transaction, and the entries that says it.
 */
final class OperationChanges {

	private static final String ROLLED_BACK = "Rolled back to a savepoint";

	private static final String ELSEWHERE = "The transaction of another resource, in which it ran, was rolled back";

	private final Operation operation;

	private final EntityChanges changes;

	/** The changed entities whose state is not captured. */
	private Map<EntityKey, WithoutState> withoutState = Map.of();

	/** How often others changed by then, by their kinds. */
	private Map<String, Integer> further = Map.of();

	/** What of these the operation was told, as it was about to be committed. */
	private final List<EntityKey> told = new ArrayList<>(0);

	private Map<String, Integer> toldFurther = Map.of();

	private final int maxEntities;

	private @Nullable CompletedOperation ending;

	/** Why what it did is not there, though it returned. */
	private @Nullable String undone;

	private boolean awaited;

	private boolean apart;

	/**
	 * Creates it.
	 * @param operation the operation
	 * @param turns those of the transaction
	 * @param maxEntities the most entities whose state is shown, and the most of the
	 * others that are told apart
	 */
	OperationChanges(Operation operation, Turns turns, int maxEntities) {
		this.operation = operation;
		this.changes = new EntityChanges(turns);
		this.maxEntities = maxEntities;
	}

	Delivery delivery() {
		return this.operation.outline().delivery();
	}

	void end(CompletedOperation ending) {
		this.ending = ending;
	}

	/**
	 * Says that the operation's result is still to come.
	 */
	void await() {
		this.awaited = true;
	}

	/**
	 * Says that the operation did what it did outside the transaction, which only waited
	 * for it.
	 */
	void standsApart() {
		this.apart = true;
	}

	boolean isApart() {
		return this.apart;
	}

	/**
	 * Says that what was done so far has been undone by a rollback to a savepoint.
	 */
	void rolledBack() {
		rolledBack((change) -> {
		});
	}

	/**
	 * Says that what was done so far has been undone by a rollback to a savepoint.
	 * @param undone takes what was changed
	 */
	void rolledBack(Consumer<EntityChange> undone) {
		undone(ROLLED_BACK);
		this.changes.list().forEach(undone);
		clear();
	}

	private void clear() {
		this.changes.clear();
		this.withoutState = Map.of();
		this.further = Map.of();
	}

	/**
	 * Says that what was done since a savepoint has been undone. The operation began
	 * before, so that its end says whether it succeeded.
	 * @param savepoint the number of the savepoint
	 * @param undone takes what was changed since, the last change first
	 */
	void rollBackTo(int savepoint, Consumer<EntityChange> undone) {
		this.changes.rollBackTo(savepoint, undone);
		if (!this.withoutState.isEmpty()) {
			this.withoutState.values().removeIf((entity) -> savepoint <= entity.savepoint());
		}
	}

	/**
	 * Says that the operation ran within a transaction of something else, which was
	 * rolled back. What it changed here stays.
	 */
	void undoneElsewhere() {
		undone(ELSEWHERE);
	}

	// One that is still running goes on after that, and is judged by its end.
	private void undone(String reason) {
		if (this.ending != null || this.awaited) {
			this.undone = reason;
		}
		if (this.awaited) {
			this.operation.undo();
		}
	}

	void add(EntityChange change, int savepoint) {
		if (this.changes.exceeds(change.key(), this.maxEntities)) {
			addWithoutState(change.key(), change.type(), savepoint);
		}
		else {
			this.changes.add(change, savepoint);
		}
	}

	boolean addAgain(EntityKey key, String type, UnreadChange change, int savepoint) {
		if (this.changes.exceeds(key, this.maxEntities)) {
			addWithoutState(key, type, savepoint);
			return true;
		}
		return this.changes.addAgain(key, change, savepoint);
	}

	void readAll() {
		this.changes.readAll();
	}

	void addWithoutState(EntityKey key, String type, int savepoint) {
		if (this.withoutState.isEmpty()) {
			this.withoutState = new LinkedHashMap<>();
		}
		if (this.withoutState.size() < this.maxEntities) {
			this.withoutState.putIfAbsent(key, new WithoutState(type, savepoint));
		}
		else if (!this.withoutState.containsKey(key)) {
			addFurther(type, 1);
		}
	}

	/**
	 * Leaves what it changed so far to another one.
	 * @param other the other one
	 * @param savepoint the number of the last savepoint
	 */
	void handOver(OperationChanges other, int savepoint) {
		this.changes.handOver(other.changes, (change) -> other.add(change, savepoint));
		this.withoutState.forEach((key, entity) -> other.addWithoutState(key, entity.type(), savepoint));
		this.further.forEach(other::addFurther);
		clear();
	}

	private void addFurther(String type, int times) {
		this.further = this.further.isEmpty() ? new TreeMap<>() : this.further;
		this.further.merge(type, times, Integer::sum);
	}

	/**
	 * The entries of a transaction that commits. An operation that has not ended yet, as
	 * it also does something outside this transaction, has its own entry later; what it
	 * changed here is shown now.
	 * @param factory makes the entries
	 * @param revision Envers' revision number, or {@code null}
	 * @return the entry of the operation, then those of further entities, and of what the
	 * operation did to an entity after somebody else
	 */
	List<PlacedEntry> entries(EntryFactory factory, @Nullable Long revision) {
		List<PlacedEntry> entries = new ArrayList<>(1);
		if (isSuppressed()) {
			return entries;
		}
		tellWithoutState();
		List<EntityChanges.Placed> further = this.changes.placed();
		Outcome outcome = Outcome.SUCCESS;
		if (this.ending != null) {
			outcome = this.ending.record().outcome();
			EntityChanges.Placed placed = target(this.ending.record());
			EntityChange target = (placed != null) ? placed.change() : null;
			Entry ended = this.ending.entry(target);
			if (ended == null) {
				return entries;
			}
			Entry entry = factory.withAttempt(ended, this.operation.attempt());
			if (target != null) {
				further.removeIf((each) -> each == placed);
				entry = factory.withState(entry, target, revision);
			}
			Entry seen = factory.withUnseen(entry, this.operation);
			add(entries, placed,
					(this.undone != null) ? failed(seen, this.ending.record(), this.undone, factory) : seen);
		}
		for (EntityChanges.Placed each : further) {
			add(entries, each, factory.entry(this.operation, outcome, each.change(), revision));
		}
		return entries;
	}

	private void add(List<PlacedEntry> entries, EntityChanges.@Nullable Placed change, Entry entry) {
		long place = (change != null) ? change.place() : this.changes.place();
		entries.add(new PlacedEntry(place, delivery(), entry));
	}

	private void tellWithoutState() {
		this.withoutState.forEach((key, entity) -> {
			if (this.operation.changedWithoutState(key, entity.type())) {
				this.told.add(key);
			}
		});
		this.further.forEach(this.operation::changedWithoutState);
		this.toldFurther = this.further;
	}

	private void takeBackWithoutState() {
		this.told.forEach(this.operation::takeBackWithoutState);
		this.toldFurther.forEach((type, times) -> this.operation.changedWithoutState(type, -times));
		this.told.clear();
		this.toldFurther = Map.of();
	}

	private boolean isSuppressed() {
		return (this.ending != null) ? this.ending.suppressed() : this.operation.isSkipped();
	}

	private static Entry failed(Entry entry, AuditRecord record, String reason, EntryFactory factory) {
		return (entry.outcome() == Outcome.SUCCESS) ? factory.failed(entry, record, reason) : entry;
	}

	// The one change that fits what is said of the target; without a word of it, the
	// only one. The type may be that of the entity, a more general one, or one that only
	// the application knows.
	private EntityChanges.@Nullable Placed target(AuditRecord record) {
		String type = record.targetType();
		List<EntityChanges.Placed> fitting = fitting(record, (change) -> type == null || change.isOf(type));
		if (fitting.isEmpty() && type != null) {
			fitting = fitting(record, (change) -> change.isSubtypeOf(type));
		}
		if (fitting.isEmpty() && type != null && record.targetId() != null) {
			fitting = fitting(record, (change) -> change.mayBeCalled(type));
		}
		// What became of it later, after somebody else, is told beside that.
		return (fitting.stream().map((each) -> each.change().key()).distinct().count() == 1) ? fitting.get(0) : null;
	}

	private List<EntityChanges.Placed> fitting(AuditRecord record, Predicate<EntityChange> type) {
		String id = record.targetId();
		return this.changes.placed()
			.stream()
			.filter((each) -> (id == null || each.change().hasId(id)) && type.test(each.change()))
			.toList();
	}

	/**
	 * Adds the entry of the operation in a transaction that was rolled back: whatever it
	 * returned, it did nothing there. What it did elsewhere may be there.
	 * @param afterCompletion where to add it
	 * @param factory makes the entry
	 */
	void addRolledBack(AfterCompletion afterCompletion, EntryFactory factory) {
		if (this.awaited) {
			this.operation.undo();
		}
		takeBackWithoutState();
		Entry ended = (this.ending != null) ? this.ending.entry(null) : null;
		if (this.ending == null || ended == null) {
			return;
		}
		Entry entry = factory.withUnseen(factory.withAttempt(ended, this.operation.attempt()), this.operation);
		if (entry.outcome() == Outcome.SUCCESS && !this.apart) {
			afterCompletion.addUndone(delivery(), factory.failed(entry, this.ending.record(), null));
		}
		else {
			afterCompletion.add(delivery(), entry);
		}
	}

	/**
	 * An entity that changed without state.
	 *
	 * @param type its kind as entries show it
	 * @param savepoint the number of the last savepoint before it did
	 */
	private record WithoutState(String type, int savepoint) {

	}

}
