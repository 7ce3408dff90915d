/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What tokens tell.
 *
 * @param tenantClaim the claim of OAuth2 and OpenID Connect tokens that names the tenant
 * @param issuer where tokens of several issuers are trusted, the one whose subjects are
 * known by their ids alone; those of others are known by issuer and id, such as
 * https://login.partner.example|4711. By default ids stand alone
 */
@ConfigurationProperties("audit.security")
record TokenProperties(@Nullable String tenantClaim, @Nullable String issuer) {
}
