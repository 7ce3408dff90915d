/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.time.temporal.TemporalAccessor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import io.auditspring.capture.internal.mapping.CollectionTypes;
import io.auditspring.capture.internal.mapping.EntityShape.Shape;
import io.auditspring.capture.internal.mapping.EntityShape.Source;
import io.auditspring.capture.internal.mapping.StoredCollections;
import io.auditspring.capture.internal.mapping.StoredForm;
import io.auditspring.capture.internal.mapping.StoredForms;
import io.auditspring.capture.internal.mapping.View;
import io.auditspring.capture.internal.mapping.WrittenColumns;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import org.hibernate.bytecode.enhance.spi.LazyPropertyInitializer;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.MappingMetamodel;
import org.hibernate.metamodel.mapping.EmbeddableMappingType;
import org.hibernate.metamodel.mapping.EmbeddableValuedModelPart;
import org.hibernate.metamodel.mapping.EntityValuedModelPart;
import org.hibernate.metamodel.mapping.ModelPart;
import org.hibernate.persister.collection.CollectionPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.proxy.HibernateProxy;
import org.hibernate.type.BasicType;
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
public final class MappedValues {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private static final Comparator<Sorted> BY_VALUE = Comparator.comparing((Sorted sorted) -> sorted.number() ? 0 : 1)
		.thenComparing(
				(left, right) -> left.number() ? left.node().decimalValue().compareTo(right.node().decimalValue())
						: left.order().compareTo(right.order()));

	private final Masking masking;

	private final IdentifierText identifierText;

	private final BasicValues basics;

	private final Map<EntityPersister, Shape> identifiers = new ConcurrentHashMap<>();

	private final Map<SessionFactoryImplementor, StoredForms> forms = new ConcurrentHashMap<>();

	private final Map<ModelPart, Shape> keys = new ConcurrentHashMap<>();

	public MappedValues(Masking masking, JsonValues values, IdentifierText identifierText) {
		this.masking = masking;
		this.identifierText = identifierText;
		this.basics = new BasicValues(masking, values);
	}

	/**
	 * Takes what is known of the columns of a persistence unit.
	 * @param unit the persistence unit
	 * @param forms the forms of its columns
	 */
	public void add(SessionFactoryImplementor unit, StoredForms forms) {
		this.forms.put(unit, forms);
	}

	private StoredForms forms(SessionFactoryImplementor unit) {
		return this.forms.computeIfAbsent(unit, StoredForms::of);
	}

	/**
	 * The JSON of a value.
	 * @param type its mapped type
	 * @param shape what of it is shown
	 * @param value the value
	 * @param view where and how to look at it
	 * @return its JSON, or {@code null} where it is not loaded
	 */
	public @Nullable JsonNode node(Type type, Shape shape, @Nullable Object value, View view) {
		if (value == LazyPropertyInitializer.UNFETCHED_PROPERTY) {
			return null;
		}
		JsonNode node = open(type, shape, value, view);
		return (node != null && shape.masked() && value != null) ? PlaceholderNode.masked(node) : node;
	}

	/**
	 * What a property's column holds where another attribute writes it.
	 * @param source what writes its column
	 * @param id the entity's identifier
	 * @param state what Hibernate holds of the entity
	 * @param session the session that holds it
	 * @return the value, of a reference its identifier
	 */
	public static @Nullable Object value(Source source, Object id, @Nullable Object[] state,
			SharedSessionContractImplementor session) {
		Object writing = (source.index() >= 0) ? state[source.index()] : id;
		if (writing == null || writing == LazyPropertyInitializer.UNFETCHED_PROPERTY) {
			return writing;
		}
		if (source.isOfAnotherEntity()) {
			// Its column holds something else of the other entity, which may not be
			// loaded.
			return LazyPropertyInitializer.UNFETCHED_PROPERTY;
		}
		Object[] column = new Object[1];
		source.part().breakDownJdbcValues(writing, (index, value, selectable) -> {
			if (index == source.column()) {
				column[0] = value;
			}
		}, session);
		return (column[0] != null) ? source.mapping().convertToDomainValue(column[0]) : null;
	}

