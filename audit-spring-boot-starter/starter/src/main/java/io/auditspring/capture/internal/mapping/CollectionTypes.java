/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.mapping;

import java.util.List;
import java.util.Map;

import org.hibernate.persister.collection.CollectionPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.type.CollectionType;
import org.hibernate.type.ComponentType;
import org.hibernate.type.Type;

/**
 * What kind of collection a mapped one is, and what it holds.
 */
public final class CollectionTypes {

	private CollectionTypes() {
	}

	public static boolean isMap(CollectionPersister persister) {
		return switch (persister.getCollectionSemantics().getCollectionClassification()) {
			case MAP, SORTED_MAP, ORDERED_MAP -> true;
			default -> false;
		};
	}

	/**
	 * Whether the database keeps the order of a collection's elements.
	 * @param persister the collection's persister
	 * @return whether each element has a place
	 */
	public static boolean isOrdered(CollectionPersister persister) {
		return switch (persister.getCollectionSemantics().getCollectionClassification()) {
			case LIST, ARRAY -> true;
			default -> false;
		};
	}

	public static Object nothing(CollectionPersister persister) {
		return isMap(persister) ? Map.of() : List.of();
	}

	/**
	 * Whether the rows of a collection refer to the identifier of its owner, not to some
	 * other property.
	 * @param persister the collection's persister
	 * @return whether they do
	 */
	static boolean isKeyedByIdentifier(CollectionPersister persister) {
		return persister.getAttributeMapping().getKeyDescriptor().getTargetPart().isEntityIdentifierMapping();
	}

	/**
	 * The mapped type of a collection's elements.
	 * @param persister the collection's persister
	 * @return their type
	 */
	public static Type element(CollectionPersister persister) {
		EntityPersister owner = persister.getOwnerEntityPersister();
		Type type = find(owner.getPropertyNames(), owner.getPropertyTypes(), property(persister));
		return ((CollectionType) type).getElementType(persister.getFactory());
	}

	/**
	 * The property that holds a collection.
	 * @param persister the collection's persister
	 * @return the property's path in the owner
	 */
	public static String property(CollectionPersister persister) {
		return persister.getRole().substring(persister.getOwnerEntityPersister().getEntityName().length() + 1);
	}

	private static Type find(String[] names, Type[] types, String path) {
		for (int i = 0; i < names.length; i++) {
			if (path.equals(names[i])) {
				return types[i];
			}
			if (types[i] instanceof ComponentType component && path.startsWith(names[i] + '.')) {
				return find(component.getPropertyNames(), component.getSubtypes(),
						path.substring(names[i].length() + 1));
			}
		}
		throw new IllegalStateException("There is no property " + path);
	}

}
