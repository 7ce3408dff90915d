/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import io.auditspring.security.SecurityEventsConfiguration;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Import;
import org.springframework.security.core.Authentication;

/**
 * Records who signs in and out, who tries in vain and who is refused. On by default: it
 * is what an auditor asks for first, and what an attacker does.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = AuditAuthenticationAutoConfiguration.class,
		beforeName = "org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration")
@ConditionalOnClass(Authentication.class)
@ConditionalOnBean(name = "auditFailedLogins")
@ConditionalOnBooleanProperty(name = "audit.security.enabled", matchIfMissing = true)
@Import(SecurityEventsConfiguration.Events.class)
public final class AuditSecurityEventsAutoConfiguration {

}
