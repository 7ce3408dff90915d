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
 * Names the actions that an application knows, such as {@code order.pay}. With it
 * annotations may name no other: one that is unknown, or misspelt, stops the application
 * at start-up, with its place and the known one that is nearest. May be on any bean, best
 * on the class of the application; what several say adds up, also with the property
 * {@code audit.vocabulary.actions}.
 * <p>
 * The classes are enums, whose constants are read as {@link Vocabulary} says, or have
 * public constants of type {@code String}, themselves or in nested classes. The latter
 * can be used in annotations. What {@link AuditRecorder} is given at run time is recorded
 * whatever its words: hand it the constants there, too.
 *
 * @since 0.1.0
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface AuditActions {

	/**
	 * Where they are.
	 * @return enums, or classes with constants
	 */
	Class<?>[] value();

}
