package io.auditspring.sample.security;

import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;

/**
 * The role somebody acts in, for entries that must say by what right something was done:
 * tomorrow it may be another.
 */
@Component("callerRole")
public class CallerRole {

	/** The highest first. */
	private static final List<String> ROLES = List.of("ADMIN", "MANAGER", "ANALYST");

	/**
	 * Tells the caller's role.
	 * @return such as {@code MANAGER}, or {@code null} if nobody is signed in
	 */
	public @Nullable String name() {
		Authentication caller = SecurityContextHolder.getContext().getAuthentication();
		if (caller == null) {
			return null;
		}
		Set<String> authorities = AuthorityUtils.authorityListToSet(caller.getAuthorities());
		return ROLES.stream().filter((role) -> authorities.contains("ROLE_" + role)).findFirst().orElse(null);
	}

}
