/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

import io.auditspring.AuditDeliveryException;
import io.auditspring.Delivery;
import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.capture.internal.entry.Operation;
import io.auditspring.capture.internal.state.EntityChange;
import io.auditspring.capture.internal.state.UnreadChange;
import io.auditspring.database.internal.StagedRow;
import io.auditspring.database.internal.Transactions;
import io.auditspring.ledger.internal.entry.Entry;
import org.hibernate.engine.spi.EntityKey;
import org.jspecify.annotations.Nullable;

/**
 * What audited operations did within one transaction, and what becomes of their entries:
 * staged in it, or left to be delivered when it is over.
 */
final class TransactionEntries {

	private final Handover delivery;

	private final EntryFactory factory;

	/** PostgreSQL manual, appendix A: in_failed_sql_transaction. */
	private static final String ABORTED = "25P02";

	private final UnattributedEntries unattributedEntries;

	/** What is to be staged, in the order of its beginning. */
	private final Map<Operation, OperationChanges> pending = new LinkedHashMap<>();

	/** Those that have something left to read. */
	private final Set<OperationChanges> unread = Collections.newSetFromMap(new IdentityHashMap<>(0));

	private final Turns turns = new Turns();

	/** What no audited call changed. */
	private final EntityChanges unattributed = new EntityChanges(this.turns);

	private final Map<Object, Savepoint> savepoints = new IdentityHashMap<>(0);

	/** What rollbacks to savepoints undid, though Hibernate may not know. */
	private final Map<EntityKey, EntityChange> undone = new HashMap<>(0);

	/** How many savepoints were set. */
	private int savepoint;

	/** What was staged, should the commit fail. */
	private final List<OperationChanges> staged = new ArrayList<>(1);

	/** What must not happen before the commit. */
	private AfterCompletion afterCommit;

	private final LateOperations late = new LateOperations();

	/** What earlier attempts at a call left: it comes before what is done here. */
	private @Nullable AfterCompletion earlier;

	private boolean earlierStaged;

	private @Nullable Supplier<@Nullable Long> revision;

	private boolean changed;

	private final int maxEntities;

	private @Nullable StagedRow row;

	private int transactional;

	private int chained;

	private boolean counted;

	private boolean committed;

	TransactionEntries(Handover delivery, EntryFactory factory, UnattributedEntries unattributedEntries,
			int maxEntities) {
		this.maxEntities = maxEntities;
		this.delivery = delivery;
		this.factory = factory;
		this.unattributedEntries = unattributedEntries;
		this.afterCommit = new AfterCompletion(delivery, factory);
	}

	void follow(AfterCompletion attempts) {
		if (this.earlier == null) {
			this.earlier = new AfterCompletion(this.delivery, this.factory);
		}
		this.earlier.takeEntries(attempts);
	}

	void end(CompletedOperation ending) {
		of(ending.operation()).end(ending);
	}

	void await(Operation operation) {
		of(operation).await();
	}

	// By any thread.
	boolean arrived(CompletedOperation ending, @Nullable Operation part) {
		return this.late.add(ending, part);
	}

	/**
	 * Adds what Hibernate changed.
	 * @param operation the call that did it, or {@code null} if none did
	 * @param change what became of the entity
	 * @return {@code false} if nobody wants to know
	 */
	boolean add(@Nullable Operation operation, EntityChange change) {
		boolean kept = isKept(operation);
		EntityChange believed = this.undone.isEmpty() ? null : this.undone.remove(change.key());
		EntityChange real = (believed != null) ? change.without(believed) : change;
		if (kept && operation != null) {
			of(operation).add(real, this.savepoint);
		}
		else if (kept) {
			this.unattributedEntries.add(this.unattributed, real, this.savepoint);
		}
		return kept;
	}

	private boolean isKept(@Nullable Operation operation) {
		return (operation != null) ? operation.capturesState() : this.unattributedEntries.areRecorded();
	}

	/**
	 * Adds that Hibernate changed an entity once more.
	 * @param operation the call that did it, or {@code null} if none did
	 * @param key which entity
	 * @param type the kind of entity as entries show it
	 * @param change what is to be read of it later
	 * @return {@code false} if it has to be read now
	 */
	boolean addAgain(@Nullable Operation operation, EntityKey key, String type, UnreadChange change) {
		if (!isKept(operation)) {
			return true;
		}
		if (this.undone.containsKey(key)) {
			return false;
		}
		if (operation == null) {
			return this.unattributedEntries.addAgain(this.unattributed, key, type, change, this.savepoint);
		}
		OperationChanges changes = of(operation);
		this.unread.add(changes);
		return changes.addAgain(key, type, change, this.savepoint);
	}

