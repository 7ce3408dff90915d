/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.auditspring.Delivery;
import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.capture.internal.entry.Operation;
import io.auditspring.capture.internal.state.EntityChange;
import io.auditspring.capture.internal.state.UnreadChange;
import io.auditspring.database.internal.StagedRow;
import io.auditspring.ledger.internal.entry.Entry;
import org.hibernate.engine.spi.EntityKey;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jspecify.annotations.Nullable;

/**
 * What an audited call changes through a session whose transaction is not Spring's, such
 * as that of an entity manager that the application opened itself. It is staged and
 * committed with that transaction; the entry of the call is not part of it.
 */
final class SessionChanges {

	private final UnattributedEntries unattributedEntries;

	private final Handover delivery;

	private final EntryFactory factory;

	private @Nullable Supplier<@Nullable Long> revision;

	private final int maxEntities;

	private final Map<Operation, OperationChanges> operations = new LinkedHashMap<>();

	private final Turns turns = new Turns();

	private final EntityChanges unattributed = new EntityChanges(this.turns);

	/** What the outbox refused, while the transaction goes on. */
	private final List<Entry> unstaged = new ArrayList<>(0);

	private @Nullable StagedRow row;

	private int staged;

	SessionChanges(Handover delivery, EntryFactory factory, UnattributedEntries unattributedEntries, int maxEntities) {
		this.maxEntities = maxEntities;
		this.unattributedEntries = unattributedEntries;
		this.delivery = delivery;
		this.factory = factory;
	}

	/**
	 * Begins to collect.
	 * @param session the session
	 * @param whenOver called when its transaction is over
	 */
	void attachTo(SharedSessionContractImplementor session, Runnable whenOver) {
		SessionEnd.watch(session, this::stage, (committed) -> {
			whenOver.run();
			this.delivery.committed(this.row, committed ? this.staged : 0, 0);
			if (committed && !this.unstaged.isEmpty()) {
				this.delivery.deliver(Delivery.TRANSACTIONAL, this.unstaged);
			}
		});
	}

	void add(@Nullable Operation operation, EntityChange change, @Nullable Supplier<@Nullable Long> revision) {
		if (this.revision == null) {
			this.revision = revision;
		}
		if (operation != null) {
			of(operation).add(change, 0);
		}
		else {
			this.unattributedEntries.add(this.unattributed, change, 0);
		}
	}

	boolean addAgain(@Nullable Operation operation, EntityKey key, String type, UnreadChange change) {
		return (operation != null) ? of(operation).addAgain(key, type, change, 0)
				: this.unattributedEntries.addAgain(this.unattributed, key, type, change, 0);
	}

	void readAll() {
		this.operations.values().forEach(OperationChanges::readAll);
		this.unattributed.readAll();
	}

	void addWithoutState(Operation operation, EntityKey key, String type) {
		of(operation).addWithoutState(key, type, 0);
	}

	private OperationChanges of(Operation operation) {
		return this.operations.computeIfAbsent(operation,
				(key) -> new OperationChanges(key, this.turns, this.maxEntities));
	}

	private void stage(SharedSessionContractImplementor session) {
		Long revision = (this.revision != null) ? this.revision.get() : null;
		List<PlacedEntry> placed = new ArrayList<>(this.unattributedEntries.of(this.unattributed, revision));
		this.operations.values().forEach((operation) -> placed.addAll(operation.entries(this.factory, revision)));
		List<Entry> entries = PlacedEntry.inOrder(placed).map(PlacedEntry::entry).toList();
		if (entries.isEmpty()) {
			return;
		}
		this.row = this.delivery.stage(TransactionSession.connection(session), entries);
		if (this.row != null) {
			this.staged = entries.size();
		}
		else {
			this.unstaged.addAll(entries);
		}
	}

}
