/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.expression;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.auditspring.Audited;
import io.auditspring.capture.internal.value.Supertypes;
import org.jspecify.annotations.Nullable;

import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;

/**
 * What the parameters of a method are called: by itself, and by the methods of interfaces
 * and superclasses that it stands for. A lambda and a proxy give them no names.
 */
public final class ParameterNames {

	private static final ParameterNameDiscoverer NAMES = new DefaultParameterNameDiscoverer();

	private final List<Set<String>> all = new ArrayList<>();

	private final List<Set<String>> usable = new ArrayList<>();

	/**
	 * Finds them.
	 * @param method the method
	 * @param type the class of the bean
	 */
	public ParameterNames(Method method, Class<?> type) {
		for (int i = 0; i < method.getParameterCount(); i++) {
			this.all.add(new LinkedHashSet<>());
			this.usable.add(new LinkedHashSet<>());
		}
		if (method.getParameterCount() > 0) {
			List<Method> methods = methods(method, type);
			methods.forEach(this::collect);
			assign(annotated(method, methods));
		}
	}

	/**
	 * All names of a parameter.
	 * @param index its index
	 * @return those that the method itself gives first; none if nobody names it
	 */
	public Set<String> all(int index) {
		return this.all.get(index);
	}

	/**
	 * The names by which expressions may refer to a parameter.
	 * @param index its index
	 * @return those that mean no other parameter
	 */
	public Set<String> usable(int index) {
		return this.usable.get(index);
	}

	private void collect(Method method) {
		@Nullable String @Nullable [] names = NAMES.getParameterNames(method);
		for (int i = 0; names != null && i < names.length; i++) {
			String name = names[i];
			if (name != null) {
				this.all.get(i).add(name);
			}
		}
	}

	// Two methods may mean different parameters by one name.
	private void assign(List<Method> methods) {
		Map<String, Integer> owners = new HashMap<>();
		for (Method method : methods) {
			@Nullable String @Nullable [] names = NAMES.getParameterNames(method);
			for (int i = 0; names != null && i < names.length; i++) {
				String name = names[i];
				if (name != null && (owners.putIfAbsent(name, i) == null || owners.get(name) == i)) {
					this.usable.get(i).add(name);
				}
			}
		}
	}

	// Who wrote an expression means the parameters as they are called there.
	private static List<Method> annotated(Method method, List<Method> methods) {
		Object source = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY).get(Audited.class).getSource();
		return Stream.concat(methods.stream().filter((each) -> each.equals(source)), methods.stream())
			.distinct()
			.toList();
	}

	private static List<Method> methods(Method method, Class<?> type) {
		Set<Method> methods = new LinkedHashSet<>(List.of(method));
		for (Class<?> each : Supertypes.of(type)) {
			for (Method candidate : each.getDeclaredMethods()) {
				if (candidate.getName().equals(method.getName()) && isImplemented(candidate, method, type)) {
					methods.add(candidate);
				}
			}
		}
		return List.copyOf(methods);
	}

	private static boolean isImplemented(Method candidate, Method method, Class<?> type) {
		if (candidate.isBridge() || (candidate.getModifiers() & (Modifier.PRIVATE | Modifier.STATIC)) != 0
				|| candidate.getParameterCount() != method.getParameterCount()) {
			return false;
		}
		Class<?>[] types = new Class<?>[method.getParameterCount()];
		Arrays.setAll(types, (index) -> ResolvableType.forMethodParameter(candidate, index, type).toClass());
		return Arrays.equals(types, method.getParameterTypes())
				|| Arrays.equals(candidate.getParameterTypes(), method.getParameterTypes());
	}

}
