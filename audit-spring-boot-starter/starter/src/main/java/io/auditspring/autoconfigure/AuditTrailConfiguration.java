package io.auditspring.autoconfigure;

import java.util.Collection;
import java.util.List;
import java.util.Set;

import io.auditspring.capture.Texts;
import io.auditspring.database.AuditDatabase;
import io.auditspring.intercept.internal.catalogue.ActionCatalogue;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.VerificationProgress;
import io.auditspring.query.AuditTrail;
import io.auditspring.query.JpaAuditTrail;
import io.auditspring.query.TargetNames;
import io.auditspring.signing.LedgerVerifier;
import jakarta.persistence.EntityManagerFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.orm.jpa.SharedEntityManagerCreator;

/**
 * Reads and verifies the ledger of the {@link AuditDatabase}.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBean(name = "auditDatabase")
final class AuditTrailConfiguration {

	@Bean
	LedgerVerifier auditLedgerVerifier(AuditDatabase auditDatabase, ObjectProvider<TrustPolicy> auditTrustPolicy) {
		return new LedgerVerifier(auditDatabase.dataSource(), auditDatabase.schema(),
				auditTrustPolicy.getIfAvailable(() -> TrustPolicy.NONE), VerificationProgress.NONE);
	}

	@Bean
	@ConditionalOnBean(EntityManagerFactory.class)
	LedgerPersistence auditLedgerPersistence(AuditDatabase auditDatabase,
			ObjectProvider<EntityManagerFactory> factories) {
		return new LedgerPersistence(auditDatabase, factories);
	}

	@Bean
	TargetNames auditTargetNames(Texts auditTexts) {
		return new TargetNames() {

			@Override
			public String kind(String type) {
				return auditTexts.kind(type);
			}

			@Override
			public Set<String> kinds(String type) {
				return auditTexts.kinds(type);
			}

			@Override
			public String id(String type, Object id) {
				return String.valueOf(auditTexts.id(type, id));
			}

		};
	}

	@Bean
	@ConditionalOnBean(name = "auditLedgerPersistence")
	@ConditionalOnMissingBean
	AuditTrail auditTrail(LedgerPersistence auditLedgerPersistence, LedgerVerifier auditLedgerVerifier,
			TargetNames auditTargetNames, ObjectProvider<ActionCatalogue> auditActionCatalogue) {
		return new JpaAuditTrail(SharedEntityManagerCreator.createSharedEntityManager(auditLedgerPersistence.factory()),
				auditLedgerVerifier, auditTargetNames,
				(attribute) -> words(attribute, auditActionCatalogue.getObject()));
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
