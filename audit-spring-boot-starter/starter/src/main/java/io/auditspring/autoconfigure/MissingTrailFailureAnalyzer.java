/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import io.auditspring.AuditSetupException;
import io.auditspring.intercept.internal.call.AuditedMethods;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;

/**
 * Says why a bean of ours that the application injects is not there.
 */
final class MissingTrailFailureAnalyzer extends AbstractFailureAnalyzer<NoSuchBeanDefinitionException>
		implements Ordered {

	private final BeanFactory beanFactory;

	MissingTrailFailureAnalyzer(BeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause) {
		Class<?> type = (cause.getResolvableType() != null) ? cause.getResolvableType().resolve() : null;
		if (type == null || cause instanceof NoUniqueBeanDefinitionException
				|| !type.getName().startsWith("io.auditspring.")
				|| !(this.beanFactory instanceof ListableBeanFactory beans)) {
			return null;
		}
		AuditSetupException reason = reason(type, beans);
		return (reason != null) ? new FailureAnalysis(reason.getMessage(), reason.getRemedy(), cause) : null;
	}

	private static @Nullable AuditSetupException reason(Class<?> type, ListableBeanFactory beans) {
		if (has(beans, AuditedMethods.class)) {
			return null;
		}
		if (!has(beans, MissingDataSourceCheck.class)) {
			return new AuditSetupException(
					"%s is needed, but auditing is no part of this context, as in a test of a slice"
						.formatted(bean(type)),
					"Put @AuditTest beside the annotation of the slice, or replace the bean with @MockitoBean.");
		}
		return MissingDataSourceCheck.missing(bean(type) + " is needed", beans);
	}

	private static boolean has(ListableBeanFactory beans, Class<?> type) {
		return beans.getBeanNamesForType(type, false, false).length > 0;
	}

	private static String bean(Class<?> type) {
		return "A bean of the type " + type.getName();
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

}
