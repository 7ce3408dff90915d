/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.actuate;

import org.springframework.boot.actuate.security.AbstractAuthenticationAuditListener;
import org.springframework.security.authentication.event.AbstractAuthenticationEvent;

/**
 * Stands in the place of Spring Boot's listener, which would tell of logins a second
 * time, and of every request with HTTP basic credentials.
 */
final class SilentAuthenticationListener extends AbstractAuthenticationAuditListener {

	@Override
	public void onApplicationEvent(AbstractAuthenticationEvent event) {
		// The starter records it itself, unless it is told not to.
	}

}
