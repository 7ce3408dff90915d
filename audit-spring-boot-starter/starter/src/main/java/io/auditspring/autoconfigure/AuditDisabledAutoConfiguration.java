/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import io.auditspring.Actor;
import io.auditspring.AuditRecorder;
import io.auditspring.AuthenticationEvents;
import io.auditspring.approval.NoApprovalConfiguration;
import io.auditspring.capture.internal.entry.Operation;
import io.auditspring.delivery.Quarantine;
import io.auditspring.delivery.Receipts;
import io.auditspring.intercept.internal.call.InterceptConfiguration;
import io.auditspring.query.AuditRedaction;
import io.auditspring.query.AuditTrail;
import io.auditspring.query.ChangeSummary;
import io.auditspring.retention.LegalHolds;
import io.auditspring.retention.NoLedger;
import io.auditspring.signing.Checkpoints;
import io.auditspring.signing.LedgerVerifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.Environment;
import org.springframework.core.task.TaskDecorator;

/**
 * Lets an application start with auditing switched off, whatever of ours it injects.
 *
 * @since 0.1.0
 */
@AutoConfiguration
public final class AuditDisabledAutoConfiguration {

	// Conditions take whatever is not "true" for off; a typing error must not do that.
	AuditDisabledAutoConfiguration(Environment environment) {
		Binder.get(environment).bind("audit.enabled", Boolean.class);
	}

	/**
	 * What answers as if there were no entries, and records none.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBooleanProperty(name = "audit.enabled", havingValue = false)
	@ImportRuntimeHints(AuditRuntimeHints.class)
	@Import({ NoApprovalConfiguration.class, InterceptConfiguration.Unaudited.class })
	static class StandIns {

		private static final Logger logger = LoggerFactory.getLogger(AuditDisabledAutoConfiguration.class);

		private final NoLedger none = new NoLedger("Auditing is switched off (audit.enabled=false)");

		StandIns() {
			logger.info("Auditing is switched off (audit.enabled=false): nothing is recorded, the trail is "
					+ "empty, and what needs approval is refused");
		}

		@Bean
		@ConditionalOnMissingBean
		AuditRecorder auditRecorder() {
			return (record) -> Receipts.withoutLedger(Operation.newId());
		}

		@Bean
		@ConditionalOnMissingBean
		AuthenticationEvents auditAuthenticationEvents() {
			return new NoSignIns();
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

		@Bean
		@ConditionalOnMissingBean
		ChangeSummary auditChangeSummary(ApplicationContext messages) {
			return new ChangeSummary(messages);
		}

		@Bean
		@Fallback
		@ConditionalOnMissingBean(name = "auditTaskDecorator")
		TaskDecorator auditTaskDecorator() {
			return (task) -> task;
		}

	}

	/** Records nothing. */
	private static final class NoSignIns implements AuthenticationEvents {

		@Override
		public void signedIn(Actor user) {
		}

		@Override
		public void signedOut(Actor user) {
		}

		@Override
		public void failed(String name, String reason) {
		}

		@Override
		public void failed(Actor user, String reason) {
		}

	}

}
