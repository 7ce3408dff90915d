/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Objects;

import jakarta.persistence.EntityManagerFactory;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Leaves out what a parent context has for the same database. What changes an entity
 * there is told to the parent's transactions, not to others in a child; and one relay is
 * enough for one outbox. Who calls and what is audited each context finds out for itself.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OncePerDatabase.OnOwnDatabase.class)
public @interface OncePerDatabase {

	/**
	 * Matches unless the parent audits and its persistence unit is used.
	 */
	class OnOwnDatabase extends SpringBootCondition implements ConfigurationCondition {

		@Override
		public ConfigurationPhase getConfigurationPhase() {
			return ConfigurationPhase.REGISTER_BEAN;
		}

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			ConditionMessage.Builder message = ConditionMessage.forCondition(OncePerDatabase.class.getSimpleName());
			ConfigurableListableBeanFactory beans = Objects.requireNonNull(context.getBeanFactory());
			BeanFactory parent = beans.getParentBeanFactory();
			if (parent == null || !parent.containsBean("auditDatabase")) {
				return ConditionOutcome.match(message.because("no parent context audits"));
			}
			return (beans.getBeanNamesForType(EntityManagerFactory.class, true, false).length > 0)
					? ConditionOutcome.match(message.because("the context has a persistence unit of its own"))
					: ConditionOutcome.noMatch(message.because("the parent context audits the same database"));
		}

	}

}
