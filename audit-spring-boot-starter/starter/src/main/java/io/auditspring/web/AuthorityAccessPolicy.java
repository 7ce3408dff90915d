package io.auditspring.web;

import java.security.Principal;

import io.auditspring.AuditAccess;
import io.auditspring.AuditAccessPolicy;
import org.jspecify.annotations.Nullable;

import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * Lets those with an authority read everything, others who are signed in what they did
 * themselves, and nobody else anything. Asks Spring Security itself, since the request's
 * principal may come from elsewhere.
 *
 * @since 0.1.0
 */
public final class AuthorityAccessPolicy implements AuditAccessPolicy {

	private final AuthenticationTrustResolver trust = new AuthenticationTrustResolverImpl();

	private final String authority;

	/**
	 * Creates the policy.
	 * @param authority who has it reads everything
	 */
	public AuthorityAccessPolicy(String authority) {
		this.authority = authority;
	}

	@Override
	public AuditAccess accessOf(@Nullable Principal reader) {
		Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
		if (authentication == null || !this.trust.isAuthenticated(authentication)) {
			return AuditAccess.none();
		}
		return authentication.getAuthorities()
			.stream()
			.map(GrantedAuthority::getAuthority)
			.anyMatch(this.authority::equals) ? AuditAccess.all() : AuditAccess.own();
	}

}
