/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.mapping;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.collection.CollectionPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Decides of which entities of a persistence unit the state is captured, what of it, and
 * what counts as a change of theirs.
 */
public interface StateSource extends Revisions {

	/**
	 * The entities that meet a condition.
	 * @param unit the persistence unit
	 * @param condition the condition
	 * @return their names
	 */
	static Set<String> entities(SessionFactoryImplementor unit, Predicate<EntityPersister> condition) {
		Set<String> names = new HashSet<>();
		unit.getMappingMetamodel().forEachEntityDescriptor((persister) -> {
			if (condition.test(persister)) {
				names.add(persister.getEntityName());
			}
		});
		return Set.copyOf(names);
	}

	/**
	 * Whether the state of an entity is captured.
	 * @param entityName the entity's name
	 * @return whether it is
	 */
	boolean covers(@Nullable String entityName);

	/**
	 * Whether the state of an entity is not captured, though nobody asked to leave it
	 * out.
	 * @param persister the entity's persister
	 * @return whether an entry has to say that it changed without state
	 */
	boolean misses(EntityPersister persister);

	/**
	 * What is captured of an entity.
	 * @param persister the persister of an entity that is covered
	 * @return its properties
	 */
	Members members(EntityPersister persister);

	/**
	 * The properties that are left out, though nobody said so.
	 * @param persister the persister of an entity that is covered
	 * @return their names
	 */
	Set<String> leftOut(EntityPersister persister);

	/**
	 * Whether an update of an entity counts none of whose columns looks different.
	 * @param persister the entity's persister
	 * @param from the property values before
	 * @param to the property values after
	 * @param session the session that wrote them
	 * @return whether it does
	 */
	boolean isUpdate(EntityPersister persister, @Nullable Object[] from, @Nullable Object[] to,
			SharedSessionContractImplementor session);

	/**
	 * The entities on the other side of to-one references that changed: the collection
	 * that they own changed with it.
	 * @param persister the persister of the entity that refers to them
	 * @param from its property values before, or {@code null}
	 * @param to its property values after, or {@code null}
	 * @param session the session that wrote them
	 * @return the entities, some of them perhaps twice: what is equal to the application
	 * need not be the same
	 */
	List<OtherSide> otherSides(EntityPersister persister, @Nullable Object @Nullable [] from,
			@Nullable Object @Nullable [] to, SharedSessionContractImplementor session);

	/**
	 * The collections that are the other side of a relation.
	 * @param persister the persister of the entity that has them
	 * @param owner the persister of the entity that holds the relation
	 * @param relation by which property it does
	 * @return the properties that hold the collections; the caller may add others
	 */
	Set<String> inverse(EntityPersister persister, EntityPersister owner, String relation);

	/**
	 * The property of the elements that refers to the owner of their collection.
	 * @param owner the persister of the owner
	 * @param relation the property that holds the collection
	 * @return the property, or {@code null} if there is none
	 */
	@Nullable String mappedBy(EntityPersister owner, String relation);

	/**
	 * Whether changes of a collection are changes of its owner, and not told by those of
	 * its elements.
	 * @param persister the collection's persister
	 * @param owner the owner's persister
	 * @return whether they are
	 */
	boolean follows(CollectionPersister persister, EntityPersister owner);

	/**
	 * Whether the rows of the elements, not those of a join table, say who owns them.
	 * @param persister the collection's persister
	 * @param owner the owner's persister
	 * @return whether every change of the collection is a change of its elements
	 */
	boolean isInElements(CollectionPersister persister, EntityPersister owner);

	/**
	 * Whether the elements of a collection hold one that has its owner.
	 * @param persister the collection's persister
	 * @param owner the owner's persister
	 * @return whether every change of the collection is one of the elements' collections,
	 * too
	 */
	boolean isBidirectional(CollectionPersister persister, EntityPersister owner);

	/**
	 * The properties of an entity or of an embedded value that are captured.
	 */
	interface Members {

		/** All that an embedded value has. */
		Members ALL = new Members() {

			@Override
			public boolean include(Class<?> owner, String name) {
				return true;
			}

			@Override
			public Members of(String name) {
				return this;
			}

		};

		/**
		 * Whether a property is captured.
		 * @param owner the class that has it
		 * @param name its name
		 * @return whether it is
		 */
		boolean include(Class<?> owner, String name);

		/**
		 * What is captured of an embedded value.
		 * @param name the property that holds it, or a collection of such values
		 * @return its members
		 */
		Members of(String name);

	}

	/**
	 * What a to-one reference is about.
	 *
	 * @param entity the entity, perhaps a proxy
	 * @param reference the property that refers to it
	 * @param gains whether it is referred to now, rather than before
	 */
	record OtherSide(Object entity, String reference, boolean gains) {

		/**
		 * Adds what a reference was about, and what it is about now.
		 * @param others where to add it
		 * @param reference the property that refers to it
		 * @param old what it referred to, or {@code null}
		 * @param now what it refers to, or {@code null}
		 */
		static void add(List<OtherSide> others, String reference, @Nullable Object old, @Nullable Object now) {
			if (old != null) {
				others.add(new OtherSide(old, reference, false));
			}
			if (now != null) {
				others.add(new OtherSide(now, reference, true));
			}
		}

	}

}
