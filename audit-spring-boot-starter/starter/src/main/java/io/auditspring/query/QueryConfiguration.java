/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.util.Collection;
import java.util.List;

import io.auditspring.capture.internal.entry.TargetNames;
import io.auditspring.database.internal.AuditDatabase;
import io.auditspring.intercept.internal.catalogue.ActionCatalogue;
import io.auditspring.query.internal.count.ActivityCounter;
import io.auditspring.query.internal.past.EntryArchive;
import io.auditspring.retention.Redaction;
import io.auditspring.signing.LedgerVerifier;
import jakarta.persistence.EntityManagerFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Role;

/**
 * Wires what reads the ledger.
 *
 * @since 0.1.0
 */
public final class QueryConfiguration {

	private QueryConfiguration() {
	}

	/**
	 * The trail, where there is a ledger.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(name = "auditDatabase")
	public static class Trail {

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static EntityPostProcessor auditEntityPostProcessor(ObjectProvider<AuditDatabase> auditDatabase) {
			return new EntityPostProcessor(auditDatabase::getIfAvailable);
		}

		@Bean
		LedgerPersistence auditLedgerPersistence(AuditDatabase auditDatabase,
				ObjectProvider<EntityManagerFactory> factories) {
			return new LedgerPersistence(auditDatabase, factories);
		}

		@Bean
		@ConditionalOnMissingBean
		AuditTrail auditTrail(LedgerPersistence auditLedgerPersistence, LedgerVerifier auditLedgerVerifier,
				TargetNames auditTargetNames, ObjectProvider<ActionCatalogue> auditActionCatalogue,
				ObjectProvider<EntryArchive> auditEntryArchive) {
			JpaAuditTrail database = new JpaAuditTrail(auditLedgerPersistence::entityManager, auditLedgerVerifier,
					auditTargetNames, (attribute) -> words(attribute, auditActionCatalogue.getObject()));
			EntryArchive archive = auditEntryArchive.getIfAvailable();
			return (archive != null) ? new ArchivedTrail(database, archive) : database;
		}

		private static Collection<String> words(AuditTrail.Attribute attribute, ActionCatalogue catalogue) {
			return switch (attribute) {
				case ACTION -> catalogue.actions().keySet();
				case CATEGORY -> catalogue.categories();
				case TARGET_TYPE -> catalogue.targetTypes();
				default -> List.of();
			};
		}

	}

	/**
	 * What changed, in words.
	 */
	@Configuration(proxyBeanMethods = false)
	public static class Summary {

		// The context itself, as the application may have several sources of messages.
		@Bean
		@Lazy
		ChangeSummary auditChangeSummary(ApplicationContext messages) {
			return new ChangeSummary(messages);
		}

	}

	/**
	 * What makes reading fast.
	 */
	@Configuration(proxyBeanMethods = false)
	public static class Rollup {

		@Bean
		ActivityCounter auditActivityCounter(AuditDatabase auditDatabase) {
			return new ActivityCounter(auditDatabase.dataSource(), auditDatabase.schema());
		}

	}

	/**
	 * Finds what shall be erased.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(AuditTrail.class)
	public static class Erasing {

		@Bean
		@Lazy
		AuditRedaction auditRedaction(AuditTrail auditTrail, Redaction auditLedgerRedaction) {
			return new AuditRedaction(auditTrail, auditLedgerRedaction);
		}

	}

}
