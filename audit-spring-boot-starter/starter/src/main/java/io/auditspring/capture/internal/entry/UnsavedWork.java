/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.entry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

import org.hibernate.FlushMode;
import org.hibernate.collection.spi.PersistentCollection;
import org.hibernate.engine.spi.CollectionEntry;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.EntityKey;
import org.hibernate.engine.spi.PersistenceContext;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.engine.spi.Status;
import org.hibernate.event.spi.EventSource;
import org.hibernate.generator.Generator;
import org.hibernate.persister.collection.CollectionPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.type.Type;
import org.hibernate.type.TypeHelper;
import org.jspecify.annotations.Nullable;

/**
 * What a session has been told and has not written. Where its transaction is over, or
 * only reads, or where it has none, nobody writes it: what is added to it is lost.
 */
public final class UnsavedWork {

	/** In a session that has more, what only differs is not looked for. */
	private static final int MAX_COMPARED = 1000;

	private final EventSource session;

	private final Cause cause;

	private final Map<Object, Thing> things = new IdentityHashMap<>();

	/**
	 * Whether there are entities that may have changed, and of which nothing is known.
	 */
	private boolean obscure;

	private UnsavedWork(EventSource session, Cause cause) {
		this.session = session;
		this.cause = cause;
	}

	/**
	 * Looks what a session holds, without writing any of it.
	 * @param session the session
	 * @param cause why nobody writes it
	 * @return what it has not written
	 */
	public static UnsavedWork of(EventSource session, Cause cause) {
		UnsavedWork work = new UnsavedWork(session, cause);
		PersistenceContext context = session.getPersistenceContextInternal();
		if ((cause == Cause.READING || cause == Cause.NO_TRANSACTION)
				&& context.getNumberOfManagedEntities() > MAX_COMPARED
				&& !session.getActionQueue().areInsertionsOrDeletionsQueued()) {
			// Whoever goes through very many would compare all of them for each.
			work.obscure = true;
			return work;
		}
		for (Map.Entry<Object, EntityEntry> entity : context.reentrantSafeEntityEntries()) {
			work.look(entity.getKey(), entity.getValue());
		}
		context.forEachCollectionEntry(work::look, true);
		return work;
	}

	/**
	 * Whether there is nothing.
	 * @return whether all that the session holds is written
	 */
	public boolean isEmpty() {
		return this.things.isEmpty();
	}

	/**
	 * Takes an entity that is being written, if it is still as it was found. What the
	 * session sets itself as it writes does not count.
	 * @param key which entity
	 * @param writing the session that writes it
	 * @return whether it was found here, and nobody has changed it since
	 */
	public boolean take(EntityKey key, SharedSessionContractImplementor writing) {
		if (writing != this.session) {
			return false;
		}
		boolean found = false;
		boolean unchanged = true;
		for (Iterator<Map.Entry<Object, Thing>> all = this.things.entrySet().iterator(); all.hasNext();) {
			Map.Entry<Object, Thing> each = all.next();
			if (key.equals(each.getValue().key())) {
				found = true;
				unchanged &= isUnchanged(each.getKey(), each.getValue(), key.getPersister());
				all.remove();
			}
		}
		return found && unchanged;
	}

	private boolean isUnchanged(Object thing, Thing found, EntityPersister persister) {
		try {
			if (thing instanceof PersistentCollection<?> collection) {
				return contents(collection).equals(found.state());
			}
			return found.kind() == Kind.REMOVED
					|| (found.state() instanceof State state && state.isThatOf(thing, persister));
		}
		catch (RuntimeException ex) {
			// Nobody knows.
			return false;
		}
	}

	private void look(Object entity, EntityEntry entry) {
		if (entry.getStatus() == Status.DELETED) {
			if (entry.isExistsInDatabase()) {
				add(entity, entry, Kind.REMOVED, Status.DELETED);
			}
		}
		else if (entry.getStatus() == Status.READ_ONLY) {
			this.obscure |= entry.getPersister().isMutable();
		}
		else if (entry.getStatus() == Status.MANAGED) {
			lookAtState(entity, entry);
		}
	}

	private void lookAtState(Object entity, EntityEntry entry) {
		Kind kind = entry.isExistsInDatabase() ? Kind.CHANGED : Kind.ADDED;
		try {
			EntityPersister persister = entry.getPersister();
			@Nullable Object[] values = persister.getValues(entity);
			if (kind == Kind.ADDED || (entry.requiresDirtyCheck(entity)
					&& persister.findDirty(values, entry.getLoadedState(), entity, this.session) != null)) {
				add(entity, entry, kind, State.of(persister.getPropertyTypes(), values, this.session));
			}
		}
		catch (RuntimeException ex) {
			// What cannot even be looked at is not written either. Where nothing would
			// have been, nobody knows whether it has changed.
			if (kind == Kind.ADDED || this.cause == Cause.OVER) {
				add(entity, entry, kind, ex);
			}
			this.obscure = true;
		}
	}

	private void look(PersistentCollection<?> collection, CollectionEntry entry) {
		Object owner = collection.getOwner();
		EntityEntry holder = (owner != null) ? this.session.getPersistenceContextInternal().getEntry(owner) : null;
		if (holder != null && holder.getStatus() == Status.DELETED) {
			// It goes with that one.
			return;
		}
		try {
			if (isChanged(collection, entry)) {
				add(collection, holder, Kind.CHANGED, contents(collection));
			}
		}
		catch (RuntimeException ex) {
			// Elements may be unable to be compared.
			this.obscure = true;
		}
	}

