/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import java.util.function.Supplier;

import io.auditspring.ActorResolver;
import io.auditspring.AuditSetupException;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.data.domain.AuditorAware;

/**
 * Refuses to start where the application's auditors are of a type that does not tell them
 * apart, and nobody else knows who acts: every entry would have the same unknown actor.
 */
final class AuditorTypeCheck implements SmartInitializingSingleton {

	private final ConfigurableListableBeanFactory beanFactory;

	private final Supplier<Persons> persons;

	AuditorTypeCheck(ConfigurableListableBeanFactory beanFactory, Supplier<Persons> persons) {
		this.beanFactory = beanFactory;
		this.persons = persons;
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (!somebodyElseKnows()) {
			String name = UsedAuditor.name(this.beanFactory);
			if (name != null) {
				check(name);
			}
		}
	}

	// Resolvers of the application and Spring Security are asked first, and may know
	// better.
	private boolean somebodyElseKnows() {
		return this.beanFactory.containsBean("auditSecurityActorSource")
				|| this.beanFactory.getBeanNamesForType(ActorResolver.class, false, false).length > 0;
	}

	private void check(String name) {
		Class<?> type = type(name).as(AuditorAware.class).getGeneric().resolve();
		if (type != null && !this.persons.get().mayKnow(type)) {
			throw new AuditSetupException(
					"The AuditorAware bean '%s' gives a %s, and nothing tells one from another: it is no principal, "
						.formatted(name, type.getName()) + "no entity and no plain value",
					"Set audit.actor.id-property to the property that identifies it, or declare an ActorResolver.");
		}
	}

	private ResolvableType type(String name) {
		if (this.beanFactory.containsBeanDefinition(name)) {
			ResolvableType declared = this.beanFactory.getMergedBeanDefinition(name).getResolvableType();
			if (declared.as(AuditorAware.class).getGeneric().resolve() != null) {
				return declared;
			}
		}
		Class<?> type = this.beanFactory.getType(name);
		return (type != null) ? ResolvableType.forClass(type) : ResolvableType.NONE;
	}

}
