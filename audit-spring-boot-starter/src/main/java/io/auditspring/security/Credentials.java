package io.auditspring.security;

import java.security.Principal;

import io.auditspring.Actor;

import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.userdetails.UserDetails;

/**
 * What may be told of the credentials that somebody showed.
 */
final class Credentials {

	private static final String SUFFIX = "AuthenticationToken";

	/** The id of an actor of whom nothing is known. */
	static final String UNKNOWN = "unknown";

	private Credentials() {
	}

	/**
	 * What kind they are.
	 * @param authentication the credentials
	 * @return such as {@code UsernamePassword} or {@code RememberMe}
	 */
	static String kind(Authentication authentication) {
		String type = authentication.getClass().getSimpleName();
		return type.endsWith(SUFFIX) ? type.substring(0, type.length() - SUFFIX.length()) : type;
	}

	/**
	 * In whose name somebody tried them. A mere text is taken for a name only where it
	 * comes with a password: elsewhere it may be the secret itself, such as a bearer
	 * token or an API key.
	 * @param authentication the credentials, which turned out wrong
	 * @return the actor; with the id {@code unknown} where there is no name
	 */
	static Actor tried(Authentication authentication) {
		Object principal = authentication.getPrincipal();
		if (principal instanceof Actor actor) {
			return actor;
		}
		if (principal instanceof UserDetails user) {
			return Actor.user(user.getUsername());
		}
		if (principal instanceof Principal named) {
			return Actor.user(named.getName());
		}
		boolean named = authentication instanceof UsernamePasswordAuthenticationToken
				&& principal instanceof String name && !name.isBlank() && !name.equals(authentication.getCredentials());
		return Actor.user(named ? authentication.getName() : UNKNOWN);
	}

}
