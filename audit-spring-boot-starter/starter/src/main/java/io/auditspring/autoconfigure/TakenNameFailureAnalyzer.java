/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionOverrideException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;

/**
 * Says what to do where the application has a bean of the name of one of ours. Spring
 * Boot's own advice, to allow overriding, would replace the application's bean by ours.
 */
final class TakenNameFailureAnalyzer extends AbstractFailureAnalyzer<BeanDefinitionOverrideException>
		implements Ordered {

	private static final Pattern OURS = Pattern.compile("\\bio/auditspring/[a-z/]+/\\w+Configuration\\b");

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BeanDefinitionOverrideException cause) {
		if (!isOurs(cause.getBeanDefinition()) || isOurs(cause.getExistingDefinition())) {
			return null;
		}
		return new FailureAnalysis(
				"The application's bean '%s' (%s) has the name of one that the audit trail needs"
					.formatted(cause.getBeanName(), place(cause.getExistingDefinition())),
				"Give the bean another name. To allow overriding does not help: it would be replaced.", cause);
	}

	private static boolean isOurs(BeanDefinition definition) {
		String place = definition.getResourceDescription();
		return place != null && OURS.matcher(place.replace('.', '/')).find();
	}

	private static String place(BeanDefinition definition) {
		String place = definition.getResourceDescription();
		return (place != null) ? place : String.valueOf(definition.getBeanClassName());
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

}
