package io.auditspring.capture;

import java.time.temporal.TemporalAccessor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.auditspring.capture.EntityShape.Shape;
import io.auditspring.ledger.CanonicalJson;
import org.hibernate.bytecode.enhance.spi.LazyPropertyInitializer;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.mapping.EmbeddableMappingType;
import org.hibernate.metamodel.mapping.EmbeddableValuedModelPart;
import org.hibernate.metamodel.mapping.EntityValuedModelPart;
import org.hibernate.metamodel.mapping.ModelPart;
import org.hibernate.persister.collection.CollectionPersister;
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
 * Writes the values of mapped properties as JSON. It reads nothing from the database:
 * what is not loaded is left out.
 */
final class MappedValues {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private static final Comparator<JsonNode> BY_VALUE = Comparator
		.comparing((JsonNode node) -> node.isNumber() ? 0 : 1)
		.thenComparing((left, right) -> left.isNumber() ? left.decimalValue().compareTo(right.decimalValue())
				: left.toString().compareTo(right.toString()));

	private final Masking masking;

	private final JsonValues values;

	private final BasicValues basics;

	private final Map<EntityPersister, Shape> identifiers = new ConcurrentHashMap<>();

	MappedValues(Masking masking, JsonValues values) {
		this.masking = masking;
		this.values = values;
		this.basics = new BasicValues(masking, values);
	}

	/**
	 * The JSON of a value.
	 * @param type its mapped type
	 * @param shape what of it is shown
	 * @param value the value
	 * @param view where and how to look at it
	 * @return its JSON, or {@code null} where it is not loaded
	 */
	@Nullable JsonNode node(Type type, Shape shape, @Nullable Object value, View view) {
		if (value == LazyPropertyInitializer.UNFETCHED_PROPERTY) {
			return null;
		}
		JsonNode node = open(type, shape, value, view);
		return (node != null && shape.masked() && value != null) ? StandInNode.masked(node) : node;
	}

	/**
	 * The JSON of an entity's identifier, without the secrets in it.
	 * @param persister the entity's persister
	 * @param id the identifier
	 * @param view where to look at it
	 * @return its JSON
	 */
	JsonNode identifier(EntityPersister persister, @Nullable Object id, View view) {
		JsonNode node = node(persister.getIdentifierType(), identifierShape(persister), id, view);
		return (node != null) ? node : NODES.nullNode();
	}

	/**
	 * An identifier in text.
	 * @param persister the entity's persister
	 * @param id the identifier
	 * @param session the session that holds the entity
	 * @return the text of a simple identifier, the canonical JSON of a composite one
	 */
	String text(EntityPersister persister, @Nullable Object id, SharedSessionContractImplementor session) {
		return text(identifier(persister, id, View.live(session, null)));
	}

	/**
	 * An identifier in text, where no session holds the entity.
	 * @param persister the entity's persister
	 * @param id the identifier
	 * @return its text, as far as it is not secret
	 */
	String text(EntityPersister persister, Object id) {
		Shape shape = identifierShape(persister);
		JsonNode node = this.values.toJson(id);
		if (shape.members() != null && node instanceof ObjectNode parts) {
			shape.members().forEach((name, part) -> {
				if (part.masked() && parts.hasNonNull(name)) {
					parts.set(name, StandInNode.masked(parts.get(name)));
				}
			});
		}
		return text(shape.masked() ? StandInNode.masked(node) : node);
	}

	/**
	 * Whether an entity's identifier is secret, or a part of it.
	 * @param persister the entity's persister
	 * @return whether it is
	 */
	boolean isSecret(EntityPersister persister) {
		Shape shape = identifierShape(persister);
		return shape.masked() || (shape.members() != null && shape.members().values().stream().anyMatch(Shape::masked));
	}

	private Shape identifierShape(EntityPersister persister) {
		return this.identifiers.computeIfAbsent(persister, (entity) -> {
			String name = entity.getIdentifierPropertyName();
			boolean masked = (name != null && this.masking.hides(entity.getMappedClass(), name)) || WrittenColumns
				.isTransformed(entity.getIdentifierMapping(), entity.getFactory().getJdbcServices().getDialect());
			// The parts of an identifier class may be properties of the entity, too.
			Map<String, Shape> parts = (entity.getIdentifierType() instanceof ComponentType type)
					? parts(type, entity.getMappedClass()) : null;
			return new Shape(masked, parts);
		});
	}

	private Map<String, Shape> parts(ComponentType type, Class<?> owner) {
		Map<String, Shape> parts = new HashMap<>();
		for (String part : type.getPropertyNames()) {
			boolean masked = this.masking.hides(owner, part) || this.masking.hides(type.getReturnedClass(), part);
			parts.put(part, masked ? Shape.MASKED : Shape.PLAIN);
		}
		return parts;
	}

	private static String text(@Nullable JsonNode node) {
		if (node == null || node.isNull()) {
			return "";
		}
		return node.isValueNode() ? node.asString() : CanonicalJson.of(node).toString();
	}

