/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import io.auditspring.actuate.ActuateConfiguration;
import io.auditspring.database.internal.OncePerDatabase;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.annotation.Import;

/**
 * Tells how checkpoints are doing: health and meters.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = AuditCheckpointAutoConfiguration.class,
		beforeName = "org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration")
@ConditionalOnBean(name = "auditCheckpointWorker")
@OncePerDatabase
@Import(ActuateConfiguration.Checkpoints.class)
public final class AuditCheckpointActuatorAutoConfiguration {

}
