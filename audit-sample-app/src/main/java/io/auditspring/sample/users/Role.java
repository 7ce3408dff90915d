package io.auditspring.sample.users;

import java.util.List;

import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.AuthorityUtils;

enum Role {

	ADMIN("ROLE_ADMIN", "ROLE_MANAGER", "ROLE_AUDITOR"),

	MANAGER("ROLE_MANAGER", "ROLE_AUDITOR"),

	ANALYST("ROLE_ANALYST");

	private final List<GrantedAuthority> authorities;

	Role(String... authorities) {
		this.authorities = AuthorityUtils.createAuthorityList(authorities);
	}

	List<GrantedAuthority> authorities() {
		return this.authorities;
	}

}
