/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import org.springframework.util.ClassUtils;

/**
 * Types whose values have a text that says all of them and no more, such as numbers and
 * times.
 */
public final class PlainTypes {

	private PlainTypes() {
	}

	/**
	 * Whether a type is one of them.
	 * @param type the type
	 * @return whether it is
	 */
	public static boolean include(Class<?> type) {
		return ClassUtils.isSimpleValueType(type);
	}

}
