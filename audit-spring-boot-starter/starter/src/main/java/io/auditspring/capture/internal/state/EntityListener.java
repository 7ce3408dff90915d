/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.util.Arrays;
import java.util.Set;
import java.util.function.Predicate;

import io.auditspring.capture.internal.mapping.EntityShape;
import io.auditspring.capture.internal.mapping.EntityShape.Property;
import io.auditspring.capture.internal.mapping.EntityShape.Written;
import io.auditspring.capture.internal.mapping.StateSource;
import io.auditspring.capture.internal.mapping.StateSource.OtherSide;
import io.auditspring.capture.internal.mapping.View;
import io.auditspring.capture.internal.state.EntityStates.BeforeAndAfter;
import org.hibernate.Hibernate;
import org.hibernate.bytecode.enhance.spi.LazyPropertyInitializer;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.EntityKey;
import org.hibernate.engine.spi.PersistenceContext;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AutoFlushEvent;
import org.hibernate.event.spi.AutoFlushEventListener;
import org.hibernate.event.spi.FlushEvent;
import org.hibernate.event.spi.FlushEventListener;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PostDeleteEventListener;
import org.hibernate.event.spi.PostInsertEvent;
import org.hibernate.event.spi.PostInsertEventListener;
import org.hibernate.event.spi.PostUpdateEvent;
import org.hibernate.event.spi.PostUpdateEventListener;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.proxy.HibernateProxy;
import org.hibernate.proxy.LazyInitializer;
import org.hibernate.type.EntityType;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reports entities that were inserted, updated or deleted, and those whose collections
 * changed with them.
 */
