/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

import io.auditspring.capture.internal.mapping.StoredCollections;
import org.hibernate.Hibernate;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.metamodel.mapping.EntityValuedModelPart;
import org.jspecify.annotations.Nullable;

/**
 * That collections of an entity changed, as one of their elements tells. An entity may
 * have thousands of them: what became of it is read once for all, when somebody wants to
 * know, and that is no later than the end of the flush.
 */
public final class UnreadChange {

	private final Object entity;

	private final EntityEntry entry;

	/**
	 * By property the elements that said so, and whether they are in the collection now,
	 * as each said last.
	 */
	private final Map<String, Map<Object, Boolean>> elements = new TreeMap<>();

	private Supplier<@Nullable EntityChange> reading = () -> null;

	/**
	 * Creates it.
	 * @param entity the entity
	 * @param entry what the session knows of it
	 * @param properties the properties that changed
	 * @param element what came or went
	 * @param gains whether it came
	 */
	UnreadChange(Object entity, EntityEntry entry, Set<String> properties, Object element, boolean gains) {
		this.entity = entity;
		this.entry = entry;
		for (String property : properties) {
			Map<Object, Boolean> single = new IdentityHashMap<>(1);
			single.put(StoredCollections.loaded(element), gains);
			this.elements.put(property, single);
		}
	}

	UnreadChange readBy(Supplier<@Nullable EntityChange> reading) {
		this.reading = reading;
		return this;
	}

	Object entity() {
		return this.entity;
	}

	EntityEntry entry() {
		return this.entry;
	}

	/**
	 * The properties that changed.
	 * @return their names
	 */
	public Set<String> properties() {
		return this.elements.keySet();
	}

	/**
	 * Takes what a later one tells of the same entity.
	 * @param later the later one
	 * @return {@code false} if it is about another object in memory, which this one has
	 * to be read before
	 */
	public boolean join(UnreadChange later) {
		if (later.entity != this.entity || later.entry != this.entry) {
			return false;
		}
		later.elements.forEach((property,
				said) -> this.elements.computeIfAbsent(property, (name) -> new IdentityHashMap<>()).putAll(said));
		return true;
	}

	/**
	 * Reads what became of the entity.
	 * @return the change, or {@code null} where nobody can tell
	 */
	public @Nullable EntityChange read() {
		return this.reading.get();
	}

	/**
	 * The properties that memory does not tell. An application need not keep both sides
	 * of a relation in step. A reference that it does not write, it hardly does.
	 * @return their names
	 */
	Set<String> behind() {
		Set<String> behind = new HashSet<>();
		this.elements.forEach((property, said) -> {
			Object value = this.entry.getPersister().getPropertyValue(this.entity, property);
			if (this.entry.getPersister().findAttributeMapping(property) instanceof EntityValuedModelPart
					|| !isUpToDate(value, said)) {
				behind.add(property);
			}
		});
		return behind;
	}

	private static boolean isUpToDate(@Nullable Object value, Map<Object, Boolean> said) {
		if (value == null || !Hibernate.isInitialized(value)) {
			return true;
		}
		Set<Object> held = StoredCollections.held(value);
		return said.entrySet().stream().allMatch((element) -> held.contains(element.getKey()) == element.getValue());
	}

}
