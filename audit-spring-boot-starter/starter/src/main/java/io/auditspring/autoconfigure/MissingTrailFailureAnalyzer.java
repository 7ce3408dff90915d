/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import java.util.Set;

import io.auditspring.AuditSetupException;
import io.auditspring.history.HistoryImporter;
import io.auditspring.intercept.internal.call.AuditedMethods;
import io.auditspring.query.AuditRedaction;
import io.auditspring.retention.LegalHolds;
import io.auditspring.retention.Retention;
import io.auditspring.signing.Checkpoints;
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

	/** What one auto-configuration makes. */
	private static final Set<Class<?>> UPKEEP = Set.of(AuditRedaction.class, LegalHolds.class, Retention.class,
			HistoryImporter.class);

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
			return incomplete(type, beans);
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

	private static @Nullable AuditSetupException incomplete(Class<?> type, ListableBeanFactory beans) {
		if (UPKEEP.contains(type) && !has(beans, LegalHolds.class)) {
			return leftOut(type, AuditUpkeepAutoConfiguration.class);
		}
		if (type == Checkpoints.class) {
			return leftOut(type, AuditCheckpointAutoConfiguration.class);
		}
		return null;
	}

	private static AuditSetupException leftOut(Class<?> type, Class<?> configuration) {
		return new AuditSetupException(
				"%s is needed, but %s, which makes it, is no part of this context".formatted(bean(type),
						configuration.getSimpleName()),
				"Do not exclude %s, in a test of a slice put @AuditTest beside the annotation of the slice, or replace "
					.formatted(configuration.getName()) + "the bean with @MockitoBean.");
	}

	private static String bean(Class<?> type) {
		return "A bean of the type " + type.getName();
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

}
