/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.approval;

import java.time.Instant;
import java.util.function.Supplier;

import io.auditspring.ApprovalException;
import io.auditspring.ApprovalPolicy;
import io.auditspring.ApprovalStore;
import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.capture.internal.origin.Origins;
import io.auditspring.capture.internal.state.EntityIdentifiers;
import io.auditspring.capture.internal.value.EntryProperties;
import io.auditspring.capture.internal.value.JsonValues;
import io.auditspring.database.internal.AuditDatabase;
import io.auditspring.database.internal.TableUpkeep;
import io.auditspring.delivery.internal.transaction.AuditTransactions;
import io.auditspring.intercept.internal.call.Customizers;
import io.auditspring.intercept.internal.call.EventRecorder;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.function.SingletonSupplier;

/**
 * Wires what calls have to pass that need approval.
 *
 * @since 0.1.0
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({ ApprovalProperties.class, EntryProperties.class })
public class ApprovalConfiguration {

	@Bean
	@ConditionalOnBean(AuditDatabase.class)
	@ConditionalOnMissingBean
	ApprovalStore auditApprovalStore(AuditDatabase auditDatabase) {
		return new JdbcApprovalStore(auditDatabase.workDataSource(), auditDatabase.schema());
	}

	/** Those of an application's own store are the application's. */
	@Bean
	@ConditionalOnBean(AuditDatabase.class)
	TableUpkeep auditApprovalUpkeep(ObjectProvider<ApprovalStore> stores, ApprovalProperties properties) {
		return () -> {
			if (stores.getIfUnique() instanceof JdbcApprovalStore store) {
				store.removeOver(Instant.now().minus(properties.validFor()));
			}
		};
	}

	@Bean
	ApprovalGate auditApprovals(ObjectProvider<ApprovalStore> stores, ObjectProvider<ApprovalPolicy> policies,
			Origins auditOrigins, AuditTransactions auditTransactions, EntryFactory auditEntryFactory,
			Customizers auditCustomizers, EntryProperties entries, EntityIdentifiers auditEntityIdentifiers,
			JsonValues auditJsonValues, ApprovalProperties properties, ObjectProvider<AuditDatabase> databases) {
		EventRecorder recorder = new EventRecorder(auditOrigins, auditTransactions, auditEntryFactory, auditCustomizers,
				entries.delivery(), null);
		Supplier<ApprovalStore> store = SingletonSupplier.of(() -> stores.getIfAvailable(() -> {
			throw new ApprovalException("Nothing can be approved without an ApprovalStore");
		}));
		Supplier<Decisions> decisions = SingletonSupplier
			.of(() -> Decisions.in(store.get(), databases.getIfAvailable()));
		return new ApprovalGate(store, decisions, SingletonSupplier.ofNullable(policies::getIfAvailable), recorder,
				auditOrigins, auditEntityIdentifiers, auditJsonValues, properties);
	}

}
