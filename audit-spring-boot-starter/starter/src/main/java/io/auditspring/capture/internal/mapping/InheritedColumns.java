/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.mapping;

import java.beans.PropertyDescriptor;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import jakarta.persistence.MappedSuperclass;
import org.hibernate.envers.AuditOverride;
import org.hibernate.envers.AuditOverrides;
import org.hibernate.envers.Audited;
import org.hibernate.envers.NotAudited;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.BeanUtils;

/**
 * Finds the columns that an entity inherits from a mapped superclass which nobody told
 * Envers to audit: by its rules they are left out in silence.
 */
public final class InheritedColumns {

	private static final Logger logger = LoggerFactory.getLogger(InheritedColumns.class);

	private final Map<Class<?>, Set<String>> properties = new TreeMap<>(Comparator.comparing(Class::getName));

	private final Map<Class<?>, Set<String>> entities = new HashMap<>();

	/**
	 * The properties that are left out, though nobody said so.
	 * @param persister the entity's persister
	 * @param audited the properties that Envers audits
	 * @return their names, each with the mapped superclass that has it
	 */
	public static Map<String, Class<?>> leftOut(EntityPersister persister, Set<String> audited) {
		Map<String, Class<?>> leftOut = new TreeMap<>();
		String[] names = persister.getPropertyNames();
		for (int i = 0; i < names.length; i++) {
			if (!audited.contains(names[i]) && i != persister.getVersionPropertyIndex()) {
				Class<?> superclass = silentSuperclass(persister.getMappedClass(), names[i]);
				if (superclass != null) {
					leftOut.put(names[i], superclass);
				}
			}
		}
		return leftOut;
	}

	private static @Nullable Class<?> silentSuperclass(Class<?> entity, String property) {
		for (Class<?> type = entity.getSuperclass(); type != null
				&& type != Object.class; type = type.getSuperclass()) {
			if (declares(type, property)) {
				boolean silent = type.isAnnotationPresent(MappedSuperclass.class) && !speaks(type)
						&& !isNotAudited(type, property) && !isOverridden(entity, type, property);
				return silent ? type : null;
			}
		}
		return null;
	}

	// Whoever marks some of its properties leaves out the others knowingly.
	private static boolean speaks(Class<?> type) {
		return type.isAnnotationPresent(Audited.class)
				|| Stream.concat(Arrays.stream(type.getDeclaredFields()), Arrays.stream(type.getDeclaredMethods()))
					.anyMatch((member) -> member.isAnnotationPresent(Audited.class));
	}

	private static boolean declares(Class<?> type, String property) {
		return field(type, property) != null || getter(type, property) != null;
	}

	private static @Nullable Field field(Class<?> type, String property) {
		return Arrays.stream(type.getDeclaredFields())
			.filter((field) -> field.getName().equals(property))
			.findFirst()
			.orElse(null);
	}

	private static @Nullable AnnotatedElement getter(Class<?> type, String property) {
		PropertyDescriptor descriptor = BeanUtils.getPropertyDescriptor(type, property);
		return (descriptor != null && descriptor.getReadMethod() != null
				&& descriptor.getReadMethod().getDeclaringClass() == type) ? descriptor.getReadMethod() : null;
	}

	private static boolean isNotAudited(Class<?> type, String property) {
		AnnotatedElement field = field(type, property);
		AnnotatedElement getter = getter(type, property);
		return (field != null && field.isAnnotationPresent(NotAudited.class))
				|| (getter != null && getter.isAnnotationPresent(NotAudited.class));
	}

	private static boolean isOverridden(Class<?> entity, Class<?> superclass, String property) {
		for (Class<?> type = entity; type != null && type != superclass; type = type.getSuperclass()) {
			for (AuditOverride override : overrides(type)) {
				boolean meant = override.name().isEmpty() || override.name().equals(property);
				if (meant && !override.isAudited()
						&& (override.forClass() == void.class || override.forClass() == superclass)) {
					return true;
				}
			}
		}
		return false;
	}

	private static AuditOverride[] overrides(Class<?> type) {
		AuditOverrides several = type.getDeclaredAnnotation(AuditOverrides.class);
		return (several != null) ? several.value() : type.getDeclaredAnnotationsByType(AuditOverride.class);
	}

	/**
	 * Adds those of one entity to what the start tells.
	 * @param entity the entity's name
	 * @param leftOut what is left out of it
	 */
	public void add(String entity, Map<String, Class<?>> leftOut) {
		leftOut.forEach((property, superclass) -> {
			this.properties.computeIfAbsent(superclass, (type) -> new TreeSet<>()).add(property);
			this.entities.computeIfAbsent(superclass, (type) -> new TreeSet<>()).add(entity);
		});
	}

	/**
	 * Tells them, once for each mapped superclass.
	 */
	public void warn() {
		this.properties.forEach((superclass, names) -> logger.warn("""
				Envers does not audit {} of the mapped superclass {}, so the states of {} lack them: \
				annotate the superclass with @org.hibernate.envers.Audited, or the entities with \
				@AuditOverride(forClass = {}.class); with isAudited = false if it is meant so""", names,
				superclass.getName(), this.entities.get(superclass), superclass.getSimpleName()));
	}

}
