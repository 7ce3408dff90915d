/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.auditspring.capture.internal.value.PlainTypes;
import org.jspecify.annotations.Nullable;

import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.ClaimAccessor;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;

/**
 * Reads what a JWT, an introspected token or an OpenID provider says of the user.
 */
final class TokenClaims {

	/** Whoever issues tokens may nest them as deep as they like. */
	private static final int MAX_ACTING = 20;

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

	/**
	 * The client that a token was issued to for itself, without any user (OAuth 2.0
	 * client credentials). RFC 9068, section 2.2, wants it as the subject; providers have
	 * ways of their own to say so.
	 * @param authentication who signed in
	 * @return the client's id, or {@code null} where the token is a user's
	 */
	@Nullable String client(Authentication authentication) {
		String client = first(authentication, "client_id", "azp", "appid");
		if (client == null) {
			return null;
		}
		String subject = first(authentication, "sub");
		String user = first(authentication, "preferred_username", "username");
		boolean itself = (subject != null) ? subject.equals(client) || subject.equals(client + "@clients")
				: user == null && first(authentication, "name", "email") == null;
		boolean said = ("service-account-" + client).equals(user) || "app".equals(first(authentication, "idtyp"))
				|| "client-credentials".equals(first(authentication, "gty"));
		return (itself || said) ? client : null;
	}

	/**
	 * Who acts on behalf of the token's subject (RFC 8693, section 4.1).
	 * @param authentication who signed in
	 * @return their ids, beginning with who really acts; empty where the subject acts
	 */
	List<String> acting(Authentication authentication) {
		List<String> acting = new ArrayList<>();
		Object act = claims(authentication.getPrincipal()).get("act");
		while (act instanceof Map<?, ?> party && acting.size() < MAX_ACTING) {
			Object id = Stream.of("sub", "client_id", "azp")
				.map(party::get)
				.filter((value) -> value != null && isText(value) && !value.toString().isBlank())
				.findFirst()
				.orElse(null);
			if (id != null) {
				acting.add(id.toString());
			}
			act = party.get("act");
		}
		return acting;
	}

	// A claim may be an object with everything that the provider knows.
	private static boolean isText(Object value) {
		return (value instanceof Collection<?> several) ? several.stream().allMatch(TokenClaims::isText)
				: PlainTypes.include(value.getClass());
	}

	// A class of the application may stand for those, too, whom no provider sent, and
	// then
	// have nothing to tell, whatever the interface promises.
	private static Map<String, Object> claims(@Nullable Object principal) {
		@Nullable Map<String, Object> claims = null;
		if (principal instanceof ClaimAccessor accessor) {
			claims = accessor.getClaims();
		}
		else if (principal instanceof OAuth2AuthenticatedPrincipal user) {
			claims = user.getAttributes();
		}
		return (claims != null) ? claims : Map.of();
	}

}
