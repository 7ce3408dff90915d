/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import io.auditspring.database.internal.OncePerDatabase;
import io.auditspring.signing.SigningConfiguration;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.annotation.Import;

/**
 * Signs checkpoints of the ledger where there is a key, and reads them.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = AuditAutoConfiguration.class)
@ConditionalOnBean(name = "auditDatabase")
@OncePerDatabase
@Import(SigningConfiguration.Signing.class)
public final class AuditCheckpointAutoConfiguration {

}
