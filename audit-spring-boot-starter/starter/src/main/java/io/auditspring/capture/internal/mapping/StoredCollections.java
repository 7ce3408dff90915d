/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.mapping;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.hibernate.Hibernate;
import org.hibernate.collection.spi.PersistentArrayHolder;
import org.hibernate.collection.spi.PersistentCollection;
import org.hibernate.engine.spi.CollectionEntry;
import org.hibernate.engine.spi.CollectionKey;
import org.hibernate.engine.spi.PersistenceContext;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.collection.CollectionPersister;
import org.hibernate.proxy.HibernateProxy;
import org.jspecify.annotations.Nullable;

/**
 * Finds the collection whose snapshot is what the database holds.
 */
public final class StoredCollections {

	private StoredCollections() {
	}

	/**
	 * The collection that was last stored. The state of an entity goes on referring to a
	 * collection that was replaced, until one of the entity's columns is updated.
	 * @param persister the collection's persister
	 * @param ownerId the owner's identifier
	 * @param value what the owner's state refers to
	 * @param session the session that holds them
	 * @return the collection, or {@code null} if there is none
	 */
	static @Nullable Object lastStored(CollectionPersister persister, @Nullable Object ownerId, @Nullable Object value,
			SharedSessionContractImplementor session) {
		PersistenceContext context = session.getPersistenceContextInternal();
		if (value instanceof PersistentCollection<?> collection) {
			CollectionEntry entry = context.getCollectionEntry(collection);
			if (entry != null && entry.getLoadedPersister() != null) {
				return collection;
			}
		}
		if (ownerId == null || !CollectionTypes.isKeyedByIdentifier(persister)) {
			return value;
		}
		PersistentCollection<?> current = context.getCollection(new CollectionKey(persister, ownerId));
		return (current != null) ? current : value;
	}

	/**
	 * The entities that a collection has as its elements, by their references: what is
	 * equal to the application need not be the same.
	 * @param elements the collection
	 * @return the {@linkplain #loaded loaded} elements
	 */
	public static Set<Object> held(Object elements) {
		Set<Object> held = Collections.newSetFromMap(new IdentityHashMap<>());
		list(elements).forEach((element) -> held.add(loaded(element)));
		return held;
	}

	/**
	 * An entity, whether or not it is referred to by a proxy.
	 * @param entity the entity, or a proxy of it
	 * @return the entity; the proxy of one that is not loaded
	 */
	public static Object loaded(Object entity) {
		return (entity instanceof HibernateProxy && Hibernate.isInitialized(entity)) ? Hibernate.unproxy(entity)
				: entity;
	}

	/**
	 * The elements of a collection in whatever form: the snapshot of a set is a map of
	 * its elements to themselves, that of an identifier bag is keyed by identifiers.
	 * @param elements the collection, a snapshot of one, or an array
	 * @return the elements
	 */
	public static List<Object> list(Object elements) {
		if (elements instanceof Map<?, ?> map) {
			return new ArrayList<>(map.values());
		}
		if (elements instanceof Collection<?> collection) {
			return new ArrayList<>(collection);
		}
		Object array = (elements instanceof PersistentArrayHolder<?> holder) ? holder.getArray() : elements;
		List<Object> list = new ArrayList<>();
		for (int i = 0; i < Array.getLength(array); i++) {
			list.add(Array.get(array, i));
		}
		return list;
	}

}
