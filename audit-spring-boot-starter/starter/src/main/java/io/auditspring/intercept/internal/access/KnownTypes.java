/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.access;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.regex.Pattern;

import org.springframework.core.KotlinDetector;
import org.springframework.util.ClassUtils;

/**
 * By which names people know a method. The classes of proxies and lambdas, such as a
 * mapper of MyBatis, are named by the virtual machine, anew with each start; and the
 * compiler of Kotlin appends to the names of some methods what tells the module, or a
 * digest of the parameters' types.
 */
public final class KnownTypes {

	/** Neither can be in a name in Kotlin, unless it is quoted. */
	private static final Pattern APPENDED = Pattern.compile("(?<=.)(-(?=.{0,6}[A-Z0-9_-])[\\w-]{7})?(\\$.*)?$");

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

	/**
	 * What a call is called where nobody gave it a name.
	 * @param type the class of the object
	 * @param method one of its methods
	 * @return such as {@code OrderService.pay}
	 */
	public static String call(Class<?> type, Method method) {
		return of(type, method).getSimpleName() + '.' + name(method);
	}

	private static String name(Method method) {
		boolean kotlin = KotlinDetector.isKotlinType(method.getDeclaringClass());
		return kotlin ? APPENDED.matcher(method.getName()).replaceFirst("") : method.getName();
	}

	private static boolean isMade(Class<?> type) {
		return Proxy.isProxyClass(type) || type.isHidden() || ClassUtils.isLambdaClass(type);
	}

}
