/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.mapping;

import java.util.List;
import java.util.Map;
import java.util.Set;

import org.hibernate.metamodel.mapping.JdbcMapping;
import org.hibernate.metamodel.mapping.ValuedModelPart;
import org.hibernate.metamodel.mapping.internal.ToOneAttributeMapping;
import org.hibernate.type.Type;
import org.jspecify.annotations.Nullable;

/**
 * Which properties of an entity its state shows.
 *
 * @param properties the properties
 * @param leftOut the properties that are left out, though nobody said so
 */
public record EntityShape(List<Property> properties, Set<String> leftOut) {

	/**
	 * A property that is shown.
	 *
	 * @param index its place in the state that Hibernate holds
	 * @param name its name
	 * @param type its type
	 * @param shape what of its value is shown
	 * @param written how it gets into the row
	 * @param defaulted whether an insert without a value leaves it to the database
	 */
	public record Property(int index, String name, Type type, Shape shape, Written written, boolean defaulted) {

		/**
		 * Whether the state that Hibernate holds may lag behind: it refers to the live
		 * collection, whose elements change without it.
		 * @return whether the property is or may contain a collection
		 */
		public boolean holdsCollections() {
			return this.type.isCollectionType() || this.type.isComponentType();
		}

	}

	/**
	 * What of a value is shown.
	 *
	 * @param masked whether it is hidden
	 * @param members the members that are shown, or {@code null} where all are
	 * @param form what its column makes of it, or {@code null} where only its type tells
	 */
	public record Shape(boolean masked, @Nullable Map<String, Shape> members, @Nullable StoredForm form) {

		public static final Shape PLAIN = new Shape(false, null);

		static final Shape MASKED = new Shape(true, null);

		/** As Hibernate holds it, whatever the column makes of it. */
		public static final Shape RAW = new Shape(false, null, StoredForm.AS_IT_IS);

		Shape(boolean masked, @Nullable Map<String, Shape> members) {
			this(masked, members, null);
		}

		public Shape masked(boolean masked) {
			return (masked != this.masked) ? new Shape(masked, this.members, this.form) : this;
		}

	}

	/**
	 * How a property gets into the row.
	 *
	 * @param onInsert whether an insert writes it
	 * @param onUpdate whether an update writes it
	 * @param source the attribute that writes its column instead, or {@code null}
	 */
	public record Written(boolean onInsert, boolean onUpdate, @Nullable Source source) {

		static final Written ALWAYS = new Written(true, true, null);

		/**
		 * By several other attributes, which are shown, or by nobody: the database
		 * computes it from others. It is left out.
		 */
		public static final Written ELSEWHERE = new Written(false, false, null);

		public boolean isUpdated() {
			return this.onUpdate || this.source != null;
		}

	}

	/**
	 * An attribute that writes a column of another one, too.
	 *
	 * @param part the attribute
	 * @param index its place in the state that Hibernate holds, or -1 for the identifier
	 * @param column which of its columns it is
	 * @param mapping how the other one reads the column
	 */
	public record Source(ValuedModelPart part, int index, int column, JdbcMapping mapping) {

		/**
		 * Whether its column holds something else of another entity than its primary key.
		 * @return whether that entity would have to be loaded to know it
		 */
		public boolean isOfAnotherEntity() {
			return this.part instanceof ToOneAttributeMapping reference && !reference.isReferenceToPrimaryKey();
		}

	}

}
