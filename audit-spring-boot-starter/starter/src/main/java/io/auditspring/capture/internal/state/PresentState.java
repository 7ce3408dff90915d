/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.util.List;
import java.util.Objects;

import io.auditspring.capture.internal.mapping.EntityShape;
import io.auditspring.capture.internal.mapping.EntityShape.Property;
import io.auditspring.capture.internal.mapping.View;
import io.auditspring.capture.internal.state.EntityStates.BeforeAndAfter;
import org.hibernate.Hibernate;
import org.hibernate.collection.spi.PersistentCollection;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.collection.CollectionPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.type.CollectionType;
import org.jspecify.annotations.Nullable;

/**
 * Reads what entities are like that nobody changes.
 */
final class PresentState {

	private final ChangeReporter reporter;

	private final EntityShapes shapes;

	private final EntityStates states;

	PresentState(ChangeReporter reporter, EntityShapes shapes, EntityStates states) {
		this.reporter = reporter;
		this.shapes = shapes;
		this.states = states;
	}

	/**
	 * Reads the state of an entity.
	 * @param entity the entity
	 * @param session the session that has loaded it
	 * @return its state as what it became, without one of before
	 */
	EntityChange of(Object entity, SharedSessionContractImplementor session) {
		EntityEntry entry = Objects.requireNonNull(session.getPersistenceContextInternal().getEntry(entity));
		EntityPersister persister = entry.getPersister();
		Object id = Objects.requireNonNull(entry.getId());
		EntityChange change = this.reporter.change(persister, id, session,
				() -> new BeforeAndAfter(null, this.states.state(persister, loaded(persister, entry, session), id,
						entry.getLoadedState(), View.stored(session, id), (written) -> true)));
		return Objects.requireNonNull(change);
	}

	// What the elements hold is theirs to tell, however many they are.
	private EntityShape loaded(EntityPersister persister, EntityEntry entry, SharedSessionContractImplementor session) {
		EntityShape shape = this.shapes.of(persister);
		@Nullable Object[] state = entry.getLoadedState();
		for (Property property : (state != null) ? shape.properties() : List.<Property>of()) {
			if (property.type() instanceof CollectionType type
					&& state[property.index()] instanceof PersistentCollection<?> collection) {
				CollectionPersister stored = session.getFactory()
					.getMappingMetamodel()
					.getCollectionDescriptor(type.getRole());
				if (!stored.isInverse()) {
					Hibernate.initialize(collection);
				}
			}
		}
		return shape;
	}

}
