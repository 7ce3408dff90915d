/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import io.auditspring.AuditSetupException;
import org.hibernate.ConnectionReleaseMode;
import org.hibernate.cfg.JdbcSettings;
import org.hibernate.cfg.TransactionSettings;
import org.hibernate.resource.jdbc.spi.PhysicalConnectionHandlingMode;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what lets Hibernate give the connection of a transaction away before that
 * commits. With JTA the next one belongs to the same transaction; else the pool rolls
 * back what was done over the first, and the entries would tell of what never happened.
 */
final class ConnectionHandling {

	private static final Set<ConnectionReleaseMode> TOO_EARLY = EnumSet.of(ConnectionReleaseMode.AFTER_STATEMENT,
			ConnectionReleaseMode.BEFORE_TRANSACTION_COMPLETION);

	private ConnectionHandling() {
	}

	static void require(Map<String, ?> settings) {
		Object setting = settings.get(JdbcSettings.CONNECTION_HANDLING);
		PhysicalConnectionHandlingMode mode = (setting != null) ? mode(setting) : null;
		if (mode != null && TOO_EARLY.contains(mode.getReleaseMode()) && !isJta(settings)) {
			throw new AuditSetupException(
					"%s=%s lets Hibernate release the connection of a transaction before it is committed, so neither the "
						.formatted(JdbcSettings.CONNECTION_HANDLING, mode)
							+ "changes of an audited call nor its entry would be",
					"Remove the setting (in Spring Boot spring.jpa.properties.%s), or let it be %s; earlier releases are "
						.formatted(JdbcSettings.CONNECTION_HANDLING,
								PhysicalConnectionHandlingMode.DELAYED_ACQUISITION_AND_RELEASE_AFTER_TRANSACTION)
							+ "for JTA.");
		}
	}

	// What Hibernate does not know it refuses itself.
	private static @Nullable PhysicalConnectionHandlingMode mode(Object setting) {
		if (setting instanceof PhysicalConnectionHandlingMode mode) {
			return mode;
		}
		String name = setting.toString().trim().toUpperCase(Locale.ROOT);
		for (PhysicalConnectionHandlingMode mode : PhysicalConnectionHandlingMode.values()) {
			if (mode.name().equals(name)) {
				return mode;
			}
		}
		return null;
	}

	private static boolean isJta(Map<String, ?> settings) {
		return settings.get(TransactionSettings.JTA_PLATFORM) != null
				|| "jta".equals(settings.get(TransactionSettings.TRANSACTION_COORDINATOR_STRATEGY));
	}

}
