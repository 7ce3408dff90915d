/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.security.Principal;

import io.auditspring.AuditAccess;
import io.auditspring.AuditAccessPolicy;
import io.auditspring.capture.internal.actor.SecurityContexts;
import org.jspecify.annotations.Nullable;

import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.access.hierarchicalroles.NullRoleHierarchy;
import org.springframework.security.access.hierarchicalroles.RoleHierarchy;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;

/**
 * Lets those with an authority read everything, others who are signed in what they did
 * themselves, and nobody else anything. Asks Spring Security itself, since the request's
 * principal may come from elsewhere.
 *
 * @since 0.1.0
 */
public final class AuthorityAccessPolicy implements AuditAccessPolicy {

	private final AuthenticationTrustResolver trust = new AuthenticationTrustResolverImpl();

	private final SecurityContexts contexts;

	private final RoleHierarchy hierarchy;

	private final String authority;

	private final @Nullable String monitorAuthority;

	/**
	 * Creates the policy.
	 * @param authority who has it reads everything
	 */
	public AuthorityAccessPolicy(String authority) {
		this(authority, null);
	}

	/**
	 * Creates the policy.
	 * @param authority who has it reads everything
	 * @param monitorAuthority who has it, and not the other one, sees the hashes of the
	 * ledger and no entry; {@code null} if nobody does
	 */
	public AuthorityAccessPolicy(String authority, @Nullable String monitorAuthority) {
		this(authority, monitorAuthority, SecurityContexts.ofHolder(), new NullRoleHierarchy());
	}

	AuthorityAccessPolicy(String authority, @Nullable String monitorAuthority, SecurityContexts contexts,
			RoleHierarchy hierarchy) {
		this.contexts = contexts;
		this.hierarchy = hierarchy;
		this.authority = authority;
		this.monitorAuthority = monitorAuthority;
	}

	@Override
	public AuditAccess accessOf(@Nullable Principal reader) {
		Authentication authentication = this.contexts.current();
		if (authentication == null || !this.trust.isAuthenticated(authentication)) {
			return AuditAccess.none();
		}
		if (has(authentication, this.authority)) {
			return AuditAccess.all();
		}
		return has(authentication, this.monitorAuthority) ? AuditAccess.hashes() : AuditAccess.own();
	}

	private boolean has(Authentication authentication, @Nullable String authority) {
		return authority != null && this.hierarchy.getReachableGrantedAuthorities(authentication.getAuthorities())
			.stream()
			.map(GrantedAuthority::getAuthority)
			.anyMatch(authority::equals);
	}

}
