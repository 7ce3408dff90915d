/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.security;

import io.auditspring.AuditRecord;
import io.auditspring.Outcome;

import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authorization.event.AuthorizationDeniedEvent;

/**
 * What access control refused.
 */
final class Denial {

	static final String ACTION = "access.denied";

	private Denial() {
	}

	/**
	 * Whether somebody was refused who had signed in. Anybody else is not refused but
	 * asked to sign in, which happens whenever a page is opened for the first time.
	 * @param event the refusal
	 * @param trust tells who signed in
	 * @return whether it is worth an entry
	 */
	static boolean meetsSomebody(AuthorizationDeniedEvent<?> event, AuthenticationTrustResolver trust) {
		return trust.isAuthenticated(event.getAuthentication().get());
	}

	static AuditRecord of(String targetType, String targetId) {
		return AuditRecord.action(ACTION)
			.category(Categories.AUTHORIZATION)
			.outcome(Outcome.DENIED)
			.target(targetType, targetId)
			.build();
	}

}