	/**
	 * Says that memory may differ from here on from what was changed.
	 */
	void readAll() {
		if (!this.unread.isEmpty()) {
			this.unread.forEach(OperationChanges::readAll);
			this.unread.clear();
		}
		this.unattributed.readAll();
	}

	void addWithoutState(@Nullable Operation operation, EntityKey key, String type) {
		if (operation != null && operation.capturesState()) {
			of(operation).addWithoutState(key, type, this.savepoint);
		}
	}

	void handOver(Operation from, Operation to) {
		OperationChanges changes = this.pending.get(from);
		if (changes != null) {
			changes.handOver(of(to), this.savepoint);
		}
	}

	void closeUnattributed() {
		this.unattributed.close(this.savepoint);
	}

	/**
	 * Says where to ask for the revision.
	 * @param revision gives Envers' revision number later, or {@code null}
	 * @return whether nothing had been changed before
	 */
	boolean isRevisedBy(@Nullable Supplier<@Nullable Long> revision) {
		boolean first = !this.changed;
		this.changed = true;
		if (this.revision == null) {
			this.revision = revision;
		}
		return first;
	}

	void savepoint(Object savepoint) {
		readAll();
		this.savepoint++;
		this.savepoints.put(savepoint, new Savepoint(this.savepoint, this.pending.size()));
	}

	void rollBackTo(Object savepoint) {
		Savepoint known = this.savepoints.get(savepoint);
		if (known == null) {
			// Set before anything was audited.
			rollBack(new ArrayList<>(this.pending.values()));
			List<EntityChange> unattributed = new ArrayList<>(this.unattributed.list());
			Collections.reverse(unattributed);
			unattributed.forEach(this::undone);
			this.unattributed.clear();
			return;
		}
		List<OperationChanges> all = new ArrayList<>(this.pending.values());
		int earlier = Math.min(known.pending(), all.size());
		rollBack(all.subList(earlier, all.size()));
		all.subList(0, earlier).forEach((operation) -> operation.rollBackTo(known.number(), this::undone));
		this.unattributed.rollBackTo(known.number(), this::undone);
	}

	private void rollBack(List<OperationChanges> operations) {
		Collections.reverse(operations);
		operations.forEach((operation) -> operation.rolledBack(this::undone));
	}

	// The last one comes first.
	private void undone(EntityChange change) {
		this.undone.merge(change.key(), change, (later, earlier) -> later.since(earlier.before()));
	}

	void undoneElsewhere(Object savepoint, Object before) {
		Savepoint known = this.savepoints.getOrDefault(savepoint, this.savepoints.get(before));
		this.pending.values()
			.stream()
			.skip((known != null) ? known.pending() : 0)
			.forEach(OperationChanges::undoneElsewhere);
	}

	private OperationChanges of(Operation operation) {
		return this.pending.computeIfAbsent(operation,
				(key) -> new OperationChanges(key, this.turns, this.maxEntities));
	}

	private void take(List<LateOperations.LateEnding> endings) {
		for (LateOperations.LateEnding late : endings) {
			OperationChanges operation = of(late.ending().operation());
			operation.end(late.ending());
			if (late.isApart()) {
				operation.standsApart();
			}
			if (late.isUndone()) {
				operation.rolledBack();
			}
		}
	}

	/**
	 * Stages what is pending.
	 * @param connection the connection of the transaction
	 */
	void stage(Connection connection) {
		take(this.late.take());
		Long revision = (this.revision != null) ? this.revision.get() : null;
		List<PlacedEntry> placed = new ArrayList<>(this.unattributedEntries.of(this.unattributed, revision));
		this.unattributed.clear();
		this.pending.values().forEach((operation) -> placed.addAll(operation.entries(this.factory, revision)));
		List<Entry> entries = new ArrayList<>(placed.size());
		int chained = stageEarlier(entries);
		boolean buffered = false;
		for (PlacedEntry each : PlacedEntry.inOrder(placed).toList()) {
			if (each.delivery() == Delivery.ASYNC) {
				this.afterCommit.add(Delivery.ASYNC, each.entry());
				buffered = true;
			}
			else {
				entries.add(each.entry());
			}
			chained += (each.delivery() == Delivery.SYNC) ? 1 : 0;
		}
		if (!entries.isEmpty()) {
			stage(connection, entries, chained);
		}
		else if (buffered && Transactions.isAborted(connection)) {
			// The driver would commit it without a word, though nothing of it is there
			// then.
			throw new AuditDeliveryException("The transaction failed before its audit entries could be buffered",
					new SQLException("The transaction is aborted", ABORTED));
		}
		this.staged.addAll(this.pending.values());
		this.pending.clear();
	}

