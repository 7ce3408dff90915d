/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import io.auditspring.capture.internal.value.FatalErrors;
import io.auditspring.capture.internal.value.IdentifierText;
import io.auditspring.capture.internal.value.Masking;
import org.hibernate.engine.spi.EntityKey;
import org.hibernate.metamodel.mapping.AttributeMapping;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What became of one entity. A property that a state lacks was not loaded, or never
 * known.
 *
 * @param key which entity: equal for changes of the same one, whatever is shown of it
 * @param names what it is called
 * @param id its identifier as entries show it
 * @param before its state before, {@code null} where it did not exist
 * @param after its state after, {@code null} where it no longer exists
 * @param unseen the properties that changed, though nobody loaded what they hold
 * @param leftOut the properties that are left out, though nobody said so
 * @param failure why its state could not be read, {@code null} where it could
 */
public record EntityChange(EntityKey key, EntityNames names, String id, @Nullable ObjectNode before,
		@Nullable ObjectNode after, Set<String> unseen, Set<String> leftOut, @Nullable String failure) {

	/**
	 * The kind of entity as entries show it.
	 * @return its name
	 */
	public String type() {
		return this.names.shown();
	}

	/**
	 * The kind of entity as the entry of a call shows it that has said what it is about.
	 * @param said the name that the call gave
	 * @return its name, unless the call's is one that no entity has
	 */
	public String type(String said) {
		return mayBeCalled(said) ? said : this.names.shown();
	}

	/**
	 * Whether a name means this kind of entity.
	 * @param type the name
	 * @return whether it is one of its own names
	 */
	public boolean isOf(String type) {
		return this.names.own().contains(type);
	}

	/**
	 * Whether a name means a more general kind.
	 * @param type the name
	 * @return whether it is that of a supertype
	 */
	public boolean isSubtypeOf(String type) {
		return this.names.supertypes().contains(type);
	}

	/**
	 * Whether a name may stand for this kind of entity as no entity has it: an
	 * application may call an {@code OrderEntity} an order. What is called otherwise may
	 * be something else that has the same identifier.
	 * @param type the name
	 * @return whether it is a name of the application's own that is like this kind's
	 */
	public boolean mayBeCalled(String type) {
		return !this.names.known().contains(type) && this.names.isLike(type);
	}

	/**
	 * Whether an application means this entity.
	 * @param id the text that it gives for an identifier
	 * @return whether it is that of the entity's identifier, even if entries do not show
	 * that one
	 */
	public boolean hasId(String id) {
		return id.equals(this.id) || (id.equals(Masking.MASK) && IdentifierText.isHidden(this.id))
				|| id.equals(ownText());
	}

	// How an identifier of the application's own writes itself must not break anything.
	private @Nullable String ownText() {
		try {
			return this.key.getIdentifier().toString();
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			return null;
		}
	}

	/**
	 * Joins this change with a later one of the same entity.
	 * @param later what happened next
	 * @return both in one, or {@code null} where they cancel each other
	 */
	public @Nullable EntityChange then(EntityChange later) {
		if (this.failure != null || later.failure != null) {
			return (this.failure != null) ? this : later;
		}
		if (isUndoneBy(later)) {
			return null;
		}
		if (this.before != null && this.after == null && later.before != null) {
			// What is gone does not change: somebody else still referred to it.
			return this;
		}
		Set<String> unseen = new TreeSet<>(this.unseen);
		unseen.addAll(later.unseen);
		return new EntityChange(this.key, this.names.orMoreSpecial(later.names), this.id, completed(later),
				result(later), unseen, this.leftOut, null);
	}

	// Envers has no row either of what came and went, or went and came back as it was.
	private boolean isUndoneBy(EntityChange later) {
		if (this.before == null) {
			return later.after == null;
		}
		return this.after == null && later.before == null && this.before.equals(later.after);
	}

	private @Nullable ObjectNode result(EntityChange later) {
		if (this.after == null || later.after == null || later.before == null) {
			return later.after;
		}
		ObjectNode result = JsonNodeFactory.instance.objectNode();
		// What a session has not loaded it has not changed, so that the earlier state
		// tells what this one does not.
		result.setAll(this.after);
		result.remove(later.unseen);
		result.remove(lost(later.before, later.after));
		later.after.forEachEntry((name, node) -> result.set(name, isKept(later, name) ? this.after.get(name) : node));
		// Once memory lags behind, it does so until the end.
		this.unseen.stream()
			.filter((name) -> !this.after.has(name) && (this.before == null || this.before.has(name)))
			.forEach(result::remove);
		return result;
	}

	private static Set<String> lost(ObjectNode before, ObjectNode after) {
		Set<String> lost = new TreeSet<>(before.propertyNames());
		lost.removeAll(after.propertyNames());
		return lost;
	}

	// A large object that was loaded again is another one, though nobody changed it.
	private boolean isKept(EntityChange later, String name) {
		return isSame(this.after, later.after, name) || (isSame(later.before, later.after, name)
				&& Masking.areLargeObjects(this.after.get(name), later.after.get(name)));
	}

	// A collection that was loaded in between tells what it held before, too.
	private @Nullable ObjectNode completed(EntityChange later) {
		if (this.before == null || this.after == null || later.before == null) {
			return this.before;
		}
		ObjectNode completed = JsonNodeFactory.instance.objectNode();
		completed.setAll(this.before);
		for (String name : later.before.propertyNames()) {
			JsonNode stored = later.before.get(name);
			if (!this.before.has(name) && !this.unseen.contains(name) && !stored.equals(this.after.get(name))) {
				completed.set(name, stored);
			}
		}
		return completed;
	}

	/**
	 * This change where the entity was something else before.
	 * @param before its state before, {@code null} where it did not exist
	 * @return the change
	 */
	public EntityChange since(@Nullable ObjectNode before) {
		return new EntityChange(this.key, this.names, this.id, before, this.after, this.unseen, this.leftOut,
				this.failure);
	}

	/**
	 * This change as it is where a rollback to a savepoint undid another one before it.
	 * Hibernate does not go back with the database: what the session has loaded is what
	 * was undone. An update writes all columns again, but no collection.
	 * @param undone what was undone
	 * @return what really was there before, and is after it
	 */
	public EntityChange without(EntityChange undone) {
		ObjectNode believed = undone.after;
		ObjectNode held = undone.before;
		if (this.before == null || held == null || believed == null) {
			return this;
		}
		ObjectNode before = this.before.deepCopy();
		ObjectNode after = (this.after != null) ? this.after.deepCopy() : null;
		boolean updated = isUpdate();
		for (String name : held.propertyNames()) {
			if (this.before.has(name) && isSame(this.before, believed, name)) {
				before.set(name, held.get(name));
				if (after != null && isSame(this.before, this.after, name) && !(updated && isColumn(name))) {
					after.set(name, held.get(name));
				}
			}
		}
		return new EntityChange(this.key, this.names, this.id, before, after, this.unseen, this.leftOut, this.failure);
	}

	private boolean isUpdate() {
		return this.before != null && !this.key.getPersister().isDynamicUpdate()
				&& this.before.propertyNames()
					.stream()
					.anyMatch((name) -> isColumn(name) && !isSame(this.before, this.after, name));
	}

	private boolean isColumn(String property) {
		AttributeMapping attribute = this.key.getPersister().findAttributeMapping(property);
		return attribute != null && !attribute.isPluralAttributeMapping();
	}

	/**
	 * What to call this change where no audited call made it.
	 * @return the action
	 */
	public String action() {
		if (this.before == null) {
			return (this.after != null) ? "entity.created" : "entity.changed";
		}
		return (this.after != null) ? "entity.updated" : "entity.deleted";
	}

	/**
	 * The properties of an updated entity that differ.
	 * @return {@code {"property": {"from": ..., "to": ...}}}, or {@code null} where the
	 * entity was not updated but came or went; what is not known is left out
	 */
	public @Nullable ObjectNode changes() {
		if (this.before == null || this.after == null) {
			return null;
		}
		ObjectNode changes = differences(this.before, this.after);
		this.unseen.stream()
			.filter((name) -> !this.before.has(name) && !this.after.has(name))
			.forEach(changes::putObject);
		return changes;
	}

	/**
	 * The properties that differ.
	 * @param before what they were
	 * @param after what they are
	 * @return {@code {"property": {"from": ..., "to": ...}}}
	 */
	public static ObjectNode differences(ObjectNode before, ObjectNode after) {
		ObjectNode changes = JsonNodeFactory.instance.objectNode();
		TreeSet<String> names = new TreeSet<>(before.propertyNames());
		names.addAll(after.propertyNames());
		for (String name : names) {
			if (!isSame(before, after, name)) {
				ObjectNode change = changes.putObject(name);
				put(change, "from", before.get(name));
				put(change, "to", after.get(name));
			}
		}
		return changes;
	}

	static boolean isSame(@Nullable ObjectNode before, @Nullable ObjectNode after, String property) {
		return Objects.equals((before != null) ? before.get(property) : null,
				(after != null) ? after.get(property) : null);
	}

	private static void put(ObjectNode change, String name, @Nullable JsonNode value) {
		if (value != null) {
			change.set(name, value);
		}
	}

}
