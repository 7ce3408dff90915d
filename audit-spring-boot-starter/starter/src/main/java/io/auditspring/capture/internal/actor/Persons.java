/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.security.Principal;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import io.auditspring.Actor;
import io.auditspring.capture.internal.state.EntityIdentifiers;
import io.auditspring.capture.internal.value.PlainTypes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringUtils;

/**
 * Tells who somebody is whom the application describes with a type of its own. The text
 * of an object is never taken for that: it may hold anything, such as the hash of a
 * password, or change with each start.
 */
final class Persons {

	private static final Logger logger = LoggerFactory.getLogger(Persons.class);

	private final @Nullable SecurityNames names;

	private final EntityIdentifiers entities;

	private final @Nullable String idProperty;

	private final @Nullable String nameProperty;

	private final Map<Class<?>, Optional<Method>> wrappers = new ConcurrentHashMap<>();

	private final Set<Class<?>> told = ConcurrentHashMap.newKeySet();

	Persons(@Nullable SecurityNames names, EntityIdentifiers entities, @Nullable String idProperty,
			@Nullable String nameProperty) {
		this.names = names;
		this.entities = entities;
		this.idProperty = idProperty;
		this.nameProperty = nameProperty;
	}

	/**
	 * Who somebody is.
	 * @param person an actor, a principal, an entity, a plain value such as a number or a
	 * text, or anything that has the configured property
	 * @return the actor; with the id {@code unknown} where nothing tells
	 */
	Actor actor(Object person) {
		Object principal = inner((this.names != null) ? this.names.unwrapped(person) : person);
		return (principal instanceof Actor actor) ? actor : described(principal);
	}

	// Apache Shiro puts a principal around whatever a realm gives, named by its text.
	private Object inner(Object person) {
		if (!(person instanceof Principal principal)) {
			return person;
		}
		Object inner = this.wrappers.computeIfAbsent(person.getClass(), Persons::object)
			.map((getter) -> ReflectionUtils.invokeMethod(getter, person))
			.orElse(null);
		return (inner != null && inner.toString().equals(principal.getName())) ? inner : person;
	}

	private static Optional<Method> object(Class<?> type) {
		Method getter = ReflectionUtils.findMethod(type, "getObject");
		if (getter == null || getter.getReturnType() == void.class) {
			return Optional.empty();
		}
		ReflectionUtils.makeAccessible(getter);
		return Optional.of(getter);
	}

	private Actor described(Object person) {
		String id = id(person);
		if (id == null) {
			tellOnce(person.getClass());
			return Actor.user(ActorSource.UNKNOWN, person.getClass().getName());
		}
		String name = property(person, this.nameProperty);
		if (name == null && id.equals(entry(person))) {
			name = name(person);
		}
		if (this.names != null && this.names.isCredential(person, id, this.entities.masking())) {
			String digest = this.entities.digest(id);
			return Actor.apiKey(digest, (name != null) ? name : digest);
		}
		return Actor.user(id, (name != null) ? name : id);
	}

	private @Nullable String id(Object person) {
		String id = property(person, this.idProperty);
		if (id == null) {
			id = entry(person);
		}
		if (id == null) {
			id = name(person);
		}
		return (id != null) ? id : this.entities.describe(person);
	}

	private @Nullable String entry(Object person) {
		return (this.names != null) ? this.names.entryOf(person) : null;
	}

	private @Nullable String name(Object person) {
		@Nullable String name = (this.names != null) ? this.names.of(person) : null;
		if (name == null && person instanceof Principal principal) {
			name = principal.getName();
		}
		if (name == null && PlainTypes.include(person.getClass())) {
			name = person.toString();
		}
		return (name != null && !PrintedObjects.include(name)) ? name : null;
	}

	private static @Nullable String property(Object person, @Nullable String name) {
		if (name == null || PlainTypes.include(person.getClass())) {
			return null;
		}
		Object value = read(person, name);
		return (value != null && PlainTypes.include(value.getClass())) ? value.toString() : null;
	}

	private static @Nullable Object read(Object person, String name) {
		Method getter = getter(person.getClass(), name);
		if (getter != null) {
			ReflectionUtils.makeAccessible(getter);
			return ReflectionUtils.invokeMethod(getter, person);
		}
		Field field = ReflectionUtils.findField(person.getClass(), name);
		if (field == null) {
			return null;
		}
		ReflectionUtils.makeAccessible(field);
		return ReflectionUtils.getField(field, person);
	}

	private static @Nullable Method getter(Class<?> type, String name) {
		return Stream.of("get" + StringUtils.capitalize(name), name)
			.map((method) -> ReflectionUtils.findMethod(type, method))
			.filter((method) -> method != null && method.getReturnType() != void.class)
			.findFirst()
			.orElse(null);
	}

	/**
	 * Whether objects of a type can be told from each other, as far as the type tells.
	 * @param type the type
	 * @return {@code false} if all of them are unknown
	 */
	public boolean mayKnow(Class<?> type) {
		boolean anything = type.isInterface() || type == Object.class;
		boolean named = Actor.class.isAssignableFrom(type) || Principal.class.isAssignableFrom(type)
				|| PlainTypes.include(type) || (this.names != null && this.names.isNamed(type));
		return anything || named || this.entities.includes(type) || has(type, this.idProperty);
	}

	private static boolean has(Class<?> type, @Nullable String property) {
		return property != null
				&& (getter(type, property) != null || ReflectionUtils.findField(type, property) != null);
	}

	private void tellOnce(Class<?> type) {
		if (this.told.add(type)) {
			logger.warn("Who acts is recorded as '{}': {} is no principal with a name, no entity and no plain "
					+ "value; the text of an object is none. "
					+ "Set audit.actor.id-property to the property that tells them apart, "
					+ "or declare an ActorResolver", ActorSource.UNKNOWN, type.getName());
		}
	}

}
