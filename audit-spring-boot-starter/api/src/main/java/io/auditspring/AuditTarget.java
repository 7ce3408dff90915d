/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says that a parameter of an {@link Audited} method holds the id of the thing acted on.
 * Spares {@link Audited#targetType()} and {@link Audited#targetId()}, which take
 * precedence.
 *
 * @since 0.1.0
 */
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface AuditTarget {

	/**
	 * The kind of thing, such as {@code Order}.
	 * @return the target's type
	 */
	String value();

}
