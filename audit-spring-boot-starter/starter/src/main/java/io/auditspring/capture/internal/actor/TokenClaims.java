package io.auditspring.capture.internal.actor;

import java.util.Collection;
import java.util.Map;

import io.auditspring.capture.internal.value.PlainTypes;
import org.jspecify.annotations.Nullable;

import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.ClaimAccessor;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;

/**
 * Reads what a JWT, an introspected token or an OpenID provider says of the user.
 */
final class TokenClaims {

	/**
	 * The first claim that says something.
	 * @param authentication who signed in
	 * @param names the claims to look for, in this order
	 * @return its value as text, or {@code null} where there is none, or no token
	 */
	public @Nullable String first(Authentication authentication, String... names) {
		Map<String, Object> claims = claims(authentication.getPrincipal());
		for (String name : names) {
			Object value = claims.get(name);
			if (value != null && isText(value) && !value.toString().isBlank()) {
				return value.toString();
			}
		}
		return null;
	}

	// A claim may be an object with everything that the provider knows.
	private static boolean isText(Object value) {
		return (value instanceof Collection<?> several) ? several.stream().allMatch(TokenClaims::isText)
				: PlainTypes.include(value.getClass());
	}

	private static Map<String, Object> claims(@Nullable Object principal) {
		if (principal instanceof ClaimAccessor accessor) {
			return accessor.getClaims();
		}
		return (principal instanceof OAuth2AuthenticatedPrincipal user) ? user.getAttributes() : Map.of();
	}

}
