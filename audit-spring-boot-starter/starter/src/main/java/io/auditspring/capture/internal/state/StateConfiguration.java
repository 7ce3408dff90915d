/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.security.SecureRandom;

import io.auditspring.AuditSetupException;
import io.auditspring.capture.internal.value.JsonValues;
import io.auditspring.capture.internal.value.Masking;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Wires what knows entities.
 */
public final class StateConfiguration {

	private StateConfiguration() {
	}

	/**
	 * Their names and identifiers, where there are any.
	 */
	@Configuration(proxyBeanMethods = false)
	public static class Identifiers {

		@Bean
		EntityIdentifiers auditEntityIdentifiers(ConfigurableListableBeanFactory beanFactory, Masking auditMasking,
				JsonValues auditJsonValues, ObjectProvider<CaptureDatabase> auditDatabase) {
			// Without a ledger nothing outlives the application.
			byte[] passing = new byte[32];
			new SecureRandom().nextBytes(passing);
			return new EntityIdentifiers(new PersistenceUnits(beanFactory), auditMasking, auditJsonValues, () -> {
				CaptureDatabase ledger = auditDatabase.getIfAvailable();
				return (ledger != null) ? ledger.maskingKey() : passing;
			});
		}

	}

	/**
	 * Their state.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties(EntitiesProperties.class)
	public static class Entities {

		@Bean
		PresentStates auditPresentStates() {
			return new PresentStates();
		}

		@Bean
		StateExtension auditStateListener(ChangeSink sink, Masking auditMasking,
				EntityIdentifiers auditEntityIdentifiers, EntitiesProperties properties,
				ObjectProvider<EnversIntegration> auditEnvers, PresentStates auditPresentStates) {
			EnversIntegration envers = auditEnvers.getIfAvailable();
			if (properties.entities() == CapturedEntities.ENVERS && envers == null) {
				throw new AuditSetupException("audit.capture.entities is envers, but Hibernate Envers is not there",
						"Add org.hibernate.orm:hibernate-envers, or set audit.capture.entities to all or annotated.");
			}
			return new StateExtension(sink, auditMasking, auditEntityIdentifiers, properties, envers,
					auditPresentStates);
		}

	}

	/**
	 * What Envers audits, where it is.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties(EnversProperties.class)
	public static class Envers {

		@Bean
		EnversIntegration auditEnvers(HistoryTablesCheck auditHistoryTablesCheck) {
			return new EnversUnits(auditHistoryTablesCheck);
		}

		@Bean
		HistoryTablesCheck auditHistoryTablesCheck(ObjectProvider<CaptureDatabase> auditDatabase,
				EnversProperties properties) {
			return new HistoryTablesCheck(auditDatabase.getIfAvailable(), properties.missingTables());
		}

	}

}
