/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import io.auditspring.actuate.ActuateConfiguration;
import io.auditspring.alert.AlertConfiguration;
import io.auditspring.database.internal.OncePerDatabase;
import io.auditspring.signing.SigningConfiguration;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.annotation.Import;

/**
 * Lets verification compare the ledger with its checkpoints, and verifies it in the
 * background where that is wanted.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = AuditCheckpointAutoConfiguration.class,
		beforeName = "org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration")
@ConditionalOnBean(name = "auditDatabase")
@OncePerDatabase
@Import({ SigningConfiguration.Verification.class, ActuateConfiguration.Verification.class, AlertConfiguration.class })
public final class AuditVerificationAutoConfiguration {

}
