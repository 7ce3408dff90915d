package io.auditspring.web;

import io.auditspring.AuditAccess;
import io.auditspring.capture.internal.actor.SecurityContexts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.security.access.hierarchicalroles.RoleHierarchyImpl;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who has an authority by the application's hierarchy of roles has it here, too.
 */
class AuthorityAccessPolicyTests {

	private final AuthorityAccessPolicy policy = new AuthorityAccessPolicy("ROLE_AUDITOR", "ROLE_MONITOR",
			SecurityContexts.ofHolder(),
			RoleHierarchyImpl.fromHierarchy("ROLE_ADMIN > ROLE_AUDITOR\nROLE_OPS > ROLE_MONITOR"));

	@AfterEach
	void signOut() {
		SecurityContextHolder.clearContext();
	}

	@ParameterizedTest
	@CsvSource({ "ROLE_AUDITOR, ALL", "ROLE_ADMIN, ALL", "ROLE_OPS, HASHES", "ROLE_USER, OWN" })
	void rolesIncludeThoseBelowThem(String role, AuditAccess.Extent extent) {
		TestingAuthenticationToken user = new TestingAuthenticationToken("jane", "x", role);
		SecurityContextHolder.getContext().setAuthentication(user);
		assertThat(this.policy.accessOf(user).extent()).isEqualTo(extent);
	}

	@ParameterizedTest
	@CsvSource({ "ROLE_AUDITOR, ALL", "ROLE_ADMIN, OWN" })
	void withoutAHierarchyOnlyTheAuthorityItselfCounts(String role, AuditAccess.Extent extent) {
		TestingAuthenticationToken user = new TestingAuthenticationToken("jane", "x", role);
		SecurityContextHolder.getContext().setAuthentication(user);
		assertThat(new AuthorityAccessPolicy("ROLE_AUDITOR", null).accessOf(user).extent()).isEqualTo(extent);
	}

}
