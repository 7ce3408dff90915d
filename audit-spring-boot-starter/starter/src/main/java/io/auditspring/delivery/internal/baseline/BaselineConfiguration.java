/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.baseline;

import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.capture.internal.state.PresentStates;
import io.auditspring.database.internal.AuditDatabase;
import io.auditspring.delivery.internal.outbox.Outbox;
import io.auditspring.delivery.internal.transaction.Handover;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Wires what records the state that entities had when the trail began.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBean(name = { "auditDatabase", "auditTransactions" })
@EnableConfigurationProperties(BaselineProperties.class)
public class BaselineConfiguration {

	@Bean
	EntityBaseline auditEntityBaseline(PresentStates auditPresentStates, EntryFactory auditEntryFactory,
			Handover delivery, Outbox auditOutbox, AuditDatabase auditDatabase, BaselineProperties properties) {
		return new EntityBaseline(auditPresentStates, auditEntryFactory, delivery, auditOutbox, auditDatabase,
				properties.baseline());
	}

}
