/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

import io.auditspring.capture.internal.entry.Operation;
import io.auditspring.capture.internal.entry.UnsavedWork;
import org.hibernate.engine.spi.EntityKey;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jspecify.annotations.Nullable;

/**
 * The calls within a transaction that threw, and what they left in its session. Who
 * catches that may write it, change it, or throw it away: it is theirs if it is written
 * as they left it.
 */
final class BrokenOffCalls {

	private Map<Operation, UnsavedWork> left = Collections.emptyMap();

	/** Whose an entity is that the flush at hand writes. It may do so in parts. */
	private Map<EntityKey, @Nullable Operation> writing = Collections.emptyMap();

	void add(Operation operation, UnsavedWork work) {
		if (this.left.isEmpty()) {
			this.left = new LinkedHashMap<>(1);
			this.writing = new HashMap<>(1);
		}
		this.left.put(operation, work);
	}

	void remove(Operation operation) {
		if (!this.left.isEmpty()) {
			this.left.remove(operation);
		}
	}

	boolean areAny() {
		return !this.left.isEmpty() || !this.writing.isEmpty();
	}

	/**
	 * The call that left an entity as it is being written.
	 * @param key which entity
	 * @param session the session that writes it
	 * @return the call, or {@code null} where none did
	 */
	@Nullable Operation responsible(EntityKey key, SharedSessionContractImplementor session) {
		return areAny() ? this.writing.computeIfAbsent(key, (entity) -> find(entity, session)) : null;
	}

	private @Nullable Operation find(EntityKey key, SharedSessionContractImplementor session) {
		Operation last = null;
		for (Map.Entry<Operation, UnsavedWork> each : this.left.entrySet()) {
			last = each.getValue().take(key, session) ? each.getKey() : last;
		}
		this.left.values().removeIf(UnsavedWork::isEmpty);
		return last;
	}

	/**
	 * Says that a flush is over.
	 */
	void flushed() {
		if (!this.writing.isEmpty()) {
			this.writing.clear();
		}
	}

}