	/**
	 * The JSON of an entity's identifier, with digests in the place of secrets.
	 * @param persister the entity's persister
	 * @param id the identifier
	 * @param view where to look at it
	 * @return its JSON
	 */
	public JsonNode identifier(EntityPersister persister, @Nullable Object id, View view) {
		JsonNode node = node(persister.getIdentifierType(), identifierShape(persister), id, view);
		return (node != null) ? this.identifierText.of(node) : NODES.nullNode();
	}

	/**
	 * An identifier in text.
	 * @param persister the entity's persister
	 * @param id the identifier
	 * @param session the session that holds the entity
	 * @return the text of a simple identifier, the canonical JSON of a composite one
	 */
	public String text(EntityPersister persister, @Nullable Object id, SharedSessionContractImplementor session) {
		return text(identifier(persister, id, View.live(session, null)));
	}

	/**
	 * An identifier in text, where no session holds the entity.
	 * @param persister the entity's persister
	 * @param id the identifier
	 * @return the same text as within a session
	 */
	public String text(EntityPersister persister, Object id) {
		return text(identifier(persister, id, View.apart(persister.getFactory())));
	}

	/**
	 * The text of what an application says is the identifier of an entity.
	 * @param persister the entity's persister
	 * @param said what it says: the identifier, or a text of it
	 * @return the text that entries show, or {@code null} where what is said is to be
	 * shown as it is
	 */
	public @Nullable String textOf(EntityPersister persister, Object said) {
		if (PlainTypes.include(said.getClass())) {
			return isSecret(persister) ? secretText(identifierShape(persister), said.toString())
					: plainText(persister, said);
		}
		return persister.getIdentifierType().getReturnedClass().isInstance(said) ? text(persister, said) : null;
	}

	// Its own text unless the column shows another one, as it rounds or pads.
	private @Nullable String plainText(EntityPersister persister, Object said) {
		Type type = persister.getIdentifierType();
		StoredForm form = identifierShape(persister).form();
		boolean kept = said instanceof Long || said instanceof Integer || said instanceof UUID
				|| (said instanceof String && (form == null || !form.pads()));
		return (kept || !type.getReturnedClass().isInstance(said) || !(type instanceof BasicType<?> basic)
				|| basic.getValueConverter() != null || WrittenColumns.isForeign(basic)) ? null : text(persister, said);
	}

	// Of several parts, as entries show them, each secret one. In what an application
	// makes of them itself, nobody can tell the parts.
	private String secretText(Shape shape, String said) {
		Map<String, Shape> parts = shape.members();
		if (shape.masked() || parts == null || !(BasicValues.parsed(said) instanceof ObjectNode named)) {
			return text(this.identifierText.hidden(said));
		}
		for (Map.Entry<String, JsonNode> part : named.properties()) {
			Shape known = parts.get(part.getKey());
			if (known == null || known.masked()) {
				part.setValue(this.identifierText.hidden(text(part.getValue())));
			}
		}
		return text(named);
	}

	/**
	 * Whether an entity's identifier is secret, or a part of it.
	 * @param persister the entity's persister
	 * @return whether it is
	 */
	public boolean isSecret(EntityPersister persister) {
		Shape shape = identifierShape(persister);
		return shape.masked() || (shape.members() != null && shape.members().values().stream().anyMatch(Shape::masked));
	}

	private Shape identifierShape(EntityPersister persister) {
		return this.identifiers.computeIfAbsent(persister, (entity) -> {
			String name = entity.getIdentifierPropertyName();
			boolean masked = (name != null && this.masking.hides(entity.getMappedClass(), name)) || WrittenColumns
				.isTransformed(entity.getIdentifierMapping(), entity.getFactory().getJdbcServices().getDialect());
			// The parts of an identifier class may be properties of the entity, too.
			Map<String, Shape> parts = (entity.getIdentifierType() instanceof ComponentType type) ? parts(type, entity)
					: null;
			return new Shape(masked, parts, forms(entity.getFactory()).of(entity.getIdentifierMapping()));
		});
	}

