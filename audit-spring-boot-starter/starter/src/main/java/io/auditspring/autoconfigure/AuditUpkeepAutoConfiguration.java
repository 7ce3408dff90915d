/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import io.auditspring.database.internal.OncePerDatabase;
import io.auditspring.history.HistoryConfiguration;
import io.auditspring.query.QueryConfiguration;
import io.auditspring.retention.RetentionConfiguration;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.annotation.Import;

/**
 * Erases from the ledger what may no longer be kept, and keeps it in shape.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = AuditAutoConfiguration.class,
		beforeName = "org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration")
@ConditionalOnBean(name = "auditDatabase")
@OncePerDatabase
@Import({ RetentionConfiguration.class, QueryConfiguration.Erasing.class, HistoryConfiguration.class })
public final class AuditUpkeepAutoConfiguration {

}
