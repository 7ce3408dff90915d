/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.security;

import java.lang.reflect.Field;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.security.authentication.AuthenticationEventPublisher;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.util.ReflectionUtils;

/**
 * Gives a {@code ProviderManager} bean that the application makes by hand, as Spring
 * Security's reference shows it, somebody to tell: by default it tells nobody whom it
 * refuses. It tells the audit trail only, so that nobody else gets an event that they
 * would not get otherwise.
 */
final class SilentManagers implements BeanPostProcessor {

	private static final String SILENT = ProviderManager.class.getName() + "$NullEventPublisher";

	private final AuthenticationEventPublisher publisher;

	/**
	 * Creates it.
	 * @param trail who is told
	 */
	SilentManagers(ApplicationEventPublisher trail) {
		FailurePublisher publisher = new FailurePublisher(trail::publishEvent);
		publisher.setApplicationEventPublisher(trail);
		this.publisher = publisher;
	}

	// Before anybody makes a proxy of it.
	@Override
	public Object postProcessBeforeInitialization(Object bean, String name) {
		if (bean instanceof ProviderManager manager && isSilent(manager)) {
			manager.setAuthenticationEventPublisher(this.publisher);
		}
		return bean;
	}

	private static boolean isSilent(ProviderManager manager) {
		Field field = ReflectionUtils.findField(ProviderManager.class, null, AuthenticationEventPublisher.class);
		if (field == null) {
			return false;
		}
		ReflectionUtils.makeAccessible(field);
		Object publisher = ReflectionUtils.getField(field, manager);
		return publisher != null && publisher.getClass().getName().equals(SILENT);
	}

}
