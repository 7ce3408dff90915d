/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How tenants are told apart.
 *
 * @param tenantClaim the claim of OAuth2 and OpenID Connect tokens that names the tenant
 */
@ConfigurationProperties("audit.security")
record TenantProperties(@Nullable String tenantClaim) {
}
