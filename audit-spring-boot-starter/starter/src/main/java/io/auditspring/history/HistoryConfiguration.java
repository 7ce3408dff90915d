/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.history;

import io.auditspring.AuditRecorder;
import io.auditspring.capture.internal.value.Masking;
import io.auditspring.database.internal.AuditDatabase;
import io.auditspring.query.AuditTrail;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Wires what takes over other libraries' histories.
 *
 * @since 0.1.0
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBean(AuditTrail.class)
public class HistoryConfiguration {

	@Bean
	@Lazy
	HistoryImporter auditHistoryImporter(AuditRecorder auditRecorder, AuditTrail auditTrail,
			AuditDatabase auditDatabase, Masking auditMasking,
			ObjectProvider<PlatformTransactionManager> transactions) {
		return new HistoryImporter(auditRecorder, auditTrail, auditDatabase.dataSource(), auditMasking, transactions);
	}

}
