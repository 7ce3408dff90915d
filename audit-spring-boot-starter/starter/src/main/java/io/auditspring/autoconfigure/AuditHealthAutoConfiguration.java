/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import io.auditspring.actuate.ActuateConfiguration;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Import;

/**
 * Tells the health of the audit trail. It is no part of the readiness of an application:
 * an instance that cannot write its trail is not helped by sending its load to the
 * others, which share the database.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = AuditAutoConfiguration.class, before = HealthContributorAutoConfiguration.class)
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBean(name = "auditDeliveryStatistics")
@ConditionalOnEnabledHealthIndicator("audit")
@Import(ActuateConfiguration.Health.class)
public final class AuditHealthAutoConfiguration {

}
