/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import io.auditspring.actuate.ActuateConfiguration;

import org.springframework.boot.actuate.audit.AuditEventRepository;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Import;
import org.springframework.security.core.Authentication;

/**
 * Keeps the audit events of Spring Boot Actuator in the ledger, unless the application
 * keeps them elsewhere.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = AuditAutoConfiguration.class,
		before = org.springframework.boot.actuate.autoconfigure.audit.AuditAutoConfiguration.class)
// A repository switches on the listeners of Spring Boot, which do not load without Spring
// Security.
@ConditionalOnClass({ AuditEventRepository.class, Authentication.class,
		org.springframework.boot.actuate.autoconfigure.audit.AuditAutoConfiguration.class })
@ConditionalOnBean(name = { "auditDatabase", "auditTrail" })
@ConditionalOnMissingBean(AuditEventRepository.class)
@Import(ActuateConfiguration.Events.class)
public final class AuditActuatorAutoConfiguration {

}
