package io.auditspring.sample.reconciliation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import io.auditspring.Audited;

import org.springframework.core.annotation.AliasFor;

/**
 * What the entries about one transaction have in common: the method's parameters
 * {@code id} and {@code justification} say which and why; in what role it was done, the
 * session says.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Audited(category = "reconciliation", targetType = "Transaction", targetId = "#id", justification = "#justification",
		metadata = "{role: @callerRole.name()}")
@interface TransactionAudited {

	@AliasFor(annotation = Audited.class, attribute = "action")
	String action();

	@AliasFor(annotation = Audited.class, attribute = "message")
	String message();

	@AliasFor(annotation = Audited.class, attribute = "related")
	String[] related() default {};

}
