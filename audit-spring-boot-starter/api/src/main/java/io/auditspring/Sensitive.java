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
 * Masks a value wherever an entry would show it. On a property it counts wherever it
 * stands: on the field, on the method that reads or writes it, in a class or a supertype,
 * on the component of a record, and on the parameter of a constructor, which is where
 * Kotlin puts that of a {@code val}. On the parameter of an audited method it masks the
 * argument, on the method itself the result. An annotation that carries it masks, too.
 *
 * @since 0.1.0
 */
@Target({ ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER, ElementType.RECORD_COMPONENT,
		ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface Sensitive {

}
