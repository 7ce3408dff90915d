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
 * Calls of the method need the approval of a person, and of another one than whoever
 * calls. It implies {@link Audited}, which may stand beside it to say more. The first
 * call leaves {@code approval.requested} and is refused with an
 * {@link ApprovalRequiredException}; when somebody has granted it, the same caller may
 * make the same call once. What is approved are the method and its arguments: other
 * arguments need another approval.
 *
 * <p>
 * Two arguments are the same if they are of the same class and have the same values in
 * all fields, whatever their JSON shows. What can be read only once (a stream, a file
 * that is uploaded), refers to itself, or does not let its fields be read cannot be
 * approved; nor does a call of whom nothing tells from others, such as somebody who is
 * not signed in. Where access control lets nobody call the method, nobody can ask either,
 * as far as it is Spring Security's.
 *
 * <p>
 * A method that returns a {@code Mono} or a {@code Flux} is called when that is
 * subscribed to and approved; each subscription needs an approval of its own. Where
 * auditing is switched off, calls are refused.
 *
 * @since 0.1.0
 */
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Audited
public @interface RequiresApproval {

	/**
	 * Why, or by whom: for those who are asked.
	 * @return a sentence for people to read
	 */
	String value() default "";

}
