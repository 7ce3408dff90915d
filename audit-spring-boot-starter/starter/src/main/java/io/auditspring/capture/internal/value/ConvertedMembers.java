/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.lang.reflect.Field;

import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.metamodel.mapping.AttributeMapping;
import org.hibernate.metamodel.mapping.EmbeddableMappingType;
import org.hibernate.metamodel.mapping.EmbeddableValuedModelPart;
import org.hibernate.metamodel.mapping.JdbcMapping;
import org.hibernate.metamodel.mapping.ModelPart;
import org.hibernate.metamodel.mapping.NonAggregatedIdentifierMapping;
import org.hibernate.metamodel.mapping.PluralAttributeMapping;
import org.hibernate.type.BasicType;
import org.hibernate.type.descriptor.converter.spi.JpaAttributeConverter;

import org.springframework.util.ReflectionUtils;

/**
 * Finds the members of entities that are converted without an annotation that says so:
 * converters and types may be registered for a class of values, wherever there are any.
 */
public final class ConvertedMembers {

	private final Masking masking;

	private ConvertedMembers(Masking masking) {
		this.masking = masking;
	}

	/**
	 * Finds them.
	 * @param unit the persistence unit
	 * @param masking takes what is found
	 */
	public static void find(SessionFactoryImplementor unit, Masking masking) {
		ConvertedMembers members = new ConvertedMembers(masking);
		unit.getMappingMetamodel().forEachEntityDescriptor((persister) -> {
			persister.forEachAttributeMapping((attribute) -> members.read(persister.getMappedClass(), attribute));
			if (persister.getIdentifierMapping() instanceof NonAggregatedIdentifierMapping identifier
					&& identifier.getIdClassEmbeddable() != null) {
				members.readIdClass(persister.getMappedClass(), identifier.getIdClassEmbeddable());
			}
		});
	}

	// What is secret is said in the entity, and its class of identifiers has it, too.
	private void readIdClass(Class<?> owner, EmbeddableMappingType identifier) {
		identifier.forEachAttributeMapping((member) -> {
			if (this.masking.hides(owner, member.getAttributeName())) {
				this.masking.encrypt(identifier.getMappedJavaType().getJavaTypeClass(), member.getAttributeName(),
						PlainTypes.include(member.getJavaType().getJavaTypeClass()));
			}
		});
	}

	private void read(Class<?> owner, AttributeMapping attribute) {
		ModelPart values = (attribute instanceof PluralAttributeMapping plural) ? plural.getElementDescriptor()
				: attribute;
		if (values instanceof EmbeddableValuedModelPart embedded) {
			Class<?> type = embedded.getEmbeddableTypeDescriptor().getMappedJavaType().getJavaTypeClass();
			embedded.getEmbeddableTypeDescriptor().forEachAttributeMapping((member) -> read(type, member));
		}
		else if (attribute == values && attribute.asBasicValuedModelPart() != null
				&& isConverted(attribute.asBasicValuedModelPart().getJdbcMapping())) {
			add(owner, attribute);
		}
	}

	// Also where it is declared, as whoever reads the object sees it there.
	private void add(Class<?> owner, AttributeMapping attribute) {
		Class<?> type = attribute.getJavaType().getJavaTypeClass();
		if (type.isEnum() || type == Boolean.class) {
			return;
		}
		String name = attribute.getAttributeName();
		this.masking.encrypt(owner, name, PlainTypes.include(type) || type == byte[].class);
		Field field = ReflectionUtils.findField(owner, name);
		if (field != null) {
			this.masking.encrypt(field.getDeclaringClass(), name, PlainTypes.include(type) || type == byte[].class);
		}
	}

	private static boolean isConverted(JdbcMapping mapping) {
		return mapping instanceof BasicType<?> basic
				&& basic.getValueConverter() instanceof JpaAttributeConverter<?, ?> converter
				&& !converter.getConverterBean().getBeanClass().getName().startsWith("org.hibernate.");
	}

}
