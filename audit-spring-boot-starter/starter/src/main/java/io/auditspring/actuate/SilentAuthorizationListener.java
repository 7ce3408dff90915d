/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.actuate;

import org.springframework.boot.actuate.security.AbstractAuthorizationAuditListener;
import org.springframework.security.authorization.event.AuthorizationEvent;

/**
 * Stands in the place of Spring Boot's listener, which would tell of denied access a
 * second time.
 */
final class SilentAuthorizationListener extends AbstractAuthorizationAuditListener {

	@Override
	public void onApplicationEvent(AuthorizationEvent event) {
		// The starter records it itself, unless it is told not to.
	}

}
