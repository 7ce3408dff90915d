package io.auditspring.capture;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.hibernate.Hibernate;
import org.hibernate.bytecode.enhance.spi.LazyPropertyInitializer;
import org.hibernate.collection.spi.PersistentCollection;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.proxy.HibernateProxy;
import org.hibernate.type.CollectionType;
import org.hibernate.type.ComponentType;
import org.hibernate.type.EntityType;
import org.hibernate.type.Type;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the state that Hibernate holds of an entity as JSON. It reads nothing from the
 * database: what is not loaded is left out.
 */
final class EntityStates {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private final Masking masking;

	private final JsonValues values;

	EntityStates(Masking masking, JsonValues values) {
		this.masking = masking;
		this.values = values;
	}

	/**
	 * The state of an entity.
	 * @param persister the entity's persister
	 * @param id the entity's identifier
	 * @param state the property values in the persister's order
	 * @param shown the names of the properties to show, and whether to mask them
	 * @param session the session that holds the state
	 * @param stored whether the state is the one last stored: the old state of an update
	 * holds live collections, their stored elements are in their snapshots
	 * @return the state
	 */
	ObjectNode state(EntityPersister persister, Object id, @Nullable Object[] state, Map<String, Boolean> shown,
			SharedSessionContractImplementor session, boolean stored) {
		ObjectNode node = NODES.objectNode();
		String idName = persister.getIdentifierPropertyName();
		node.set((idName != null) ? idName : "id", value(persister.getIdentifierType(), id, session, stored));
		String[] names = persister.getPropertyNames();
		Type[] types = persister.getPropertyTypes();
		for (int i = 0; i < names.length; i++) {
			Boolean masked = shown.get(names[i]);
			if (masked != null && isLoaded(state[i])) {
				node.set(names[i], (masked && state[i] != null) ? NODES.stringNode(Masking.MASK)
						: value(types[i], state[i], session, stored));
			}
		}
		return node;
	}

	/**
	 * An identifier in text.
	 * @param type the identifier's type
	 * @param id the identifier
	 * @param session the session that holds the entity
	 * @return the text of a simple identifier, the JSON of a composite one
	 */
	String id(Type type, Object id, SharedSessionContractImplementor session) {
		JsonNode node = value(type, id, session, false);
		return node.isValueNode() ? node.asString() : node.toString();
	}

	private static boolean isLoaded(@Nullable Object value) {
		return value != LazyPropertyInitializer.UNFETCHED_PROPERTY
				&& (!(value instanceof PersistentCollection<?> collection) || collection.wasInitialized());
	}

	private JsonNode member(String name, Type type, @Nullable Object value, SharedSessionContractImplementor session,
			boolean stored) {
		if (value != null && this.masking.hides(name)) {
			return NODES.stringNode(Masking.MASK);
		}
		return value(type, value, session, stored);
	}

	private JsonNode value(Type type, @Nullable Object value, SharedSessionContractImplementor session,
			boolean stored) {
		if (value == null) {
			return NODES.nullNode();
		}
		if (type instanceof EntityType entity) {
			return reference(entity, value, session);
		}
		if (type instanceof ComponentType component) {
			return component(component, value, session, stored);
		}
		if (type instanceof CollectionType collection) {
			return collection(collection, value, session, stored);
		}
		return basic(value);
	}

	private JsonNode component(ComponentType type, Object value, SharedSessionContractImplementor session,
			boolean stored) {
		ObjectNode node = NODES.objectNode();
		String[] names = type.getPropertyNames();
		Object[] members = type.getPropertyValues(value, session);
		for (int i = 0; i < names.length; i++) {
			node.set(names[i], member(names[i], type.getSubtypes()[i], members[i], session, stored));
		}
		return node;
	}

	private JsonNode reference(EntityType type, Object value, SharedSessionContractImplementor session) {
		EntityPersister persister = type.getAssociatedEntityPersister(session.getFactory());
		Object id = (value instanceof HibernateProxy proxy)
				? proxy.getHibernateLazyInitializer().getInternalIdentifier() : persister.getIdentifier(value, session);
		return value(persister.getIdentifierType(), id, session, false);
	}

	private JsonNode collection(CollectionType type, Object value, SharedSessionContractImplementor session,
			boolean stored) {
		Object elements = value;
		if (value instanceof PersistentCollection<?> collection && stored) {
			Serializable snapshot = collection.getStoredSnapshot();
			elements = (snapshot != null) ? snapshot : List.of();
		}
		Type elementType = type.getElementType(session.getFactory());
		if (elements instanceof Map<?, ?> map) {
			// The snapshot of a set is a map of its elements to themselves.
			return (type.getReturnedClass() == Set.class || Set.class.isAssignableFrom(type.getReturnedClass()))
					? array(elementType, map.values(), session, stored) : object(elementType, map, session, stored);
		}
		if (elements instanceof Collection<?> list) {
			return array(elementType, list, session, stored);
		}
		return basic(elements);
	}

	private ArrayNode array(Type elementType, Collection<?> elements, SharedSessionContractImplementor session,
			boolean stored) {
		ArrayNode array = NODES.arrayNode();
		elements.forEach((element) -> array.add(value(elementType, element, session, stored)));
		return array;
	}

	private ObjectNode object(Type elementType, Map<?, ?> elements, SharedSessionContractImplementor session,
			boolean stored) {
		ObjectNode object = NODES.objectNode();
		elements.forEach((key, element) -> object.set(String.valueOf(key),
				member(String.valueOf(key), elementType, element, session, stored)));
		return object;
	}

	private JsonNode basic(Object value) {
		if (value instanceof CharSequence || value instanceof Character || value instanceof Enum<?>) {
			return NODES.stringNode((value instanceof Enum<?> constant) ? constant.name() : value.toString());
		}
		if (value instanceof BigDecimal decimal) {
			return NODES.numberNode(decimal);
		}
		if (value instanceof BigInteger integer) {
			return NODES.numberNode(integer);
		}
		if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
			return NODES.numberNode(((Number) value).longValue());
		}
		if (value instanceof Boolean truth) {
			return NODES.booleanNode(truth);
		}
		if (value instanceof byte[] bytes) {
			return digest(bytes);
		}
		return Hibernate.isInitialized(value) ? this.values.toJson(value) : NODES.nullNode();
	}

	// The content may be huge, and of no use to a reader; that it changed is.
	private static ObjectNode digest(byte[] bytes) {
		try {
			return NODES.objectNode()
				.put("sha256", HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)))
				.put("length", bytes.length);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

}
