/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.beans.Introspector;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

import io.auditspring.Sensitive;
import org.jspecify.annotations.Nullable;

import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.StringUtils;

/**
 * Knows which members of a class are marked with {@link Sensitive}. Where the mark stands
 * is a matter of language and taste: on the field, on a method that reads or writes it,
 * here or in a supertype, or on the constructor's parameter, which is where Kotlin puts
 * it.
 */
final class SensitiveMembers {

	private static final ClassValue<Set<String>> NAMES = new ClassValue<>() {

		@Override
		protected Set<String> computeValue(Class<?> type) {
			Set<String> names = new HashSet<>();
			Supertypes.of(type).forEach((each) -> collect(each, names));
			Class<?> built = built(type);
			if (built != null) {
				Supertypes.of(built).forEach((each) -> collect(each, names));
			}
			return Set.copyOf(names);
		}

	};

	private static final ParameterNameDiscoverer PARAMETER_NAMES = new DefaultParameterNameDiscoverer();

	private SensitiveMembers() {
	}

	/**
	 * The members that are marked.
	 * @param type the class
	 * @return their names: those of the fields and of the properties
	 */
	static Set<String> of(Class<?> type) {
		return NAMES.get(type);
	}

	/**
	 * Whether something carries the mark, or an annotation that does.
	 * @param element the element
	 * @return whether it is marked
	 */
	static boolean isMarked(AnnotatedElement element) {
		return AnnotatedElementUtils.isAnnotated(element, Sensitive.class);
	}

	// What a builder was told is what it builds: Lombok marks the latter only.
	private static @Nullable Class<?> built(Class<?> type) {
		return type.getName().startsWith("java.") ? null
				: Arrays.stream(type.getDeclaredMethods())
					.filter((method) -> method.getName().equals("build") && method.getParameterCount() == 0)
					.map(Method::getReturnType)
					.filter((built) -> built != Object.class && !built.isPrimitive())
					.findFirst()
					.orElse(null);
	}

	private static void collect(Class<?> type, Set<String> names) {
		if (type.getName().startsWith("java.")) {
			return;
		}
		for (Field field : type.getDeclaredFields()) {
			if (isMarked(field)) {
				names.add(field.getName());
			}
		}
		for (Method method : type.getDeclaredMethods()) {
			if (isMarked(method) || (method.getParameterCount() == 1 && isMarked(method.getParameters()[0]))) {
				names.addAll(properties(method.getName()));
			}
		}
		for (Constructor<?> constructor : type.getDeclaredConstructors()) {
			collect(type, constructor, names);
		}
		RecordComponent[] components = type.getRecordComponents();
		if (components != null) {
			Arrays.stream(components)
				.filter(SensitiveMembers::isMarked)
				.map(RecordComponent::getName)
				.forEach(names::add);
		}
	}

	private static void collect(Class<?> type, Constructor<?> constructor, Set<String> names) {
		Parameter[] parameters = constructor.getParameters();
		for (int i = 0; i < parameters.length; i++) {
			if (isMarked(parameters[i])) {
				String name = name(written(type, constructor), i);
				names.addAll((name != null) ? Set.of(name) : membersOf(type, parameters[i].getType()));
			}
		}
	}

	// Where a parameter is of a value class, Kotlin hides the constructor that was
	// written
	// behind a nameless one with a further parameter, which gets the annotations.
	private static Constructor<?> written(Class<?> type, Constructor<?> constructor) {
		if (!constructor.isSynthetic()) {
			return constructor;
		}
		Class<?>[] types = constructor.getParameterTypes();
		return Arrays.stream(type.getDeclaredConstructors())
			.filter((other) -> Arrays.equals(other.getParameterTypes(), Arrays.copyOf(types, types.length - 1)))
			.findFirst()
			.orElse(constructor);
	}

	private static @Nullable String name(Constructor<?> constructor, int index) {
		Parameter parameter = constructor.getParameters()[Math.min(index, constructor.getParameterCount() - 1)];
		if (parameter.isNamePresent()) {
			return parameter.getName();
		}
		@Nullable String @Nullable [] names = PARAMETER_NAMES.getParameterNames(constructor);
		return (names != null && index < names.length) ? names[index] : null;
	}

	// Compiled without the names of parameters: which of them is meant nobody can tell.
	private static Set<String> membersOf(Class<?> type, Class<?> memberType) {
		Set<String> names = new HashSet<>();
		for (Field field : type.getDeclaredFields()) {
			if (field.getType() == memberType && !Modifier.isStatic(field.getModifiers())) {
				names.add(field.getName());
			}
		}
		for (Method method : type.getDeclaredMethods()) {
			if (method.getReturnType() == memberType && method.getParameterCount() == 0) {
				names.addAll(properties(method.getName()));
			}
		}
		return names;
	}

	/**
	 * The properties that a member may give.
	 * @param member a field or a method
	 * @return their names
	 */
	static Set<String> properties(Member member) {
		return (member instanceof Method) ? properties(member.getName()) : Set.of(member.getName());
	}

	/**
	 * The properties that a method may stand for.
	 * @param method its name; Kotlin adds a suffix to some
	 * @return the names
	 */
	static Set<String> properties(String method) {
		String name = beforeFirst(beforeFirst(method, '$'), '-');
		Set<String> properties = new HashSet<>(Set.of(name));
		for (String prefix : new String[] { "get", "set", "is" }) {
			if (name.startsWith(prefix) && name.length() > prefix.length()) {
				String property = name.substring(prefix.length());
				properties.add(Introspector.decapitalize(property));
				properties.add(StringUtils.uncapitalize(property));
			}
		}
		return properties;
	}

	private static String beforeFirst(String name, char mark) {
		return (name.indexOf(mark) > 0) ? name.substring(0, name.indexOf(mark)) : name;
	}

}
