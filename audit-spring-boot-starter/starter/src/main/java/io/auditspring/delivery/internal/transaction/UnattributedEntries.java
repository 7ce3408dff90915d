/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.capture.internal.entry.Operation;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.capture.internal.state.EntityChange;
import io.auditspring.ledger.internal.entry.Entry;
import org.jspecify.annotations.Nullable;

/**
 * Makes the entries of changes that belong to no audited call.
 */
final class UnattributedEntries {

	private final EntryFactory factory;

	private final @Nullable Supplier<Origin> origin;

	/**
	 * Creates it.
	 * @param factory makes entries
	 * @param origin tells who makes such changes; {@code null} where these leave no
	 * entries
	 */
	UnattributedEntries(EntryFactory factory, @Nullable Supplier<Origin> origin) {
		this.factory = factory;
		this.origin = origin;
	}

	boolean areRecorded() {
		return this.origin != null;
	}

	/**
	 * Makes them. Not before they are staged: to ask who makes the changes may need
	 * queries, which a running flush does not bear.
	 * @param changes the changes of one transaction
	 * @param revision Envers' revision number, or {@code null}
	 * @return an entry each
	 */
	List<Entry> of(EntityChanges changes, @Nullable Long revision) {
		List<EntityChange> list = changes.list();
		if (list.isEmpty() || this.origin == null) {
			return List.of();
		}
		Origin origin = this.origin.get();
		UUID operation = Operation.newId();
		return list.stream().map((change) -> this.factory.unattributed(operation, origin, change, revision)).toList();
	}

}
