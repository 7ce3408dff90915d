/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import io.auditspring.capture.internal.actor.ActorConfiguration;
import io.auditspring.intercept.internal.listener.ListenerConfiguration;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.annotation.Import;

/**
 * Names scheduled jobs and message listeners as actors.
 *
 * @since 0.1.0
 */
// What observes jobs is to be there when it learns of each.
@AutoConfiguration(after = AuditAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ScheduledTasksObservationAutoConfiguration")
@ConditionalOnBean(name = "auditTransactions")
@Import({ ActorConfiguration.Jobs.class, ActorConfiguration.Messages.class, ListenerConfiguration.class })
public final class AuditJobsAutoConfiguration {

}
