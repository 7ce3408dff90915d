/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.alert;

import io.auditspring.AuditAlert;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.GenericApplicationListener;
import org.springframework.context.event.GenericApplicationListenerAdapter;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.ResolvableType;

/**
 * Whoever listens for alerts.
 */
class AlertListeners {

	private static final ResolvableType ALERT = ResolvableType.forClassWithGenerics(PayloadApplicationEvent.class,
			AuditAlert.class);

	private static final ResolvableType OTHER = ResolvableType.forClassWithGenerics(PayloadApplicationEvent.class,
			Other.class);

	private final ConfigurableApplicationContext context;

	AlertListeners(ConfigurableApplicationContext context) {
		this.context = context;
	}

	/** Who listens for anything does not wait for this. */
	boolean exist() {
		for (ConfigurableApplicationContext each = this.context; each != null; each = parent(each)) {
			if (each instanceof AbstractApplicationContext known
					&& known.getApplicationListeners().stream().anyMatch(AlertListeners::waits)) {
				return true;
			}
		}
		return false;
	}

	private static @Nullable ConfigurableApplicationContext parent(ConfigurableApplicationContext context) {
		return (context.getParent() instanceof ConfigurableApplicationContext parent) ? parent : null;
	}

	private static boolean waits(ApplicationListener<?> listener) {
		GenericApplicationListener generic = (listener instanceof GenericApplicationListener known) ? known
				: new GenericApplicationListenerAdapter(listener);
		return generic.supportsEventType(ALERT) && !generic.supportsEventType(OTHER);
	}

	void tell(AuditAlert alert) {
		this.context.publishEvent(alert);
	}

	/** What nobody listens for. */
	private static final class Other {

	}

}
