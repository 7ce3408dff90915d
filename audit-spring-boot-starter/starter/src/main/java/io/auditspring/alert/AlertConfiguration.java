/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.alert;

import java.util.Optional;

import io.auditspring.database.internal.AuditDatabase;
import io.auditspring.ledger.verify.Verification;
import io.auditspring.signing.VerificationWorker;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Wires what tells somebody at once.
 *
 * @since 0.1.0
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(AlertProperties.class)
public class AlertConfiguration {

	@Bean
	AlertWorker auditAlertWorker(AuditDatabase auditDatabase, AlertProperties properties,
			ObjectProvider<VerificationWorker> auditVerificationWorker, ConfigurableApplicationContext context) {
		return new AlertWorker(auditDatabase.dataSource(), new NewAlerts(auditDatabase.schema(), properties),
				() -> verification(auditVerificationWorker), new AlertListeners(context));
	}

	private static Optional<Verification> verification(ObjectProvider<VerificationWorker> workers) {
		return Optional.ofNullable(workers.getIfAvailable())
			.flatMap(VerificationWorker::last)
			.map(VerificationWorker.Run::verification);
	}

}
