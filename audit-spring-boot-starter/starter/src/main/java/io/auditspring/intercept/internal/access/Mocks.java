/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.access;

import java.lang.reflect.Method;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Knows the beans that a test replaced by mocks of Mockito, which is never there in
 * production. What a stub answers was not done, so nobody records it.
 */
public final class Mocks {

	private static final @Nullable Class<?> MOCKITO = find("org.mockito.Mockito");

	private Mocks() {
	}

	private static @Nullable Class<?> find(String name) {
		ClassLoader loader = Mocks.class.getClassLoader();
		return ClassUtils.isPresent(name, loader) ? ClassUtils.resolveClassName(name, loader) : null;
	}

	/**
	 * Whether a bean is a mock. A spy passes calls on and is none.
	 * @param bean the bean, or a proxy of it
	 * @return whether its methods do nothing
	 */
	public static boolean isMock(Object bean) {
		if (MOCKITO == null) {
			return false;
		}
		try {
			return isMockOfMockito(bean);
		}
		catch (RuntimeException | LinkageError ex) {
			// Mockito cannot work in this JVM, and so there is no mock.
			return false;
		}
	}

	private static boolean isMockOfMockito(Object bean) {
		Object target = AopProxyUtils.getSingletonTarget(bean);
		Object details = ReflectionUtils.invokeMethod(
				method(Objects.requireNonNull(MOCKITO), "mockingDetails", Object.class), null,
				(target != null) ? target : bean);
		return details != null && is(details, "isMock") && !is(details, "isSpy");
	}

	private static boolean is(Object details, String question) {
		Class<?> contract = ClassUtils.resolveClassName("org.mockito.MockingDetails", Mocks.class.getClassLoader());
		return Boolean.TRUE.equals(ReflectionUtils.invokeMethod(method(contract, question), details));
	}

	private static Method method(Class<?> type, String name, Class<?>... parameters) {
		return ClassUtils.getMethod(type, name, parameters);
	}

}