	private @Nullable JsonNode open(Type type, Shape shape, @Nullable Object value, View view) {
		if (type instanceof CollectionType collection) {
			return collection(collection, shape, value, view);
		}
		if (value == null) {
			return NODES.nullNode();
		}
		if (type instanceof EntityType entity) {
			return reference(entity.getAssociatedEntityPersister(view.session().getFactory()), value, view.session());
		}
		// A time whose zone has a column of its own is one value nevertheless.
		if (type instanceof ComponentType component && !(value instanceof TemporalAccessor)) {
			return component(component, shape, value, view);
		}
		return this.basics.node(type, value, view.session());
	}

	private JsonNode component(ComponentType type, Shape shape, Object value, View view) {
		ObjectNode node = NODES.objectNode();
		String[] names = type.getPropertyNames();
		Object[] members = type.getPropertyValues(value, view.session());
		for (int i = 0; i < names.length; i++) {
			Shape member = member(shape, type, value, names[i]);
			JsonNode memberNode = (member != null) ? node(type.getSubtypes()[i], member, members[i], view) : null;
			if (memberNode != null) {
				node.set(names[i], memberNode);
			}
		}
		return node;
	}

	private @Nullable Shape member(Shape shape, ComponentType type, Object value, String name) {
		Shape member = (shape.members() != null) ? shape.members().get(name) : Shape.PLAIN;
		// A value may be of a subclass, which has marks of its own.
		boolean masked = this.masking.hides(value.getClass(), name)
				|| this.masking.hides(type.getReturnedClass(), name);
		return (member != null && masked) ? Shape.MASKED : member;
	}

	// An identifier class holds the identifier where the entity holds the reference.
	private JsonNode reference(EntityPersister persister, Object value, SharedSessionContractImplementor session) {
		Object id = value;
		if (value instanceof HibernateProxy proxy) {
			id = proxy.getHibernateLazyInitializer().getInternalIdentifier();
		}
		else if (persister.getMappedClass().isInstance(value)) {
			id = persister.getIdentifier(value, session);
		}
		return identifier(persister, id, View.live(session, null));
	}

	private @Nullable JsonNode collection(CollectionType type, Shape shape, @Nullable Object value, View view) {
		CollectionPersister persister = view.session()
			.getFactory()
			.getMappingMetamodel()
			.getCollectionDescriptor(type.getRole());
		Object elements = view.elements(persister, value);
		return (elements != null) ? elements(persister, shape, elements, view) : null;
	}

	/**
	 * The JSON of a collection's elements.
	 * @param persister the collection's persister
	 * @param shape what of them is shown
	 * @param elements the collection, or its snapshot
	 * @param view where to look at them
	 * @return an object for a map, else an array; in a definite order where the mapping
	 * knows none
	 */
	JsonNode elements(CollectionPersister persister, Shape shape, Object elements, View view) {
		if (CollectionTypes.isMap(persister) && elements instanceof Map<?, ?> map) {
			return object(persister, shape, map, view);
		}
		Type type = CollectionTypes.element(persister);
		List<JsonNode> nodes = new ArrayList<>();
		for (Object element : StoredCollections.list(elements)) {
			JsonNode node = node(type, new Shape(false, shape.members()), element, view);
			// A reference without identifier is to something not stored yet.
			if (node != null && !(node.isNull() && element != null)) {
				nodes.add(node);
			}
		}
		if (!CollectionTypes.isOrdered(persister)) {
			nodes.sort(BY_VALUE);
		}
		return array(nodes);
	}

	private static ArrayNode array(Collection<JsonNode> nodes) {
		return NODES.arrayNode().addAll(nodes);
	}

	private ObjectNode object(CollectionPersister persister, Shape shape, Map<?, ?> map, View view) {
		ModelPart index = persister.getAttributeMapping().getIndexDescriptor();
		Type type = CollectionTypes.element(persister);
		ObjectNode object = NODES.objectNode();
		map.forEach((key, value) -> {
			String name = text(key(index, key, view.session()));
			JsonNode node = node(type, new Shape(this.masking.hides(name), shape.members()), value, view);
			if (node != null) {
				object.set(name, node);
			}
		});
		return object;
	}

	private JsonNode key(ModelPart part, @Nullable Object value, SharedSessionContractImplementor session) {
		if (value == null) {
			return NODES.nullNode();
		}
		if (part instanceof EntityValuedModelPart entity) {
			return reference(entity.getEntityMappingType().getEntityPersister(), value, session);
		}
		if (part instanceof EmbeddableValuedModelPart embeddable && !(value instanceof TemporalAccessor)) {
			return key(embeddable.getEmbeddableTypeDescriptor(), value, session);
		}
		return this.basics.node((Type) part.getSingleJdbcMapping(), value, session);
	}

	private JsonNode key(EmbeddableMappingType type, Object value, SharedSessionContractImplementor session) {
		ObjectNode node = NODES.objectNode();
		type.forEachAttributeMapping((member) -> {
			String name = member.getAttributeName();
			JsonNode part = key(member, member.getValue(value), session);
			boolean masked = this.masking.hides(value.getClass(), name)
					|| this.masking.hides(type.getJavaType().getJavaTypeClass(), name);
			node.set(name, masked ? StandInNode.masked(part) : part);
		});
		return node;
	}

}
