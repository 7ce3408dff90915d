/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.capture.internal.origin.Origins;
import io.auditspring.capture.internal.state.SessionFactoryExtension;
import io.auditspring.capture.internal.value.CaptureProperties;
import io.auditspring.database.internal.AuditDatabase;
import io.auditspring.database.internal.OncePerDatabase;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;

/**
 * Wires what belongs to transactions.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({ TransactionProperties.class, CaptureProperties.class })
public class TransactionConfiguration {

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static ManagedTransactions auditManagedTransactions() {
		return new ManagedTransactions();
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static PersistenceUnitPostProcessor auditPersistenceUnitPostProcessor(ObjectProvider<AuditDatabase> auditDatabase,
			ObjectProvider<SessionFactoryExtension> auditStateListener, ObjectProvider<Handover> handover) {
		return new PersistenceUnitPostProcessor(auditDatabase::getIfAvailable, () -> handover.getObject().dataSource(),
				auditStateListener::getIfAvailable);
	}

	@Bean
	@OncePerDatabase
	AuditTransactions auditTransactions(Handover delivery, EntryFactory auditEntryFactory,
			ManagedTransactions auditManagedTransactions, ObjectProvider<Origins> auditOrigins,
			TransactionProperties properties, CaptureProperties capture) {
		return new AuditTransactions(delivery, auditEntryFactory, auditManagedTransactions, capture.maxEntities(),
				(properties.unattributedChanges() == UnattributedChanges.RECORD)
						? () -> auditOrigins.getObject().current() : null);
	}

	@Bean
	@OncePerDatabase
	AsynchronousResults auditAsynchronousResults(AuditTransactions auditTransactions) {
		return new AsynchronousResults(auditTransactions);
	}

}