	private int stageEarlier(List<Entry> entries) {
		if (this.earlier == null || this.earlierStaged) {
			return 0;
		}
		this.earlierStaged = true;
		return this.earlier.stage(entries, this.afterCommit);
	}

	private void stage(Connection connection, List<Entry> entries, int chained) {
		StagedRow staged = this.delivery.stage(connection, entries);
		if (staged == null) {
			entries.forEach(
					(entry) -> this.afterCommit.add((chained > 0) ? Delivery.SYNC : Delivery.TRANSACTIONAL, entry));
			return;
		}
		this.row = (this.row != null) ? this.row : staged;
		this.transactional += entries.size() - chained;
		this.chained += chained;
		if (chained > 0) {
			this.afterCommit.await(staged);
		}
	}

	/**
	 * Delivers what is left when the transaction has been committed.
	 */
	void settleCommitted() {
		take(this.late.take());
		committed().settle(null);
	}

	/**
	 * Says that the transaction is over: nothing is taken any more.
	 * @param committed whether it is known to be committed
	 * @return what is left to deliver
	 */
	AfterCompletion over(boolean committed) {
		take(this.late.close());
		TransactionOutcome outcome = committed ? TransactionOutcome.COMMITTED : transactionOutcome();
		this.committed = outcome == TransactionOutcome.COMMITTED;
		return switch (outcome) {
			case COMMITTED -> committed();
			case LOST -> notCommitted();
			case UNKNOWN -> doubtful(Objects.requireNonNull(this.row));
		};
	}

	/**
	 * Whether the transaction is over and is known to be committed.
	 * @return whether it is
	 */
	boolean isCommitted() {
		return this.committed;
	}

	// A commit may fail on its way back. Then what was staged tells.
	private TransactionOutcome transactionOutcome() {
		return (this.row != null) ? this.delivery.transactionOutcome(this.row) : TransactionOutcome.LOST;
	}

	// What only waited for the transaction has nothing to do with whether it was
	// committed.
	private AfterCompletion doubtful(StagedRow row) {
		List<OperationChanges> within = this.pending.values()
			.stream()
			.filter((operation) -> !operation.isApart())
			.toList();
		AfterCompletion kept = new AfterCompletion(this.delivery, this.factory);
		kept.addAll(this.afterCommit);
		addEntries(within, kept);
		AfterCompletion rest = rest();
		this.staged.forEach((operation) -> operation.addRolledBack(rest, this.factory));
		within.forEach((operation) -> operation.addRolledBack(rest, this.factory));
		rest.onlyIfLost(row);
		rest.onlyIfCommitted(row, kept);
		this.pending.values()
			.stream()
			.filter(OperationChanges::isApart)
			.forEach((operation) -> operation.addRolledBack(rest, this.factory));
		return rest;
	}

	private AfterCompletion committed() {
		if (this.row != null && !this.counted) {
			this.counted = true;
			this.delivery.committed(this.row, this.transactional, this.chained);
		}
		AfterCompletion due = this.earlierStaged ? new AfterCompletion(this.delivery, this.factory) : rest();
		this.earlierStaged = true;
		due.addAll(this.afterCommit);
		this.afterCommit = new AfterCompletion(this.delivery, this.factory);
		// Of a read-only transaction, or added by somebody's after-commit callback.
		addEntries(this.pending.values(), due);
		this.pending.clear();
		return due;
	}

	private void addEntries(Collection<OperationChanges> operations, AfterCompletion afterCompletion) {
		List<PlacedEntry> placed = new ArrayList<>(operations.size());
		operations.forEach((operation) -> placed.addAll(operation.entries(this.factory, null)));
		PlacedEntry.inOrder(placed).forEach((each) -> afterCompletion.add(each.delivery(), each.entry()));
	}

	private AfterCompletion notCommitted() {
		AfterCompletion rest = rest();
		this.staged.forEach((operation) -> operation.addRolledBack(rest, this.factory));
		this.pending.values().forEach((operation) -> operation.addRolledBack(rest, this.factory));
		return rest;
	}

	private AfterCompletion rest() {
		return (this.earlier != null) ? this.earlier : new AfterCompletion(this.delivery, this.factory);
	}

	/**
	 * A point of the transaction that it may be rolled back to.
	 *
	 * @param number which one, from 1
	 * @param pending how many operations were pending then
	 */
	private record Savepoint(int number, int pending) {

	}

}
