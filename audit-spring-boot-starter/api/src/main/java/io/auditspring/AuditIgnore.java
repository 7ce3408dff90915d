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
 * Leaves something out of the state that entries show before and after: a property, by
 * its field or its getter; an entity with those that extend it; or what entities inherit
 * from a mapped superclass. Values that may be shown to nobody but whose changes matter
 * are {@link Sensitive} instead.
 *
 * @since 0.1.0
 */
@Target({ ElementType.TYPE, ElementType.FIELD, ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface AuditIgnore {

}
