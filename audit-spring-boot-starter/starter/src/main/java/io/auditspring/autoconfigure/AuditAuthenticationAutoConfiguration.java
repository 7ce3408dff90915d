/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import io.auditspring.security.SecurityEventsConfiguration;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.annotation.Import;

/**
 * Records who signs in and out and who tries in vain, by whatever tells of it: Spring
 * Security's events, or the application itself.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = AuditAutoConfiguration.class)
@ConditionalOnBean(name = "auditTransactions")
@Import(SecurityEventsConfiguration.SignedIn.class)
public final class AuditAuthenticationAutoConfiguration {

}
