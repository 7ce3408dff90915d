/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.auditspring.capture.internal.value.MappedValues;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.SelectionQuery;
import org.hibernate.type.BasicType;
import org.hibernate.type.ComponentType;
import org.hibernate.type.EntityType;
import org.hibernate.type.Type;
import org.jspecify.annotations.Nullable;

/**
 * The order of entities by their identifiers, part by part, in HQL. A reference that is a
 * part of an identifier counts by the identifier of what it refers to.
 */
final class IdentifierOrder {

	private final EntityPersister persister;

	private final SessionFactoryImplementor unit;

	private final List<String> paths = new ArrayList<>();

	private final boolean complete;

	IdentifierOrder(EntityPersister persister, SessionFactoryImplementor unit) {
		this.persister = persister;
		this.unit = unit;
		this.complete = (persister.getIdentifierType() instanceof BasicType<?>) ? this.paths.add("id(e)")
				: addPaths(persister, "e");
	}

	/**
	 * Whether every part of the identifier is known to have an order.
	 * @return {@code false} where a part is neither a single value nor made of such
	 */
	boolean isComplete() {
		return this.complete;
	}

	/**
	 * The query for the entities in this order.
	 * @param isFirst whether it begins with the first one, instead of after another
	 * @return the HQL, in which they are called {@code e}
	 */
	String query(boolean isFirst) {
		String names = IntStream.range(0, this.paths.size())
			.mapToObj((i) -> ":part" + i)
			.collect(Collectors.joining(", "));
		String parts = String.join(", ", this.paths);
		String condition = (this.paths.size() == 1) ? parts + " > " + names : "(%s) > (%s)".formatted(parts, names);
		return "select e from %s e%s order by %s".formatted(this.persister.getEntityName(),
				isFirst ? "" : " where " + condition, parts);
	}

	/**
	 * Says after which entity a query begins.
	 * @param query the query
	 * @param id that entity's identifier
	 * @param session the session
	 */
	void begin(SelectionQuery<?> query, Object id, SharedSessionContractImplementor session) {
		List<@Nullable Object> values = new ArrayList<>();
		addValues(this.persister.getIdentifierType(), id, session, values);
		for (int i = 0; i < values.size(); i++) {
			query.setParameter("part" + i, values.get(i));
		}
	}

	private boolean addPaths(EntityPersister entity, String path) {
		String name = entity.getIdentifierPropertyName();
		return addPaths(entity.getIdentifierType(), (name != null) ? path + '.' + name : path);
	}

	private boolean addPaths(Type type, String path) {
		if (type instanceof ComponentType parts) {
			for (int i = 0; i < parts.getPropertyNames().length; i++) {
				if (!addPaths(parts.getSubtypes()[i], path + '.' + parts.getPropertyNames()[i])) {
					return false;
				}
			}
			return true;
		}
		if (type instanceof EntityType reference) {
			return addPaths(reference.getAssociatedEntityPersister(this.unit), path);
		}
		return type instanceof BasicType<?> && this.paths.add(path);
	}

	private void addValues(Type type, Object value, SharedSessionContractImplementor session,
			List<@Nullable Object> values) {
		if (type instanceof ComponentType parts) {
			@Nullable Object[] members = parts.getPropertyValues(value);
			for (int i = 0; i < members.length; i++) {
				addValues(parts.getSubtypes()[i], Objects.requireNonNull(members[i]), session, values);
			}
		}
		else if (type instanceof EntityType reference) {
			EntityPersister target = reference.getAssociatedEntityPersister(this.unit);
			addValues(target.getIdentifierType(),
					Objects.requireNonNull(MappedValues.identifierOf(target, value, session)), session, values);
		}
		else {
			values.add(value);
		}
	}

}