	private void add(Object thing, @Nullable EntityEntry entry, Kind kind, Object state) {
		this.things.put(thing, new Thing(kind, (entry != null) ? entry.getEntityName() : null,
				(entry != null) ? entry.getEntityKey() : null, state));
	}

	private boolean isChanged(PersistentCollection<?> collection, CollectionEntry entry) {
		CollectionPersister persister = entry.getLoadedPersister();
		if (collection.isDirty() || !collection.wasInitialized() || persister == null || !persister.isMutable()) {
			return collection.isDirty();
		}
		if (entry.getSnapshot() == null) {
			// Of what is only read Hibernate keeps no copy.
			this.obscure = true;
			return false;
		}
		return !collection.equalsSnapshot(persister);
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
	 * The part of it that somebody is to blame for.
	 * @param earlier what was found before, or {@code null} for nothing
	 * @param own what of an earlier time is blamed on the same one, or {@code null}
	 * @return what was added or changed since, and what is still there of the other
	 */
	UnsavedWork since(@Nullable UnsavedWork earlier, @Nullable UnsavedWork own) {
		UnsavedWork since = new UnsavedWork(this.session, this.cause);
		this.things.forEach((key, thing) -> {
			Thing known = (earlier != null) ? earlier.things.get(key) : null;
			Thing blamed = (own != null) ? own.things.get(key) : null;
			if (blamed != null) {
				since.things.put(key, (thing.kind() == Kind.REMOVED) ? thing : blamed);
			}
			else if (known == null || isOther(thing.state(), known.state())) {
				boolean added = known != null && thing.kind() == Kind.ADDED;
				since.things.put(key,
						added ? new Thing(Kind.CHANGED, thing.entity(), thing.key(), thing.state()) : thing);
			}
		});
		return since;
	}

	// Values may be unable to be compared.
	private static boolean isOther(Object state, Object known) {
		try {
			return !state.equals(known);
		}
		catch (RuntimeException ex) {
			return true;
		}
	}

	/**
	 * Whether the session is about to write it after all.
	 * @return whether it has a transaction, and flushes before that is committed
	 */
	boolean isSavedLater() {
		return this.session.isOpen() && this.session.isTransactionInProgress()
				&& this.session.getHibernateFlushMode() != FlushMode.MANUAL;
	}

	/**
	 * Whether something is lost without which a call has not done what it says. Who only
	 * reads may set something in an entity to show it.
	 * @return {@code false} where nothing is lost that is certain to have been meant
	 */
	public boolean isLoss() {
		return this.things.values()
			.stream()
			.anyMatch((thing) -> this.cause == Cause.OVER || thing.kind() != Kind.CHANGED);
	}

	/**
	 * Whether more may be lost than can be seen: in a transaction that only reads
	 * Hibernate need not keep what an entity was like.
	 * @return {@code false} where it shows all
	 */
	public boolean isObscure() {
		return this.obscure && this.cause == Cause.READING;
	}

	/**
	 * What kinds of entities are lost.
	 * @return their mapped names
	 */
	public Set<String> entities() {
		Set<String> entities = new TreeSet<>();
		this.things.values().forEach((thing) -> {
			if (thing.entity() != null) {
				entities.add(thing.entity());
			}
		});
		return entities;
	}

	/**
	 * Why it is not written, as entries say it.
	 * @return the reason
	 */
	public String reason() {
		return this.cause.reason;
	}

	/**
	 * Why nobody writes what a session holds.
	 */
	public enum Cause {

		/** Who made the call may write it, or throw it away. */
		BROKEN_OFF("the call was broken off"),

		/** Listeners still work with it. */
		OVER("the transaction that the call joined was over"),

		/** Nothing is flushed in it. */
		READING("the transaction only reads"),

		/** Nothing is flushed without one. */
		NO_TRANSACTION("no transaction was running");

		private final String reason;

		Cause(String reason) {
			this.reason = reason;
		}

	}

	private enum Kind {

		ADDED, REMOVED, CHANGED

	}

	/**
	 * An entity or a collection.
	 *
	 * @param kind what is to become of it
	 * @param entity the mapped name of the entity, or of the one that holds it;
	 * {@code null} where that is not known
	 * @param key which entity that is, or {@code null}
	 * @param state what it is like: of an entity its values, of a collection what is in
	 * it
	 */
	private record Thing(Kind kind, @Nullable String entity, @Nullable EntityKey key, Object state) {

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

		boolean isThatOf(Object entity, EntityPersister persister) {
			@Nullable Object[] now = persister.getValues(entity);
			@Nullable Generator[] generators = persister.getGenerators();
			for (int i = 0; i < this.types.length; i++) {
				boolean set = i == persister.getVersionPropertyIndex()
						|| (generators[i] != null && generators[i].generatesSometimes());
				if (!set && !isSame(i, now)) {
					return false;
				}
			}
			return true;
		}

		private boolean isSame(int property, @Nullable Object[] others) {
			Object value = this.values[property];
			Object other = others[property];
			return value == other || (value != null && other != null
					&& this.types[property].isEqual(value, other, this.session.getFactory()));
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof State state
					&& IntStream.range(0, this.types.length).allMatch((property) -> isSame(property, state.values));
		}

		@Override
		public int hashCode() {
			return this.types.length;
		}

	}

}
