/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.expression;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

import io.auditspring.AuditSetupException;

import org.springframework.aop.aspectj.AspectJExpressionPointcut;

/**
 * The configured AspectJ expression that audits public methods without annotation.
 */
public final class AuditPointcut {

	private final AspectJExpressionPointcut pointcut = new AspectJExpressionPointcut();

	/**
	 * Parses the expression.
	 * @param expression an AspectJ pointcut expression, such as
	 * {@code within(com.example..*Service)}
	 * @throws AuditSetupException if it is broken
	 */
	public AuditPointcut(String expression) {
		try {
			this.pointcut.setExpression(expression);
			this.pointcut.getPointcutExpression();
		}
		catch (RuntimeException ex) {
			throw new AuditSetupException(
					"The property 'audit.pointcut' is not an AspectJ pointcut expression: \"%s\" (%s)"
						.formatted(expression, ex.getMessage()),
					"Write an expression such as execution(public * com.example.service..*.*(..)), or remove the "
							+ "property.",
					ex);
		}
	}

	/**
	 * Whether the expression audits a method.
	 * @param method the method
	 * @param type the class of the bean
	 * @return whether it does; never one that is not public
	 */
	public boolean matches(Method method, Class<?> type) {
		return Modifier.isPublic(method.getModifiers()) && this.pointcut.matches(type)
				&& this.pointcut.matches(method, type);
	}

}
