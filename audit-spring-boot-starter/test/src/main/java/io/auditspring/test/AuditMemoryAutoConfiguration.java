/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.test;

import javax.sql.DataSource;

import io.auditspring.ApprovalStore;
import io.auditspring.AuditSetupException;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.capture.internal.entry.Sentences;
import io.auditspring.delivery.Quarantine;
import io.auditspring.delivery.internal.transaction.MemoryHandover;
import io.auditspring.query.AuditRedaction;
import io.auditspring.query.AuditTrail;
import io.auditspring.retention.LegalHolds;
import io.auditspring.retention.NoLedger;
import io.auditspring.signing.Checkpoints;
import io.auditspring.signing.LedgerVerifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * Keeps the entries in memory where tests run on an embedded database, which cannot hold
 * a ledger, or look at what is recorded without any. It is found wherever this module is
 * on the class path, so that no test needs a line for it; applications do not have this
 * module.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = AuditAutoConfiguration.class, after = DataSourceAutoConfiguration.class,
		afterName = { "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
				"org.springframework.boot.jdbc.test.autoconfigure.TestDatabaseAutoConfiguration" })
@ConditionalOnBooleanProperty(name = "audit.enabled", matchIfMissing = true)
@Conditional(OnEmbeddedDatabase.class)
public final class AuditMemoryAutoConfiguration {

	private static final Logger logger = LoggerFactory.getLogger(AuditMemoryAutoConfiguration.class);

	private final NoLedger none = new NoLedger("This test keeps its entries in memory, without a ledger");

	@Bean
	MemoryLedger auditMemoryLedger() {
		logger.info("Audit entries are kept in memory, as this test runs on an embedded database, or on none. "
				+ "Inject RecordedEntries to see them; AuditTrail stays empty");
		return new MemoryLedger();
	}

	@Bean
	MemoryHandover auditMemoryHandover(ObjectProvider<DataSource> dataSources, Sentences sentences,
			MemoryLedger ledger) {
		return new MemoryHandover(business(dataSources), sentences, ledger::add);
	}

	private static DataSource business(ObjectProvider<DataSource> dataSources) {
		try {
			return dataSources.getIfAvailable(MemoryHandover.NoDatabase::new);
		}
		catch (NoUniqueBeanDefinitionException ex) {
			throw new AuditSetupException(
					"There are several data sources, and none is the one whose transactions are audited",
					"Mark the one that holds the business data as @Primary, or set audit.enabled=false.", ex);
		}
	}

	@Bean
	@ConditionalOnMissingBean
	ApprovalStore auditApprovalStore() {
		return new MemoryApprovals();
	}

	@Bean
	@ConditionalOnMissingBean
	LedgerVerifier auditLedgerVerifier() {
		return this.none.verifier();
	}

	@Bean
	@ConditionalOnMissingBean
	AuditTrail auditTrail(LedgerVerifier verifier) {
		return AuditTrail.empty(verifier);
	}

	@Bean
	@ConditionalOnMissingBean
	AuditRedaction auditRedaction(AuditTrail trail) {
		return new AuditRedaction(trail, this.none.redaction());
	}

	@Bean
	@ConditionalOnMissingBean
	LegalHolds auditLegalHolds() {
		return this.none.holds();
	}

	@Bean
	@ConditionalOnMissingBean
	Checkpoints auditCheckpoints() {
		return this.none.checkpoints();
	}

	@Bean
	@ConditionalOnMissingBean
	Quarantine auditQuarantine() {
		return Quarantine.empty();
	}

}