	private Map<String, Shape> parts(ComponentType type, EntityPersister owner) {
		StoredForms forms = forms(owner.getFactory());
		Map<String, Shape> parts = new HashMap<>();
		for (String part : type.getPropertyNames()) {
			boolean masked = this.masking.hides(owner.getMappedClass(), part)
					|| this.masking.hides(type.getReturnedClass(), part);
			ModelPart column = (owner.getIdentifierMapping() instanceof EmbeddableValuedModelPart embedded)
					? embedded.findSubPart(part, null) : null;
			parts.put(part, new Shape(masked, null, forms.of(column)));
		}
		return parts;
	}

	private static String text(@Nullable JsonNode node) {
		if (node == null || node.isNull()) {
			return "";
		}
		// Equal numbers have one text, however many zeros their columns hold.
		return (node.isValueNode() && !node.isFloatingPointNumber()) ? node.asString()
				: CanonicalJson.of(node).toString();
	}

	private @Nullable JsonNode open(Type type, Shape shape, @Nullable Object value, View view) {
		if (type instanceof CollectionType collection) {
			return collection(collection, shape, value, view);
		}
		if (value == null) {
			return NODES.nullNode();
		}
		if (type instanceof EntityType entity) {
			return reference(entity.getAssociatedEntityPersister(view.factory()), value, view);
		}
		if (type.isAnyType()) {
			return anyReference(value, view);
		}
		// A time whose zone has a column of its own is one value nevertheless.
		if (type instanceof ComponentType component && !(value instanceof TemporalAccessor)) {
			return isNothing(component, value) ? NODES.nullNode() : component(component, shape, value, view);
		}
		return this.basics.node(type, shape.form(), value, view);
	}

	// Read again, a value without any is none.
	private static boolean isNothing(ComponentType type, Object value) {
		if (type.isKey()) {
			return false;
		}
		Type[] types = type.getSubtypes();
		Object[] members = type.getPropertyValues(value);
		for (int i = 0; i < members.length; i++) {
			boolean nothing = members[i] == null
					|| (types[i] instanceof ComponentType nested && isNothing(nested, members[i]));
			if (!nothing || types[i].isCollectionType()) {
				return false;
			}
		}
		return true;
	}

	private JsonNode component(ComponentType type, Shape shape, Object value, View view) {
		ObjectNode node = NODES.objectNode();
		String[] names = type.getPropertyNames();
		Object[] members = type.getPropertyValues(value);
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
		return (member != null && masked) ? member.masked(true) : member;
	}

	// An identifier class holds the identifier where the entity holds the reference.
	private JsonNode reference(EntityPersister persister, Object value, View view) {
		return identifier(persister, identifierOf(persister, value, view.session()), view);
	}

	// Of what kind it is has a column of its own.
	private JsonNode anyReference(Object value, View view) {
		MappingMetamodel entities = view.factory().getMappingMetamodel();
		EntityPersister persister = (value instanceof HibernateProxy proxy)
				? entities.getEntityDescriptor(proxy.getHibernateLazyInitializer().getEntityName())
				: entities.getEntityDescriptor(value.getClass());
		return NODES.objectNode().put("type", persister.getImportedName()).set("id", reference(persister, value, view));
	}

	/**
	 * The identifier of an entity that is referred to. Nothing is loaded.
	 * @param persister the persister of what the reference is declared to be
	 * @param value the entity, perhaps a proxy, or the identifier itself
	 * @param session the session that holds it, or {@code null}
	 * @return the identifier, or {@code null} where it has none yet
	 */
	public static @Nullable Object identifierOf(EntityPersister persister, Object value,
			@Nullable SharedSessionContractImplementor session) {
		if (value instanceof HibernateProxy proxy) {
			return proxy.getHibernateLazyInitializer().getInternalIdentifier();
		}
		return persister.getMappedClass().isInstance(value) ? persister.getIdentifier(value, session) : value;
	}