final class EntityListener implements PostInsertEventListener, PostUpdateEventListener, PostDeleteEventListener,
		FlushEventListener, AutoFlushEventListener {

	private final ChangeReporter reporter;

	private final StateSource source;

	private final EntityShapes shapes;

	private final EntityStates states;

	EntityListener(ChangeReporter reporter, StateSource source, EntityShapes shapes, EntityStates states) {
		this.reporter = reporter;
		this.source = source;
		this.shapes = shapes;
		this.states = states;
	}

	@Override
	public void onPostInsert(PostInsertEvent event) {
		EntityPersister persister = event.getPersister();
		SharedSessionContractImplementor session = event.getSession();
		if (isWanted(persister, event.getId(), session)) {
			this.reporter.report(persister, event.getId(), session,
					() -> new BeforeAndAfter(null,
							state(persister, event.getId(), inserted(persister, event.getState()),
									View.live(session, event.getId()), Written::onInsert)));
			touchOthers(event.getEntity(), persister, null, event.getState(), session);
		}
	}

	@Override
	public void onPostUpdate(PostUpdateEvent event) {
		EntityPersister persister = event.getPersister();
		SharedSessionContractImplementor session = event.getSession();
		if (isWanted(persister, event.getId(), session)) {
			this.reporter.report(persister, event.getId(), session,
					() -> update(persister, event.getId(), event.getOldState(), event.getState(), session));
			touchOthers(event.getEntity(), persister,
					(event.getOldState() != null) ? event.getOldState() : unfetched(persister), event.getState(),
					session);
		}
	}

	@Override
	public void onPostDelete(PostDeleteEvent event) {
		EntityPersister persister = event.getPersister();
		SharedSessionContractImplementor session = event.getSession();
		if (isWanted(persister, event.getId(), session)) {
			this.reporter.report(persister, event.getId(), session, () -> new BeforeAndAfter(
					state(persister, event.getId(), deleted(event, session), View.stored(session, event.getId())),
					null));
			touchOthers(event.getEntity(), persister, event.getDeletedState(), null, session);
		}
	}

	@Override
	public void onFlush(FlushEvent event) {
		this.reporter.flushed(event.getSession());
	}

	@Override
	public void onAutoFlush(AutoFlushEvent event) {
		this.reporter.flushed(event.getSession());
	}

	// A stateless session updates without knowing what was there.
	private static Object[] unfetched(EntityPersister persister) {
		Object[] state = new Object[persister.getPropertyTypes().length];
		Arrays.fill(state, LazyPropertyInitializer.UNFETCHED_PROPERTY);
		return state;
	}

	// Hibernate takes out what refers to entities that are deleted before.
	private @Nullable Object @Nullable [] deleted(PostDeleteEvent event, SharedSessionContractImplementor session) {
		@Nullable Object[] state = event.getDeletedState();
		if (state == null) {
			return null;
		}
		EntityPersister persister = event.getPersister();
		@Nullable Object[] deleted = state.clone();
		for (Property property : this.shapes.of(persister).properties()) {
			if (deleted[property.index()] == null
					&& (property.type() instanceof EntityType || property.type().isAnyType())) {
				Object referred = persister.getValue(event.getEntity(), property.index());
				if (referred != null && isGone(referred, session)) {
					deleted[property.index()] = referred;
				}
			}
		}
		return deleted;
	}

	private static boolean isGone(Object entity, SharedSessionContractImplementor session) {
		if (entity == LazyPropertyInitializer.UNFETCHED_PROPERTY || !Hibernate.isInitialized(entity)) {
			return false;
		}
		EntityEntry entry = session.getPersistenceContextInternal().getEntry(Hibernate.unproxy(entity));
		return entry == null || entry.getStatus().isDeletedOrGone();
	}

	private boolean isWanted(EntityPersister persister, Object id, SharedSessionContractImplementor session) {
		if (!this.reporter.isOpen()) {
			return false;
		}
		boolean covered = this.source.covers(persister.getEntityName());
		if (!covered) {
			this.reporter.miss(persister, id, session);
		}
		return covered;
	}

	private boolean isWanted(EntityPersister persister) {
		return this.reporter.isOpen() && this.source.covers(persister.getEntityName());
	}

	// Where a statement leaves a column out, its default is there instead of nothing.
	private @Nullable Object[] inserted(EntityPersister persister, @Nullable Object[] state) {
		@Nullable Object[] inserted = state;
		for (Property property : this.shapes.of(persister).properties()) {
			if (property.defaulted() && state[property.index()] == null) {
				inserted = (inserted != state) ? inserted : state.clone();
				inserted[property.index()] = LazyPropertyInitializer.UNFETCHED_PROPERTY;
			}
		}
		return inserted;
	}

	private ObjectNode state(EntityPersister persister, Object id, @Nullable Object @Nullable [] state, View view) {
		return state(persister, id, state, view, (written) -> true);
	}

	private ObjectNode state(EntityPersister persister, Object id, @Nullable Object @Nullable [] state, View view,
			Predicate<Written> known) {
		return this.states.state(persister, this.shapes.of(persister), id, state, view, known);
	}

	private @Nullable BeforeAndAfter update(EntityPersister persister, Object id, @Nullable Object @Nullable [] from,
			@Nullable Object[] to, SharedSessionContractImplementor session) {
		if (from == null) {
			// A stateless session updates without knowing what was there.
			return new BeforeAndAfter(state(persister, id, null, View.stored(session, id)),
					state(persister, id, to, View.live(session, id), Written::onUpdate));
		}
		EntityShape shape = this.shapes.of(persister);
		BeforeAndAfter states = this.states.states(persister, shape, id, from, to, session);
		return (differInColumns(shape, states) || this.source.isUpdate(persister, from, to, session)) ? states : null;
	}

	// What only a collection tells is the CollectionListener's to report.
	private static boolean differInColumns(EntityShape shape, BeforeAndAfter states) {
		for (Property property : shape.properties()) {
			if (!property.type().isCollectionType()
					&& !EntityChange.isSame(states.before(), states.after(), property.name())) {
				return true;
			}
		}
		return false;
	}

	private void touchOthers(Object entity, EntityPersister persister, @Nullable Object @Nullable [] from,
			@Nullable Object @Nullable [] to, SharedSessionContractImplementor session) {
		this.reporter.attempt(persister, () -> {
			for (OtherSide other : this.source.otherSides(persister, from, to, session)) {
				touch(other.entity(), persister, other.reference(), entity, other.gains(), session);
			}
		});
	}

	/**
	 * Reports an entity none of whose columns changed, but a collection.
	 * @param entity the entity, perhaps a proxy, perhaps no longer in the session
	 * @param owner the persister of the entity that holds the relation
	 * @param relation by which property it does
	 * @param element what its collection gained or lost
	 * @param gains whether it gained it
	 * @param session the session that holds it
	 */
	void touch(Object entity, EntityPersister owner, String relation, Object element, boolean gains,
			SharedSessionContractImplementor session) {
		if (entity instanceof HibernateProxy proxy && !Hibernate.isInitialized(entity)) {
			LazyInitializer initializer = proxy.getHibernateLazyInitializer();
			EntityPersister persister = session.getFactory()
				.getMappingMetamodel()
				.getEntityDescriptor(initializer.getEntityName());
			unknown(persister, initializer.getInternalIdentifier(), changed(persister, owner, relation), session);
			return;
		}
		Object target = Hibernate.unproxy(entity);
		PersistenceContext context = session.getPersistenceContextInternal();
		EntityEntry entry = context.getEntry(target);
		if (entry != null) {
			touch(new UnreadChange(target, entry, changed(entry.getPersister(), owner, relation), element, gains),
					session);
			return;
		}
		EntityPersister persister = session.getEntityPersister(null, target);
		Object id = persister.getIdentifier(target, session);
		EntityKey key = (id != null) ? session.generateEntityKey(id, persister) : null;
		// What is deleted in this flush has an event of its own.
		if (key != null && !context.containsNullifiableEntityKey(() -> key)) {
			Object current = context.getEntity(key);
			EntityEntry held = (current != null) ? context.getEntry(current) : null;
			if (held != null) {
				touch(new UnreadChange(current, held, changed(persister, owner, relation), element, gains), session);
			}
			else {
				unknown(persister, id, changed(persister, owner, relation), session);
			}
		}
	}

	private void touch(UnreadChange touched, SharedSessionContractImplementor session) {
		EntityEntry entry = touched.entry();
		// What comes or goes has an event of its own.
		if (entry.getStatus().isDeletedOrGone() || !entry.isExistsInDatabase() || !isWanted(entry.getPersister())) {
			return;
		}
		this.reporter.report(touched, session,
				() -> current(touched.entity(), entry, session).changedIn(Set.copyOf(touched.properties()))
					.without(touched.behind()));
	}

	private Set<String> changed(EntityPersister persister, EntityPersister owner, String relation) {
		if (!isWanted(persister)) {
			return Set.of();
		}
		Set<String> changed = this.source.inverse(persister, owner, relation);
		String reference = this.source.mappedBy(owner, relation);
		for (Property property : this.shapes.of(persister).properties()) {
			if (property.name().equals(reference) && !property.written().isUpdated()) {
				changed.add(reference);
			}
		}
		return changed;
	}

	private void unknown(EntityPersister persister, Object id, Set<String> changed,
			SharedSessionContractImplementor session) {
		if (isWanted(persister)) {
			ObjectNode onlyId = state(persister, id, null, View.live(session, id));
			this.reporter.report(persister, id, session, () -> new BeforeAndAfter(onlyId, onlyId, changed));
		}
	}

	/**
	 * The states of an entity none of whose columns changed.
	 * @param entity the entity
	 * @param entry what the session knows of it
	 * @param session the session
	 * @return its states
	 */
	BeforeAndAfter current(Object entity, EntityEntry entry, SharedSessionContractImplementor session) {
		EntityPersister persister = entry.getPersister();
		EntityShape shape = this.shapes.of(persister);
		@Nullable Object[] from = entry.getLoadedState();
		if (from == null) {
			ObjectNode onlyId = state(persister, entry.getId(), null, View.live(session, entry.getId()));
			return new BeforeAndAfter(onlyId, onlyId);
		}
		@Nullable Object[] to = from.clone();
		for (Property property : shape.properties()) {
			if (property.holdsCollections()) {
				to[property.index()] = persister.getValue(entity, property.index());
			}
		}
		return this.states.states(persister, shape, entry.getId(), from, to, session);
	}

}
