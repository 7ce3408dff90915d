/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.entry;

import io.auditspring.capture.internal.state.SessionFactoryExtension;
import org.hibernate.boot.Metadata;
import org.hibernate.boot.spi.BootstrapContext;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.spi.EventType;
import org.hibernate.integrator.spi.Integrator;

/**
 * Lets the {@link SessionFactoryExtension} in a session factory's settings take part in
 * it, and tells of what a stateless session writes without knowing whether it is new.
 * Found by Hibernate itself, so that it works however the application builds its
 * persistence unit.
 */
public final class ExtensionIntegrator implements Integrator {

	@Override
	public void integrate(Metadata metadata, BootstrapContext bootstrapContext,
			SessionFactoryImplementor sessionFactory) {
		if (sessionFactory.getProperties()
			.get(SessionFactoryExtension.SETTING) instanceof SessionFactoryExtension extension) {
			extension.extend(sessionFactory, metadata);
		}
		sessionFactory.getEventListenerRegistry().appendListeners(EventType.POST_UPSERT, new UpsertListener());
	}

}
