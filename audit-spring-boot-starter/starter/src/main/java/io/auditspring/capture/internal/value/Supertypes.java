/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.util.LinkedHashSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * All that a class is.
 */
public final class Supertypes {

	private Supertypes() {
	}

	/**
	 * A class with its superclasses, its interfaces, and theirs.
	 * @param type the class
	 * @return all of them, the class itself first
	 */
	public static Set<Class<?>> of(Class<?> type) {
		Set<Class<?>> types = new LinkedHashSet<>();
		add(type, types);
		return types;
	}

	private static void add(@Nullable Class<?> type, Set<Class<?>> types) {
		if (type != null && types.add(type)) {
			add(type.getSuperclass(), types);
			for (Class<?> contract : type.getInterfaces()) {
				add(contract, types);
			}
		}
	}

}
