/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.access;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;

import org.springframework.util.ClassUtils;

/**
 * By which class people know a method. Those of proxies and lambdas, such as a mapper of
 * MyBatis, are named by the virtual machine, anew with each start.
 */
public final class KnownTypes {

	private KnownTypes() {
	}

	/**
	 * The class that names a method.
	 * @param type the class of the object
	 * @param method one of its methods
	 * @return the class, or the interface that the object was made for
	 */
	public static Class<?> of(Class<?> type, Method method) {
		if (!isMade(type)) {
			return type;
		}
		return Arrays.stream(type.getInterfaces())
			.filter((each) -> ClassUtils.hasMethod(each, method.getName(), method.getParameterTypes()))
			.findFirst()
			.orElse(type);
	}

	private static boolean isMade(Class<?> type) {
		return Proxy.isProxyClass(type) || type.isHidden() || ClassUtils.isLambdaClass(type);
	}

}
