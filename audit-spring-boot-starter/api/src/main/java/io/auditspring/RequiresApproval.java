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
 * arguments need another approval. Arguments that Jackson cannot write cannot be
 * approved.
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
