/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.mapping;

import org.hibernate.collection.spi.PersistentCollection;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.collection.CollectionPersister;
import org.hibernate.type.descriptor.WrapperOptions;
import org.jspecify.annotations.Nullable;

/**
 * How to look at the collections in a state: as they are now, or as they were last
 * stored.
 *
 * @param factory knows how everything is mapped
 * @param session the session that holds the state, or {@code null} where none does
 * @param ownerId the identifier of the entity that owns the collections, or {@code null}
 * @param stored whether to look at what was last stored
 */
public record View(SessionFactoryImplementor factory, @Nullable SharedSessionContractImplementor session,
		@Nullable Object ownerId, boolean stored) {

	public static View live(SharedSessionContractImplementor session, @Nullable Object ownerId) {
		return new View(session.getFactory(), session, ownerId, false);
	}

	public static View stored(SharedSessionContractImplementor session, @Nullable Object ownerId) {
		return new View(session.getFactory(), session, ownerId, true);
	}

	/**
	 * A look at what no session holds, such as an identifier.
	 * @param factory knows how it is mapped
	 * @return the view
	 */
	public static View apart(SessionFactoryImplementor factory) {
		return new View(factory, null, null, false);
	}

	public WrapperOptions options() {
		return (this.session != null) ? this.session : this.factory.getWrapperOptions();
	}

	/**
	 * The elements of a collection.
	 * @param persister the collection's persister
	 * @param value the value of the property
	 * @return the elements, or {@code null} where they are not loaded
	 */
	public @Nullable Object elements(CollectionPersister persister, @Nullable Object value) {
		Object collection = (this.stored && this.session != null)
				? StoredCollections.lastStored(persister, this.ownerId, value, this.session) : value;
		if (collection == null) {
			// The database cannot tell it from an empty one.
			return CollectionTypes.nothing(persister);
		}
		if (collection instanceof PersistentCollection<?> persistent) {
			return persistent.wasInitialized() ? elements(persistent) : null;
		}
		return collection;
	}

	private Object elements(PersistentCollection<?> collection) {
		Object snapshot = this.stored ? collection.getStoredSnapshot() : null;
		return (snapshot != null) ? snapshot : collection;
	}

}
