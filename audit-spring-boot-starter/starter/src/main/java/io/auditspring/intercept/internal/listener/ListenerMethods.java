/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.listener;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.springframework.core.annotation.AnnotationFilter;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Knows message listeners: all methods that carry {@link MessageMapping}, as those of
 * Kafka, RabbitMQ and JMS do.
 */
final class ListenerMethods {

	/** Of methods that are called before there is a proxy, or by nobody else. */
	private static final AnnotationFilter HARMLESS = AnnotationFilter.packages("java.lang", "jakarta.annotation",
			"org.springframework.lang", "org.springframework.beans.factory.annotation");

	private final Map<Class<?>, Boolean> listeners = new ConcurrentHashMap<>();

	boolean anyIn(Class<?> type) {
		return this.listeners.computeIfAbsent(ClassUtils.getUserClass(type),
				(userType) -> Arrays.stream(ReflectionUtils.getAllDeclaredMethods(userType))
					.anyMatch(ListenerMethods::isListener));
	}

	static boolean isListener(Method method) {
		return method.getDeclaredAnnotations().length > 0
				&& MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY).isPresent(MessageMapping.class);
	}

	/**
	 * Whether a proxy passes on the calls of all listeners of a class.
	 * @param type the class
	 * @return whether none of them would run on the proxy itself
	 */
	static boolean areReached(Class<?> type) {
		return !Modifier.isFinal(type.getModifiers()) && !type.isSealed()
				&& Arrays.stream(ReflectionUtils.getAllDeclaredMethods(type))
					.noneMatch((method) -> isStuck(method) && isListener(method));
	}

	/**
	 * Whether a class does the same behind a proxy. A proxy is a subclass without the
	 * fields' values: what it does not override runs on them.
	 * @param type the class
	 * @return whether nothing changes
	 */
	static boolean areUnharmed(Class<?> type) {
		if (!areReached(type)) {
			return false;
		}
		for (Class<?> level = type; level != null && level != Object.class; level = level.getSuperclass()) {
			if (Arrays.stream(level.getDeclaredMethods()).anyMatch((method) -> escapes(method, type))
					|| Arrays.stream(level.getDeclaredFields()).anyMatch(ListenerMethods::escapes)) {
				return false;
			}
		}
		return true;
	}

	private static boolean isStuck(Method method) {
		return Modifier.isPrivate(method.getModifiers()) || Modifier.isFinal(method.getModifiers());
	}

	private static boolean escapes(Method method, Class<?> type) {
		int modifiers = method.getModifiers();
		if (Modifier.isStatic(modifiers)) {
			return false;
		}
		return Modifier.isPrivate(modifiers) ? isCalledByOthers(method)
				: Modifier.isFinal(modifiers) || !isInherited(method, type);
	}

	// A proxy is of the package and the class loader of the class.
	private static boolean isInherited(Method method, Class<?> type) {
		Class<?> declaring = method.getDeclaringClass();
		return Modifier.isPublic(method.getModifiers()) || Modifier.isProtected(method.getModifiers())
				|| (declaring.getPackage() == type.getPackage() && declaring.getClassLoader() == type.getClassLoader());
	}

	// Whoever reads the annotation, such as that of a scheduled job, calls the method on
	// the proxy, or refuses to.
	private static boolean isCalledByOthers(Method method) {
		return Arrays.stream(method.getDeclaredAnnotations()).anyMatch((annotation) -> !HARMLESS.matches(annotation));
	}

	private static boolean escapes(Field field) {
		return !Modifier.isStatic(field.getModifiers()) && !Modifier.isPrivate(field.getModifiers());
	}

}
