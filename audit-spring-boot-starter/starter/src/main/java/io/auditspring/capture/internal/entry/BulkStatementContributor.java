/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.entry;

import java.util.Map;

import org.hibernate.boot.registry.StandardServiceInitiator;
import org.hibernate.boot.registry.StandardServiceRegistryBuilder;
import org.hibernate.engine.jdbc.spi.JdbcServices;
import org.hibernate.service.StandardServiceInitiators;
import org.hibernate.service.spi.ServiceContributor;
import org.hibernate.service.spi.ServiceRegistryImplementor;

/**
 * Lets Hibernate tell of the statements that change rows directly, where the setting
 * {@link #SETTING} says so. Found by Hibernate itself, so that it works however the
 * application builds its persistence unit; one that was not given the setting stays as it
 * is.
 */
public final class BulkStatementContributor implements ServiceContributor {

	/** The setting that is {@code true} where statements are observed. */
	public static final String SETTING = "io.auditspring.bulk-statements";

	@Override
	public void contribute(StandardServiceRegistryBuilder builder) {
		if (!Boolean.TRUE.equals(builder.getSettings().get(SETTING))) {
			return;
		}
		builder.addInitiator(new StandardServiceInitiator<JdbcServices>() {

			@Override
			public JdbcServices initiateService(Map<String, Object> settings, ServiceRegistryImplementor registry) {
				return new ObservedJdbcServices(standard(settings, registry));
			}

			@Override
			public Class<JdbcServices> getServiceInitiated() {
				return JdbcServices.class;
			}

		});
	}

	private static JdbcServices standard(Map<String, Object> settings, ServiceRegistryImplementor registry) {
		return StandardServiceInitiators.LIST.stream()
			.filter((initiator) -> initiator.getServiceInitiated() == JdbcServices.class)
			.map((initiator) -> (JdbcServices) initiator.initiateService(settings, registry))
			.findFirst()
			.orElseThrow();
	}

}