	private @Nullable JsonNode collection(CollectionType type, Shape shape, @Nullable Object value, View view) {
		CollectionPersister persister = view.factory().getMappingMetamodel().getCollectionDescriptor(type.getRole());
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
	public JsonNode elements(CollectionPersister persister, Shape shape, Object elements, View view) {
		if (CollectionTypes.isMap(persister) && elements instanceof Map<?, ?> map) {
			return object(persister, shape, map, view);
		}
		boolean ordered = CollectionTypes.isOrdered(persister);
		Type type = CollectionTypes.element(persister);
		List<JsonNode> nodes = new ArrayList<>();
		int last = 0;
		for (Object element : StoredCollections.list(elements)) {
			JsonNode node = node(type, shape.masked(false), element, view);
			if (isHeld(node)) {
				nodes.add(node);
				last = nodes.size();
			}
			else if (ordered && element == null) {
				// What comes later keeps its place.
				nodes.add(NODES.nullNode());
			}
		}
		return array(ordered ? nodes.subList(0, last) : sorted(nodes));
	}

	// No row holds nothing, nor a reference to what is not stored yet.
	private static boolean isHeld(@Nullable JsonNode element) {
		return element != null && !element.isNull();
	}

	private static List<JsonNode> sorted(List<JsonNode> nodes) {
		return nodes.stream()
			.map((node) -> new Sorted(node, node.isNumber(), node.isNumber() ? "" : PlaceholderNode.order(node)))
			.sorted(BY_VALUE)
			.map(Sorted::node)
			.toList();
	}

	private static ArrayNode array(Collection<JsonNode> nodes) {
		return NODES.arrayNode().addAll(nodes);
	}

	private JsonNode object(CollectionPersister persister, Shape shape, Map<?, ?> map, View view) {
		ModelPart index = persister.getAttributeMapping().getIndexDescriptor();
		if (map.keySet().stream().anyMatch((key) -> isRandom(index, key, view))) {
			return pairs(persister, shape, map, view);
		}
		Type type = CollectionTypes.element(persister);
		ObjectNode object = NODES.objectNode();
		map.forEach((key, value) -> {
			String name = text(this.identifierText.of(key(index, key, view)));
			JsonNode node = node(type, shape.masked(this.masking.hides(name)), value, view);
			if (isHeld(node)) {
				object.set(name, node);
			}
		});
		return object;
	}

	private JsonNode key(ModelPart part, @Nullable Object value, View view) {
		if (value == null) {
			return NODES.nullNode();
		}
		if (part instanceof EntityValuedModelPart entity) {
			return reference(entity.getEntityMappingType().getEntityPersister(), value, view);
		}
		if (part instanceof EmbeddableValuedModelPart embeddable && !(value instanceof TemporalAccessor)) {
			return key(embeddable.getEmbeddableTypeDescriptor(), value, view);
		}
		Shape shape = this.keys.computeIfAbsent(part, (key) -> {
			StoredForms forms = forms(view.factory());
			return new Shape(forms.isTransformed(key), null, forms.of(key));
		});
		JsonNode node = this.basics.node((Type) part.getSingleJdbcMapping(), shape.form(), value, view);
		return shape.masked() ? PlaceholderNode.masked(node) : node;
	}

	private JsonNode key(EmbeddableMappingType type, Object value, View view) {
		ObjectNode node = NODES.objectNode();
		type.forEachAttributeMapping((member) -> {
			String name = member.getAttributeName();
			JsonNode part = key(member, member.getValue(value), view);
			boolean masked = this.masking.hides(value.getClass(), name)
					|| this.masking.hides(type.getJavaType().getJavaTypeClass(), name);
			node.set(name, masked ? PlaceholderNode.masked(part) : part);
		});
		return node;
	}

	// What is encrypted may be another text each time, and is no name then.
	private boolean isRandom(ModelPart part, @Nullable Object key, View view) {
		return key(part, key, view) instanceof PlaceholderNode once && once.mayBeEncrypted()
				&& key(part, key, view) instanceof PlaceholderNode twice && !once.asString().equals(twice.asString());
	}

	private ArrayNode pairs(CollectionPersister persister, Shape shape, Map<?, ?> map, View view) {
		ModelPart index = persister.getAttributeMapping().getIndexDescriptor();
		Type type = CollectionTypes.element(persister);
		List<JsonNode> pairs = new ArrayList<>();
		map.forEach((key, value) -> {
			JsonNode node = node(type, shape.masked(false), value, view);
			if (isHeld(node)) {
				ObjectNode pair = NODES.objectNode();
				pair.set("key", this.identifierText.of(key(index, key, view)));
				pair.set("value", node);
				pairs.add(pair);
			}
		});
		return array(sorted(pairs));
	}

	private record Sorted(JsonNode node, boolean number, String order) {

	}

}
