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

import org.springframework.core.annotation.AliasFor;

/**
 * Leaves an entry in the audit trail for every call of the method, or of each public
 * method of the type. Found on interfaces and superclasses too, and usable as a
 * meta-annotation.
 * <p>
 * Expressions are SpEL. They see the arguments by name and as {@code #args},
 * {@code #result}, {@code #error}, {@code #actor}, {@code #before}, {@code #after},
 * {@code #target} (the bean that is called) and other beans as {@code @name}. One that
 * cannot be parsed stops the application at start-up; one that fails at run time never
 * breaks the call, the entry then names the failure in its metadata.
 *
 * @since 0.1.0
 */
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface Audited {

	/**
	 * Alias for {@link #action()}.
	 * @return the action
	 */
	@AliasFor("action")
	String value() default "";

	/**
	 * The name of the action; by default the simple class name and the method name, such
	 * as {@code OrderService.pay}. Names that begin with {@code audit.} are the ledger's
	 * own, but for {@code audit.read} and {@code audit.discarded}: another one stops the
	 * application at start-up.
	 * @return the action
	 */
	@AliasFor("value")
	String action() default "";

	/**
	 * The type of event, such as {@code authentication}; by default the property
	 * {@code audit.default-category}.
	 * @return the category
	 */
	String category() default "";

	/**
	 * How much attention a call deserves that succeeds. One that is denied is a
	 * {@code WARNING}, or what the property {@code audit.denied-severity} says.
	 * @return the severity
	 */
	Severity severity() default Severity.INFO;

	/**
	 * How much attention a call deserves that fails, or that is rolled back; by default
	 * what the property {@code audit.failure-severity} says, which is {@code ERROR}
	 * unless it is set.
	 * @return one severity, or none for the default
	 */
	Severity[] failureSeverity() default {};

	/**
	 * The kind of thing acted on; by default that of the one entity that the call
	 * changed, else none. It means an entity by the name of its class, with or without
	 * package or the class around it, by that of {@code @Entity}, or by that of a
	 * supertype. A name that no entity has means the changed one with the target's id, if
	 * of all kinds only that one's name is like it: one of both names holds the other, as
	 * {@code Order} and {@code OrderEntity}.
	 * @return the target's type
	 */
	String targetType() default "";

	/**
	 * Expression for the id of the thing acted on; by default that of the one entity that
	 * the call changed, else none.
	 * @return an expression
	 */
	String targetId() default "";

	/**
	 * Expression for the name of the thing acted on.
	 * @return an expression
	 */
	String targetName() default "";

	/**
	 * A sentence for people to read, with expressions in {@code #{...}}. Without one the
	 * entry says what its action tells, such as {@code Device router-7 onboarded}, in the
	 * words of the application's messages ({@code audit.sentence.<action>},
	 * {@code audit.verb.<verb>}) where it has some.
	 * @return a template
	 */
	String message() default "";

	/**
	 * Expression for the reason the caller gave.
	 * @return an expression
	 */
	String justification() default "";

	/**
	 * Expression giving a map of details, such as {@code {amount: #amount}}.
	 * @return an expression
	 */
	String metadata() default "";

	/**
	 * Further things the call concerns, each {@code Type:expression}, such as
	 * {@code Connector:#connectorId}. An expression that gives a collection or an array
	 * stands for one thing per element.
	 * @return types and expressions
	 */
	String[] related() default {};

	/**
	 * Expression that decides whether there is an entry; only {@code false} suppresses
	 * it. It is evaluated once: before the method runs where the arguments decide, when
	 * the call has ended where it names {@code #result} or {@code #error}, and when the
	 * state is known where it names {@code #before} or {@code #after}. These are
	 * {@code null} where nothing changed, or what changed was rolled back.
	 * @return an expression
	 */
	String condition() default "";

	/**
	 * When the entry is durable.
	 * @return the delivery mode
	 */
	Delivery delivery() default Delivery.DEFAULT;

	/**
	 * Whether the entry carries the state of changed entities.
	 * @return the kind of capture
	 */
	StateCapture state() default StateCapture.AUTO;

}
