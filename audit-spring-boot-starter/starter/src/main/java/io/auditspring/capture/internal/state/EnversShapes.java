package io.auditspring.capture.internal.state;

import java.beans.PropertyDescriptor;
import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.auditspring.capture.internal.mapping.EntityShape;
import io.auditspring.capture.internal.mapping.EntityShape.Property;
import io.auditspring.capture.internal.mapping.EntityShape.Shape;
import io.auditspring.capture.internal.mapping.EntityShape.Written;
import io.auditspring.capture.internal.mapping.InheritedColumns;
import io.auditspring.capture.internal.mapping.StoredForm;
import io.auditspring.capture.internal.mapping.StoredForms;
import io.auditspring.capture.internal.mapping.WrittenColumns;
import io.auditspring.capture.internal.value.Masking;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.envers.NotAudited;
import org.hibernate.envers.internal.entities.EntitiesConfigurations;
import org.hibernate.envers.internal.entities.mapper.CompositeMapperBuilder;
import org.hibernate.envers.internal.entities.mapper.PropertyMapper;
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

import org.springframework.beans.BeanUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Finds out what Envers audits of each entity, and what of it is to be masked.
 */
final class EnversShapes {

	private final EntitiesConfigurations audited;

	private final SessionFactoryImplementor sessionFactory;

	private final StoredForms forms;

	private final Masking masking;

	private final Map<EntityPersister, EntityShape> shapes = new ConcurrentHashMap<>();

	EnversShapes(EntitiesConfigurations audited, SessionFactoryImplementor sessionFactory, StoredForms forms,
			Masking masking) {
		this.audited = audited;
		this.sessionFactory = sessionFactory;
		this.forms = forms;
		this.masking = masking;
	}

	EntityShape of(EntityPersister persister) {
		EntityShape known = this.shapes.get(persister);
		return (known != null) ? known : this.shapes.computeIfAbsent(persister, this::read);
	}

	/**
	 * Tells of columns that are left out, though nobody said so.
	 */
	void warnOfInherited() {
		InheritedColumns inherited = new InheritedColumns();
		this.sessionFactory.getMappingMetamodel().forEachEntityDescriptor((persister) -> {
			if (this.audited.isVersioned(persister.getEntityName())) {
				inherited.add(persister.getEntityName(),
						InheritedColumns.leftOut(persister, mappers(persister).keySet()));
			}
		});
		inherited.warn();
	}

	private Map<String, PropertyMapper> mappers(EntityPersister persister) {
		Map<String, PropertyMapper> mappers = new HashMap<>();
		this.audited.get(persister.getEntityName()).getPropertyMapper().getProperties().forEach((data, mapper) -> {
			if (!data.isSynthetic()) {
				mappers.put(data.getName(), mapper);
			}
		});
		return mappers;
	}

	private EntityShape read(EntityPersister persister) {
		Map<String, PropertyMapper> mappers = mappers(persister);
		List<Property> properties = new ArrayList<>();
		String[] names = persister.getPropertyNames();
		for (int i = 0; i < names.length; i++) {
			PropertyMapper mapper = mappers.get(names[i]);
			if (mapper != null) {
				Type type = persister.getPropertyTypes()[i];
				AttributeMapping attribute = persister.findAttributeMapping(names[i]);
				Written written = WrittenColumns.written(persister, type, attribute);
				if (written != Written.ELSEWHERE) {
					properties.add(new Property(i, names[i], type,
							shape(mapper, type, persister.getMappedClass(), names[i], attribute), written,
							persister.isDynamicInsert() && this.forms.isDefaulted(attribute)));
				}
			}
		}
		return new EntityShape(List.copyOf(properties),
				Set.copyOf(InheritedColumns.leftOut(persister, mappers.keySet()).keySet()));
	}

	private Shape shape(@Nullable PropertyMapper mapper, Type type, Class<?> owner, String name,
			@Nullable ModelPart part) {
		ModelPart values = (part instanceof PluralAttributeMapping plural) ? plural.getElementDescriptor() : part;
		EmbeddableMappingType embeddable = (values instanceof EmbeddableValuedModelPart embedded)
				? embedded.getEmbeddableTypeDescriptor() : null;
		Map<String, Shape> members = members(mapper, type, embeddable);
		boolean masked = this.masking.hides(owner, name)
				|| (members == null && values != null && this.forms.isTransformed(values));
		return new Shape(masked, members, form(values));
	}

	private @Nullable StoredForm form(@Nullable ModelPart part) {
		// A time whose offset has a column of its own comes first.
		if (part instanceof EmbeddableValuedModelPart embedded
				&& Temporal.class.isAssignableFrom(embedded.getJavaType().getJavaTypeClass())) {
			return this.forms.of(embedded.getSelectable(0));
		}
		return this.forms.of(part);
	}

	private @Nullable Map<String, Shape> members(@Nullable PropertyMapper mapper, Type type,
			@Nullable EmbeddableMappingType embeddable) {
		if (type instanceof ComponentType component) {
			return (mapper instanceof CompositeMapperBuilder composite) ? members(composite, component, embeddable)
					: members(component, embeddable);
		}
		if (type instanceof CollectionType collection
				&& collection.getElementType(this.sessionFactory) instanceof ComponentType element) {
			return members(element, embeddable);
		}
		return null;
	}

	private static @Nullable ModelPart part(@Nullable EmbeddableMappingType embeddable, String name) {
		return (embeddable != null) ? embeddable.findAttributeMapping(name) : null;
	}

	private Map<String, Shape> members(CompositeMapperBuilder mapper, ComponentType type,
			@Nullable EmbeddableMappingType embeddable) {
		Map<String, Shape> members = new HashMap<>();
		mapper.getProperties().forEach((data, member) -> {
			String name = data.getBeanName();
			if (!data.isSynthetic() && name != null) {
				Type memberType = type.getSubtypes()[type.getPropertyIndex(name)];
				members.put(name, shape(member, memberType, type.getReturnedClass(), name, part(embeddable, name)));
			}
		});
		return members;
	}

	// Of the elements of a collection Envers keeps no mapper that can be asked.
	private Map<String, Shape> members(ComponentType type, @Nullable EmbeddableMappingType embeddable) {
		Map<String, Shape> members = new HashMap<>();
		String[] names = type.getPropertyNames();
		for (int i = 0; i < names.length; i++) {
			if (!isAnnotated(type.getReturnedClass(), names[i], NotAudited.class)) {
				members.put(names[i], shape(null, type.getSubtypes()[i], type.getReturnedClass(), names[i],
						part(embeddable, names[i])));
			}
		}
		return members;
	}

	private static boolean isAnnotated(Class<?> owner, String property, Class<? extends Annotation> annotation) {
		Field field = ReflectionUtils.findField(owner, property);
		if (field != null && field.isAnnotationPresent(annotation)) {
			return true;
		}
		PropertyDescriptor descriptor = BeanUtils.getPropertyDescriptor(owner, property);
		return descriptor != null && descriptor.getReadMethod() != null
				&& descriptor.getReadMethod().isAnnotationPresent(annotation);
	}

}
