/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import io.auditspring.capture.internal.mapping.CollectionTypes;
import io.auditspring.capture.internal.mapping.EntityShape.Shape;
import io.auditspring.capture.internal.mapping.StateSource;
import io.auditspring.capture.internal.mapping.StoredCollections;
import io.auditspring.capture.internal.mapping.View;
import io.auditspring.capture.internal.value.MappedValues;
import org.hibernate.collection.spi.PersistentCollection;
import org.hibernate.engine.spi.CollectionEntry;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.EntityKey;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AbstractCollectionEvent;
import org.hibernate.event.spi.PostCollectionRecreateEvent;
import org.hibernate.event.spi.PostCollectionRecreateEventListener;
import org.hibernate.event.spi.PreCollectionRemoveEvent;
import org.hibernate.event.spi.PreCollectionRemoveEventListener;
import org.hibernate.event.spi.PreCollectionUpdateEvent;
import org.hibernate.event.spi.PreCollectionUpdateEventListener;
import org.hibernate.persister.collection.CollectionPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.type.EntityType;
import org.jspecify.annotations.Nullable;

/**
 * Reports the owners of collections that changed. It listens where Envers does: before an
 * update or removal, while the collection still knows what is stored, and after a
 * collection was written for the first time.
 */
final class CollectionListener implements PreCollectionUpdateEventListener, PreCollectionRemoveEventListener,
		PostCollectionRecreateEventListener {

	private final ChangeReporter reporter;

	private final StateSource source;

	private final EntityShapes shapes;

	private final MappedValues values;

	private final EntityListener entities;

	CollectionListener(ChangeReporter reporter, StateSource source, EntityShapes shapes, MappedValues values,
			EntityListener entities) {
		this.reporter = reporter;
		this.source = source;
		this.shapes = shapes;
		this.values = values;
		this.entities = entities;
	}

	@Override
	public void onPreUpdateCollection(PreCollectionUpdateEvent event) {
		changed(event, event.getCollection(), event.getCollection());
	}

	@Override
	public void onPreRemoveCollection(PreCollectionRemoveEvent event) {
		CollectionPersister persister = persister(event);
		if (persister != null && !persister.isInverse()) {
			changed(event, event.getCollection(), null);
		}
	}

	@Override
	public void onPostRecreateCollection(PostCollectionRecreateEvent event) {
		changed(event, null, event.getCollection());
	}

	// The event itself tells it from Hibernate 7.4 on only.
	private static @Nullable CollectionPersister persister(AbstractCollectionEvent event) {
		CollectionEntry entry = event.getSession()
			.getPersistenceContextInternal()
			.getCollectionEntry(event.getCollection());
		return (entry != null) ? entry.getLoadedPersister() : null;
	}

	private void changed(AbstractCollectionEvent event, @Nullable PersistentCollection<?> from,
			@Nullable PersistentCollection<?> to) {
		SharedSessionContractImplementor session = event.getSession();
		Object owner = event.getAffectedOwnerOrNull();
		if (session == null || owner == null || !this.reporter.isOpen()) {
			return;
		}
		EntityEntry entry = session.getPersistenceContextInternal().getEntry(owner);
		CollectionPersister persister = persister(event);
		if (entry == null || persister == null) {
			return;
		}
		if (!this.source.covers(entry.getEntityName()) && !persister.isInverse()) {
			this.reporter.miss(entry.getPersister(), entry.getId(), session);
		}
		if (this.source.follows(persister, entry.getPersister())) {
			this.reporter.attempt(entry.getPersister(),
					() -> changed(owner, entry, new Contents(persister, from, to), session));
		}
	}

	private void changed(Object owner, EntityEntry entry, Contents contents, SharedSessionContractImplementor session) {
		CollectionPersister persister = contents.persister();
		boolean inElements = this.source.isInElements(persister, entry.getPersister());
		boolean changed = isShown(entry, persister) && (contents.isUnknown() || isChanged(contents, session));
		if (inElements || changed) {
			this.reporter.report(entry.getPersister(), entry.getId(), session,
					() -> this.entities.current(owner, entry, session));
		}
		if (inElements || (changed && this.source.isBidirectional(persister, entry.getPersister()))) {
			Set<Object> held = StoredCollections.held(contents.after());
			for (Object element : changedElements(contents, session)) {
				this.entities.touch(element, entry.getPersister(), CollectionTypes.property(persister), owner,
						held.contains(StoredCollections.loaded(element)), session);
			}
		}
	}

	private boolean isShown(EntityEntry owner, CollectionPersister persister) {
		String path = CollectionTypes.property(persister);
		String property = (path.indexOf('.') >= 0) ? path.substring(0, path.indexOf('.')) : path;
		return this.shapes.of(owner.getPersister())
			.properties()
			.stream()
			.anyMatch((shown) -> shown.name().equals(property));
	}

	private boolean isChanged(Contents contents, SharedSessionContractImplementor session) {
		View view = View.live(session, null);
		return !this.values.elements(contents.persister(), Shape.RAW, contents.before(), view)
			.equals(this.values.elements(contents.persister(), Shape.RAW, contents.after(), view));
	}

	private Collection<Object> changedElements(Contents contents, SharedSessionContractImplementor session) {
		Map<EntityKey, Object> before = elements(contents.persister(), contents.before(), session);
		Map<EntityKey, Object> after = elements(contents.persister(), contents.after(), session);
		Map<EntityKey, Object> changed = new LinkedHashMap<>(before);
		after.forEach((key, element) -> {
			if (changed.remove(key) == null) {
				changed.put(key, element);
			}
		});
		return changed.values();
	}

	// By identifier: what is equal to the application need not be the same.
	private static Map<EntityKey, Object> elements(CollectionPersister persister, Object elements,
			SharedSessionContractImplementor session) {
		Map<EntityKey, Object> byKey = new LinkedHashMap<>();
		if (CollectionTypes.element(persister) instanceof EntityType type) {
			EntityPersister target = type.getAssociatedEntityPersister(session.getFactory());
			for (Object element : StoredCollections.list(elements)) {
				Object id = (element != null) ? MappedValues.identifierOf(target, element, session) : null;
				if (id != null) {
					byKey.put(session.generateEntityKey(id, target), element);
				}
			}
		}
		return byKey;
	}

	/**
	 * What a collection held and holds.
	 */
	private record Contents(CollectionPersister persister, @Nullable PersistentCollection<?> from,
			@Nullable PersistentCollection<?> to) {

		/**
		 * Whether it goes without having been loaded, so that nobody knows what it held.
		 */
		boolean isUnknown() {
			return this.from != null && this.to == null && !this.from.wasInitialized();
		}

		Object before() {
			Object stored = (this.from != null) ? this.from.getStoredSnapshot() : null;
			return (stored != null) ? stored : nothing();
		}

		Object after() {
			return (this.to != null && this.to.wasInitialized()) ? this.to : nothing();
		}

		private Object nothing() {
			return CollectionTypes.nothing(this.persister);
		}

	}

}
