/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.util.Set;
import java.util.function.Predicate;

import io.auditspring.capture.internal.mapping.EntityShape;
import io.auditspring.capture.internal.mapping.EntityShape.Property;
import io.auditspring.capture.internal.mapping.EntityShape.Source;
import io.auditspring.capture.internal.mapping.EntityShape.Written;
import io.auditspring.capture.internal.mapping.View;
import io.auditspring.capture.internal.value.MappedValues;
import org.hibernate.bytecode.enhance.spi.LazyPropertyInitializer;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.type.ComponentType;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the state that Hibernate holds of an entity as JSON.
 */
final class EntityStates {

	private final MappedValues values;

	EntityStates(MappedValues values) {
		this.values = values;
	}

	/**
	 * One state.
	 * @param persister the entity's persister
	 * @param shape what is shown of it
	 * @param id its identifier
	 * @param state the property values in the persister's order, or {@code null} where
	 * nobody knows them
	 * @param view how to look at its collections
	 * @param known which properties the row holds as the state has them
	 * @return the state
	 */
	ObjectNode state(EntityPersister persister, EntityShape shape, Object id, @Nullable Object @Nullable [] state,
			View view, Predicate<Written> known) {
		ObjectNode node = withId(persister, id, view);
		if (state != null) {
			for (Property property : shape.properties()) {
				if (property.written().source() != null || known.test(property.written())) {
					Object value = value(property, id, state, view.session());
					put(node, property, this.values.node(property.type(), property.shape(), value, view));
				}
			}
		}
		return node;
	}

	private static @Nullable Object value(Property property, Object id, @Nullable Object[] state,
			SharedSessionContractImplementor session) {
		Source source = property.written().source();
		return (source != null) ? MappedValues.value(source, id, state, session) : state[property.index()];
	}

	/**
	 * Two states. What did not change is written once.
	 * @param persister the entity's persister
	 * @param shape what is shown of it
	 * @param id its identifier
	 * @param from the property values before
	 * @param to the property values after
	 * @param session the session that holds them
	 * @return both
	 */
	BeforeAndAfter states(EntityPersister persister, EntityShape shape, Object id, @Nullable Object[] from,
			@Nullable Object[] to, SharedSessionContractImplementor session) {
		View stored = View.stored(session, id);
		View live = View.live(session, id);
		ObjectNode before = withId(persister, id, live);
		ObjectNode after = before.deepCopy();
		for (Property property : shape.properties()) {
			Object old = value(property, id, from, session);
			Object now = property.written().isUpdated() ? value(property, id, to, session) : old;
			// What was not loaded was not changed.
			if (now == LazyPropertyInitializer.UNFETCHED_PROPERTY) {
				now = old;
			}
			JsonNode node = this.values.node(property.type(), property.shape(), old, stored);
			put(before, property, node);
			put(after, property, isSame(property, old, now) ? node
					: same(node, this.values.node(property.type(), property.shape(), now, live)));
		}
		return new BeforeAndAfter(before, after);
	}

	// What is encrypted looks different each time.
	private static @Nullable JsonNode same(@Nullable JsonNode before, @Nullable JsonNode after) {
		return (before != null && before.equals(after)) ? before : after;
	}

	private static boolean isSame(Property property, @Nullable Object old, @Nullable Object now) {
		if (property.holdsCollections() || property.written().source() != null) {
			return false;
		}
		if (old == LazyPropertyInitializer.UNFETCHED_PROPERTY || old == null || now == null) {
			return old == now;
		}
		return property.type().isSame(old, now);
	}

	private ObjectNode withId(EntityPersister persister, Object id, View view) {
		ObjectNode node = JsonNodeFactory.instance.objectNode();
		String name = persister.getIdentifierPropertyName();
		JsonNode value = this.values.identifier(persister, id, view);
		if (name == null && persister.getIdentifierType() instanceof ComponentType
				&& value instanceof ObjectNode members) {
			return members;
		}
		return node.set((name != null) ? name : "id", value);
	}

	private static void put(ObjectNode state, Property property, @Nullable JsonNode node) {
		if (node != null) {
			state.set(property.name(), node);
		}
	}

	/**
	 * What an entity was and what it became.
	 *
	 * @param before its state before, {@code null} where it did not exist
	 * @param after its state after, {@code null} where it no longer exists
	 * @param unseen the properties that changed, though nobody loaded what they hold
	 */
	record BeforeAndAfter(@Nullable ObjectNode before, @Nullable ObjectNode after, Set<String> unseen) {

		BeforeAndAfter(@Nullable ObjectNode before, @Nullable ObjectNode after) {
			this(before, after, Set.of());
		}

		BeforeAndAfter changedIn(Set<String> properties) {
			return new BeforeAndAfter(this.before, this.after, properties);
		}

		/**
		 * The same, where memory does not tell what properties became.
		 * @param properties the properties
		 * @return the states without them
		 */
		BeforeAndAfter without(Set<String> properties) {
			if (this.after != null) {
				this.after.remove(properties);
			}
			return this;
		}

	}

}
