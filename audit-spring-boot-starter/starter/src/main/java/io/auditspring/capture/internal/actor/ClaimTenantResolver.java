/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import io.auditspring.TenantResolver;
import org.jspecify.annotations.Nullable;

import org.springframework.security.core.Authentication;

/**
 * The tenant by a claim of the token that the caller signed in with.
 */
final class ClaimTenantResolver implements TenantResolver {

	private final SecurityContexts contexts;

	private final TokenClaims claims;

	private final String claim;

	ClaimTenantResolver(SecurityContexts contexts, TokenClaims claims, String claim) {
		this.contexts = contexts;
		this.claims = claims;
		this.claim = claim;
	}

	@Override
	public @Nullable String resolveTenant() {
		Authentication authentication = this.contexts.own();
		return (authentication != null) ? this.claims.first(authentication, this.claim) : null;
	}

}
