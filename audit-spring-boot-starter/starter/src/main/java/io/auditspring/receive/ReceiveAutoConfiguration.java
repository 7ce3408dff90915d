/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive;

import io.auditspring.database.internal.OncePerDatabase;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;

/**
 * Receives chains of other ledgers where {@code audit.receive} says so.
 *
 * @since 0.1.0
 */
@AutoConfiguration(afterName = "io.auditspring.autoconfigure.AuditCheckpointAutoConfiguration",
		beforeName = "org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration")
@ConditionalOnBean(name = "auditDatabase")
@OncePerDatabase
@Conditional(OnReceiving.class)
@Import(ReceiveConfiguration.class)
public final class ReceiveAutoConfiguration {

}
