/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import io.auditspring.actuate.ActuateConfiguration;
import io.auditspring.database.internal.OncePerDatabase;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Import;

/**
 * Publishes meters of delivery to Micrometer, and copies of entries to OpenTelemetry.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = AuditAutoConfiguration.class)
@ConditionalOnClass(MeterBinder.class)
@ConditionalOnBean(name = "auditDeliveryStatistics")
@OncePerDatabase
@Import({ ActuateConfiguration.Meters.class, ActuateConfiguration.Copies.class,
		ActuateConfiguration.Observations.class })
public final class AuditMetricsAutoConfiguration {

}
