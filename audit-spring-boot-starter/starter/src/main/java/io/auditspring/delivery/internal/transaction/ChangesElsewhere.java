/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import io.auditspring.capture.internal.entry.Operation;
import org.hibernate.engine.spi.EntityKey;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;

/**
 * What audited calls change through a session of another persistence unit, of whose
 * entities no state is captured. It is counted at once, as the entry of a call may be
 * staged before that session's transaction is over, and taken back if that is rolled
 * back. Nothing is ever staged in it.
 */
final class ChangesElsewhere {

	private final SessionFactoryImplementor unit;

	private final int maxEntities;

	private final Map<Operation, Counted> operations = new LinkedHashMap<>(1);

	/**
	 * Creates it.
	 * @param unit the persistence unit
	 * @param maxEntities the most entities of an operation that are told apart
	 */
	ChangesElsewhere(SessionFactoryImplementor unit, int maxEntities) {
		this.unit = unit;
		this.maxEntities = maxEntities;
	}

	/**
	 * Begins to watch how the transaction ends.
	 * @param session the session
	 * @param whenOver called when it has ended
	 */
	void attachTo(SharedSessionContractImplementor session, Runnable whenOver) {
		SessionEnd.watch(session, (committing) -> {
		}, (committed) -> {
			whenOver.run();
			if (!committed) {
				this.operations.forEach((operation, counted) -> counted.takeBack(operation));
			}
		});
	}

	/**
	 * Counts an entity.
	 * @param operation the call that changed it
	 * @param key which entity
	 * @param type its kind as entries show it
	 */
	void add(Operation operation, EntityKey key, String type) {
		Counted counted = this.operations.computeIfAbsent(operation, (any) -> new Counted());
		Entity entity = new Entity(this.unit, key);
		if (counted.entities.size() < this.maxEntities) {
			if (operation.changedWithoutState(entity, type)) {
				counted.entities.add(entity);
			}
		}
		else if (!counted.entities.contains(entity)) {
			operation.changedWithoutState(type, 1);
			counted.further.merge(type, 1, Integer::sum);
		}
	}

	/**
	 * What is counted of one operation.
	 */
	private static final class Counted {

		private final Set<Entity> entities = new HashSet<>();

		private final Map<String, Integer> further = new HashMap<>(0);

		void takeBack(Operation operation) {
			this.entities.forEach(operation::takeBackWithoutState);
			this.further.forEach((type, times) -> operation.changedWithoutState(type, -times));
		}

	}

	/**
	 * An entity. Another unit may map the same class.
	 *
	 * @param unit the persistence unit
	 * @param key which one
	 */
	private record Entity(SessionFactoryImplementor unit, EntityKey key) {

	}

}
