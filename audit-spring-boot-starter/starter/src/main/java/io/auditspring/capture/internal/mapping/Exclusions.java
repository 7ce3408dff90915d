/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.mapping;

import java.beans.Introspector;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.auditspring.AuditIgnore;
import jakarta.persistence.MappedSuperclass;
import org.hibernate.persister.entity.EntityPersister;

import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.PatternMatchUtils;

/**
 * Knows what somebody has asked to leave out: with an annotation of ours, of Envers or of
 * Hibernate's own auditing, or in the settings. Of entities there are also those of the
 * application's infrastructure.
 */
public final class Exclusions {

	/** By name, as not every application has them all. */
	private static final List<String> ANNOTATIONS = List.of(AuditIgnore.class.getName(),
			"org.hibernate.envers.NotAudited", "org.hibernate.annotations.Audited.Excluded",
			"org.hibernate.annotations.Audited$Excluded");

	private static final String REVISION = "org.hibernate.envers.RevisionEntity";

	/** Their rows say how the application works, not what somebody did. */
	private static final List<String> INFRASTRUCTURE = List.of("org.hibernate.", "org.springframework.modulith.",
			"org.axonframework.", "io.auditspring.query.AuditEntry");

	private final String[] patterns;

	private final Predicate<EntityPersister> generated;

	private final Map<Class<?>, Set<String>> properties = new ConcurrentHashMap<>();

	/**
	 * Creates them.
	 * @param patterns the names of entities, short or long, with {@code *} for any text
	 * @param generated tells the entities that nobody has written, such as those of
	 * Envers' tables
	 */
	public Exclusions(Collection<String> patterns, Predicate<EntityPersister> generated) {
		this.patterns = patterns.toArray(String[]::new);
		this.generated = generated;
	}

	/**
	 * Whether an entity is left out.
	 * @param persister its persister
	 * @return whether it is
	 */
	public boolean exclude(EntityPersister persister) {
		Class<?> type = persister.getMappedClass();
		return this.generated.test(persister) || INFRASTRUCTURE.stream().anyMatch(persister.getEntityName()::startsWith)
				|| names(persister).anyMatch((name) -> PatternMatchUtils.simpleMatch(this.patterns, name))
				|| isAnnotated(type, REVISION) || hierarchy(type).anyMatch(Exclusions::isMarkedEntity);
	}

	private static Stream<String> names(EntityPersister persister) {
		return Stream.of(persister.getEntityName(), persister.getImportedName(),
				persister.getMappedClass().getSimpleName());
	}

	private static boolean isMarkedEntity(Class<?> type) {
		return type.isAnnotationPresent(AuditIgnore.class) && !type.isAnnotationPresent(MappedSuperclass.class);
	}

	/**
	 * Whether a property is left out.
	 * @param owner the class of an entity or an embedded value
	 * @param property the property's name
	 * @return whether it is
	 */
	public boolean exclude(Class<?> owner, String property) {
		return of(owner).contains(property);
	}

	/**
	 * The properties that are left out.
	 * @param owner the class of an entity or an embedded value
	 * @return their names
	 */
	Set<String> of(Class<?> owner) {
		Set<String> known = this.properties.get(owner);
		return (known != null) ? known : this.properties.computeIfAbsent(owner, Exclusions::read);
	}

	private static Set<String> read(Class<?> owner) {
		Set<String> names = new HashSet<>();
		hierarchy(owner).forEach((type) -> {
			boolean all = type != owner && type.isAnnotationPresent(AuditIgnore.class)
					&& type.isAnnotationPresent(MappedSuperclass.class);
			for (Field field : type.getDeclaredFields()) {
				if (all || isMarked(field)) {
					names.add(field.getName());
				}
			}
			for (Method method : type.getDeclaredMethods()) {
				if (method.getParameterCount() == 0 && (all || isMarked(method))) {
					names.add(property(method.getName()));
				}
			}
		});
		return Set.copyOf(names);
	}

	private static String property(String getter) {
		for (String prefix : List.of("get", "is")) {
			if (getter.startsWith(prefix) && getter.length() > prefix.length()) {
				return Introspector.decapitalize(getter.substring(prefix.length()));
			}
		}
		return getter;
	}

	private static Stream<Class<?>> hierarchy(Class<?> type) {
		return Stream.iterate(type, (each) -> each != null && each != Object.class, Class::getSuperclass);
	}

	private static boolean isMarked(AnnotatedElement element) {
		return ANNOTATIONS.stream().anyMatch((annotation) -> isAnnotated(element, annotation));
	}

	private static boolean isAnnotated(AnnotatedElement element, String annotation) {
		return AnnotatedElementUtils.isAnnotated(element, annotation);
	}

}
