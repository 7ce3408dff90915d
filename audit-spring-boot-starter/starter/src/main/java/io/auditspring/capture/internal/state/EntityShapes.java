/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.auditspring.capture.internal.mapping.EntityShape;
import io.auditspring.capture.internal.mapping.EntityShape.Property;
import io.auditspring.capture.internal.mapping.EntityShape.Shape;
import io.auditspring.capture.internal.mapping.EntityShape.Written;
import io.auditspring.capture.internal.mapping.Exclusions;
import io.auditspring.capture.internal.mapping.StateSource;
import io.auditspring.capture.internal.mapping.StateSource.Members;
import io.auditspring.capture.internal.mapping.StoredForm;
import io.auditspring.capture.internal.mapping.StoredForms;
import io.auditspring.capture.internal.mapping.WrittenColumns;
import io.auditspring.capture.internal.value.Masking;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.metamodel.mapping.AttributeMapping;
import org.hibernate.metamodel.mapping.EmbeddableMappingType;
import org.hibernate.metamodel.mapping.EmbeddableValuedModelPart;
import org.hibernate.metamodel.mapping.ModelPart;
import org.hibernate.metamodel.mapping.PluralAttributeMapping;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.type.CollectionType;
import org.hibernate.type.ComponentType;
import org.hibernate.type.Type;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what the state of each entity shows, and what of it is to be masked.
 */
final class EntityShapes {

	private final StateSource source;

	private final Exclusions exclusions;

	private final SessionFactoryImplementor sessionFactory;

	private final StoredForms forms;

	private final Masking masking;

	private final Map<EntityPersister, EntityShape> shapes = new ConcurrentHashMap<>();

	EntityShapes(StateSource source, Exclusions exclusions, SessionFactoryImplementor sessionFactory, StoredForms forms,
			Masking masking) {
		this.source = source;
		this.exclusions = exclusions;
		this.sessionFactory = sessionFactory;
		this.forms = forms;
		this.masking = masking;
	}

	EntityShape of(EntityPersister persister) {
		EntityShape known = this.shapes.get(persister);
		return (known != null) ? known : this.shapes.computeIfAbsent(persister, this::read);
	}

	private EntityShape read(EntityPersister persister) {
		Members members = this.source.members(persister);
		List<Property> properties = new ArrayList<>();
		String[] names = persister.getPropertyNames();
		for (int i = 0; i < names.length; i++) {
			AttributeMapping attribute = persister.findAttributeMapping(names[i]);
			// Hibernate has some of its own, which no attribute stands for.
			if (attribute != null && isShown(members, persister.getMappedClass(), names[i])) {
				Type type = persister.getPropertyTypes()[i];
				Written written = WrittenColumns.written(persister, type, attribute);
				if (written != Written.ELSEWHERE) {
					properties.add(new Property(i, names[i], type,
							shape(members, type, persister.getMappedClass(), names[i], attribute), written,
							persister.isDynamicInsert() && this.forms.isDefaulted(attribute)));
				}
			}
		}
		return new EntityShape(List.copyOf(properties), this.source.leftOut(persister));
	}

	private boolean isShown(Members members, Class<?> owner, String name) {
		return members.include(owner, name) && !this.exclusions.exclude(owner, name);
	}

	private Shape shape(Members siblings, Type type, Class<?> owner, String name, @Nullable ModelPart part) {
		ModelPart values = (part instanceof PluralAttributeMapping plural) ? plural.getElementDescriptor() : part;
		EmbeddableMappingType embeddable = (values instanceof EmbeddableValuedModelPart embedded)
				? embedded.getEmbeddableTypeDescriptor() : null;
		ComponentType component = component(type);
		Map<String, Shape> members = (component != null) ? members(siblings.of(name), component, embeddable) : null;
		boolean masked = this.masking.hides(owner, name)
				|| (members == null && values != null && this.forms.isTransformed(values));
		return new Shape(masked, members, form(values));
	}

	private @Nullable ComponentType component(Type type) {
		Type values = (type instanceof CollectionType collection) ? collection.getElementType(this.sessionFactory)
				: type;
		return (values instanceof ComponentType component) ? component : null;
	}

	private @Nullable StoredForm form(@Nullable ModelPart part) {
		// A time whose offset has a column of its own comes first.
		if (part instanceof EmbeddableValuedModelPart embedded
				&& Temporal.class.isAssignableFrom(embedded.getJavaType().getJavaTypeClass())) {
			return this.forms.of(embedded.getSelectable(0));
		}
		return this.forms.of(part);
	}

	private Map<String, Shape> members(Members members, ComponentType type,
			@Nullable EmbeddableMappingType embeddable) {
		Map<String, Shape> shapes = new HashMap<>();
		String[] names = type.getPropertyNames();
		for (int i = 0; i < names.length; i++) {
			AttributeMapping attribute = (embeddable != null) ? embeddable.findAttributeMapping(names[i]) : null;
			if (isShown(members, type.getReturnedClass(), names[i]) && !WrittenColumns.isComputed(attribute)) {
				shapes.put(names[i],
						shape(members, type.getSubtypes()[i], type.getReturnedClass(), names[i], attribute));
			}
		}
		return shapes;
	}

}
