/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.entry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import jakarta.persistence.PersistenceException;
import org.hibernate.collection.spi.PersistentCollection;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.Status;
import org.hibernate.event.spi.EventSource;
import org.hibernate.persister.collection.CollectionPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.type.Type;
import org.hibernate.type.TypeHelper;
import org.jspecify.annotations.Nullable;

/**
 * What a session has been told and has not written. Where its transaction is over, nobody
 * will: what is added to it is lost.
 */
public final class UnsavedWork {

	private final EventSource session;

	/** Of entities their state, of collections what is in them. */
	private final Map<Object, Object> things = new IdentityHashMap<>();

	private UnsavedWork(EventSource session) {
		this.session = session;
	}

	/**
	 * Looks what a session holds, without writing any of it.
	 * @param session the session
	 * @return what it has not written
	 */
	public static UnsavedWork of(EventSource session) {
		UnsavedWork work = new UnsavedWork(session);
		for (Map.Entry<Object, EntityEntry> entity : session.getPersistenceContextInternal()
			.reentrantSafeEntityEntries()) {
			work.look(entity.getKey(), entity.getValue());
		}
		session.getPersistenceContextInternal().forEachCollectionEntry((collection, entry) -> {
			if (isChanged(collection, entry.getLoadedPersister())) {
				work.things.put(collection, contents(collection));
			}
		}, true);
		return work;
	}

	private void look(Object entity, EntityEntry entry) {
		if (entry.getStatus() == Status.DELETED) {
			this.things.put(entity, Status.DELETED);
		}
		else if (entry.getStatus() == Status.MANAGED || entry.getStatus() == Status.READ_ONLY) {
			lookAtState(entity, entry);
		}
	}

	private void lookAtState(Object entity, EntityEntry entry) {
		try {
			EntityPersister persister = entry.getPersister();
			@Nullable Object[] values = persister.getValues(entity);
			if (!entry.isExistsInDatabase() || (entry.requiresDirtyCheck(entity)
					&& persister.findDirty(values, entry.getLoadedState(), entity, this.session) != null)) {
				this.things.put(entity, State.of(persister.getPropertyTypes(), values, this.session));
			}
		}
		catch (PersistenceException ex) {
			// What cannot even be looked at is not written either.
			this.things.put(entity, ex);
		}
	}

	private static boolean isChanged(PersistentCollection<?> collection, @Nullable CollectionPersister persister) {
		return collection.isDirty() || (collection.wasInitialized() && persister != null && persister.isMutable()
				&& !collection.equalsSnapshot(persister));
	}

	private static List<@Nullable Object> contents(PersistentCollection<?> collection) {
		List<@Nullable Object> contents = new ArrayList<>();
		if (!collection.wasInitialized()) {
			collection.queuedAdditionIterator().forEachRemaining(contents::add);
		}
		else if (collection instanceof Map<?, ?> map) {
			contents.addAll(map.keySet());
			contents.addAll(map.values());
		}
		else if (collection instanceof Collection<?> elements) {
			contents.addAll(elements);
		}
		return contents;
	}

	/**
	 * Which session it is of.
	 * @return the session
	 */
	Object session() {
		return this.session;
	}

	/**
	 * Whether something was added or changed since an earlier look.
	 * @param earlier what was found then, or {@code null} for nothing
	 * @return {@code false} also where something was taken back
	 */
	boolean hasMoreThan(@Nullable UnsavedWork earlier) {
		return this.things.entrySet()
			.stream()
			.anyMatch((thing) -> earlier == null
					|| !Objects.equals(thing.getValue(), earlier.things.get(thing.getKey())));
	}

	/**
	 * The state of an entity, equal to another one that would be written the same.
	 */
	private record State(Type[] types, @Nullable Object[] values, EventSource session) {

		// Parts of it may be changed in place.
		static State of(Type[] types, @Nullable Object[] values, EventSource session) {
			@Nullable Object[] copy = new Object[values.length];
			boolean[] all = new boolean[values.length];
			Arrays.fill(all, true);
			TypeHelper.deepCopy(values, types, all, copy, session);
			return new State(types, copy, session);
		}

		@Override
		public boolean equals(@Nullable Object other) {
			if (!(other instanceof State state)) {
				return false;
			}
			for (int i = 0; i < this.types.length; i++) {
				if (this.values[i] != state.values[i] && (this.values[i] == null || state.values[i] == null
						|| !this.types[i].isEqual(this.values[i], state.values[i], this.session.getFactory()))) {
					return false;
				}
			}
			return true;
		}

		@Override
		public int hashCode() {
			return this.types.length;
		}

	}

}
