/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import io.auditspring.capture.internal.origin.OriginConfiguration;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Import;

/**
 * Locates clients by a database in MaxMind's format.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = AuditAutoConfiguration.class)
@ConditionalOnProperty("audit.geolocation.database")
@ConditionalOnBooleanProperty(name = "audit.enabled", matchIfMissing = true)
@Import(OriginConfiguration.Geo.class)
public final class AuditGeoAutoConfiguration {

}
