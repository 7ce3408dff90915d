package io.auditspring.capture;

import java.util.List;
import java.util.Map;

import org.hibernate.type.Type;
import org.jspecify.annotations.Nullable;

/**
 * Which properties of an entity its state shows.
 *
 * @param properties the properties
 */
record EntityShape(List<Property> properties) {

	/**
	 * A property that is shown.
	 *
	 * @param index its place in the state that Hibernate holds
	 * @param name its name
	 * @param type its type
	 * @param shape what of its value is shown
	 */
	record Property(int index, String name, Type type, Shape shape) {

		/**
		 * Whether the state that Hibernate holds may lag behind: it refers to the live
		 * collection, whose elements change without it.
		 * @return whether the property is or may contain a collection
		 */
		boolean holdsCollections() {
			return this.type.isCollectionType() || this.type.isComponentType();
		}

	}

	/**
	 * What of a value is shown.
	 *
	 * @param masked whether it is hidden
	 * @param members the members that are shown, or {@code null} where all are
	 */
	record Shape(boolean masked, @Nullable Map<String, Shape> members) {

		static final Shape PLAIN = new Shape(false, null);

		static final Shape MASKED = new Shape(true, null);

	}

}
