/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

import io.auditspring.AuditRecord;
import io.auditspring.Delivery;
import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.capture.internal.entry.Operation;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.capture.internal.state.EntityChange;
import io.auditspring.capture.internal.state.UnreadChange;
import io.auditspring.ledger.internal.entry.Entry;
import org.hibernate.engine.spi.EntityKey;
import org.jspecify.annotations.Nullable;

/**
 * Makes the entries of changes that belong to no audited call.
 */
final class UnattributedEntries {

	private final EntryFactory factory;

	private final int most;

	private final @Nullable Supplier<Origin> origin;

	/**
	 * Creates it.
	 * @param factory makes entries
	 * @param most how many entities are shown of a transaction
	 * @param origin tells who makes such changes; {@code null} where these leave no
	 * entries
	 */
	UnattributedEntries(EntryFactory factory, int most, @Nullable Supplier<Origin> origin) {
		this.factory = factory;
		this.most = most;
		this.origin = origin;
	}

	boolean areRecorded() {
		return this.origin != null;
	}

	/**
	 * Adds a change, unless there are too many: then it is counted. A long import that
	 * keeps its session small must not fill the memory here.
	 * @param changes those of the transaction
	 * @param change the change
	 * @param savepoint the number of the last savepoint, from 1; 0 where there is none
	 */
	void add(EntityChanges changes, EntityChange change, int savepoint) {
		if (changes.exceeds(change.key(), this.most)) {
			changes.addFurther(change.type());
		}
		else {
			changes.add(change, savepoint);
		}
	}

	/**
	 * Adds that an entity changed once more, unless there are too many.
	 * @param changes those of the transaction
	 * @param key which entity
	 * @param type the kind of entity as entries show it
	 * @param change what is to be read of it later
	 * @param savepoint the number of the last savepoint, from 1; 0 where there is none
	 * @return {@code false} if it has to be read now
	 */
	boolean addAgain(EntityChanges changes, EntityKey key, String type, UnreadChange change, int savepoint) {
		if (changes.exceeds(key, this.most)) {
			changes.addFurther(type);
			return true;
		}
		return changes.addAgain(key, change, savepoint);
	}

	/**
	 * Makes them. Not before they are staged: to ask who makes the changes may need
	 * queries, which a running flush does not bear.
	 * @param changes the changes of one transaction
	 * @param revision Envers' revision number, or {@code null}
	 * @return an entry each, and one that counts those that are not shown
	 */
	List<PlacedEntry> of(EntityChanges changes, @Nullable Long revision) {
		List<EntityChanges.Placed> list = changes.placed();
		if ((list.isEmpty() && changes.further().isEmpty()) || this.origin == null) {
			return List.of();
		}
		Origin origin = this.origin.get();
		UUID operation = Operation.newId();
		List<PlacedEntry> entries = new ArrayList<>(list.size() + 1);
		list.forEach((each) -> entries.add(new PlacedEntry(each.place(), Delivery.TRANSACTIONAL,
				this.factory.unattributed(operation, origin, each.change(), revision))));
		if (!changes.further().isEmpty()) {
			entries.add(new PlacedEntry(changes.place(), Delivery.TRANSACTIONAL,
					further(operation, origin, changes.further())));
		}
		return entries;
	}

	private Entry further(UUID operation, Origin origin, Map<String, Integer> further) {
		AuditRecord record = AuditRecord.action("entity.changes")
			.message("%s further changes are not shown, as there are too many"
				.formatted(further.values().stream().mapToInt(Integer::intValue).sum()))
			.metadata("withoutState", further)
			.build();
		return this.factory.entry(new Operation(operation, origin, record, false), record, null);
	}

}
