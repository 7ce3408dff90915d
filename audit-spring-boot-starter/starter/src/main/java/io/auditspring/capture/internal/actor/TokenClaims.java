/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import io.auditspring.capture.internal.value.PlainTypes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.ClaimAccessor;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

/**
 * Reads what a JWT, an introspected token or an OpenID provider says of the user.
 */
final class TokenClaims {

	private static final Logger logger = LoggerFactory.getLogger(TokenClaims.class);

	private static final String ISSUER = "iss";

	/** The issuer of a token that names none. */
	private static final String UNTOLD = "?";

	/** Whoever issues tokens may nest them as deep as they like. */
	private static final int MAX_ACTING = 20;

	private final @Nullable String issuer;

	private final AtomicReference<@Nullable String> seen = new AtomicReference<>();

	private final AtomicBoolean told = new AtomicBoolean();

	/**
	 * Creates the reader.
	 * @param issuer the issuer whose subjects stand alone, or {@code null} where there is
	 * only one
	 */
	TokenClaims(@Nullable String issuer) {
		this.issuer = issuer;
	}

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
		String client = first(authentication, "client_id", "azp", "appid", "cid");
		// Who signs in with an ID token is somebody, whatever they are called.
		if (client == null || authentication.getPrincipal() instanceof OidcUser) {
			return null;
		}
		String subject = first(authentication, "sub");
		String user = first(authentication, "preferred_username", "username");
		boolean itself = (subject != null) ? subject.equals(client) || subject.equals(client + "@clients")
				: user == null && first(authentication, "name", "email") == null;
		boolean said = isServiceAccount(authentication, client, user) || isOfEntra(authentication, subject, user)
				|| "client-credentials".equals(first(authentication, "gty"));
		return (itself || said) ? client : null;
	}

	// Microsoft Entra ID tells the type of a token where it is asked to. Else a user has
	// scopes, and a subject for each application, which is not the object. A user of
	// Azure AD B2C has the object for a subject, but the policy that they signed in by.
	private boolean isOfEntra(Authentication authentication, @Nullable String subject, @Nullable String user) {
		String type = first(authentication, "idtyp");
		if (type != null) {
			return type.equals("app");
		}
		return subject != null && subject.equals(first(authentication, "oid")) && user == null
				&& first(authentication, "scp", "tfp", "name", "email", "emails", "upn", "unique_name") == null;
	}

	// Keycloak's. Anybody may register under such a name; where a client was when it
	// asked
	// for the token is said of clients only.
	private boolean isServiceAccount(Authentication authentication, String client, @Nullable String user) {
		return ("service-account-" + client).equals(user)
				&& first(authentication, "clientHost", "clientAddress") != null;
	}

	/**
	 * What tells somebody from all others of whom tokens tell. What a token calls them
	 * does so among those of one issuer only (RFC 7519, section 4.1.2).
	 * @param authentication who signed in
	 * @param id what the token calls them
	 * @return the id of those of the issuer whose ids stand alone, and where none is
	 * configured; else the issuer and the id
	 */
	String unique(Authentication authentication, String id) {
		return unique(claims(authentication.getPrincipal()).get(ISSUER), id);
	}

	private String unique(@Nullable Object said, String id) {
		String issuer = (said != null) ? said.toString() : UNTOLD;
		if (this.issuer != null) {
			return issuer.equals(this.issuer) ? id : issuer + "|" + id;
		}
		if (!issuer.equals(UNTOLD)) {
			tellOfSeveral(issuer);
		}
		return id;
	}

	private void tellOfSeveral(String issuer) {
		String first = this.seen.compareAndExchange(null, issuer);
		if (first != null && !first.equals(issuer) && this.told.compareAndSet(false, true)) {
			logger.warn(
					"Tokens of several issuers come, such as {} and {}, whose users are told apart by their "
							+ "subjects only: set audit.security.issuer to the one whose subjects are to stand alone",
					first, issuer);
		}
	}

	/**
	 * Who acts on behalf of the token's subject (RFC 8693, section 4.1).
	 * @param authentication who signed in
	 * @return their ids, beginning with who really acts; empty where the subject acts
	 */
	List<String> acting(Authentication authentication) {
		List<String> acting = new ArrayList<>();
		Map<String, Object> claims = claims(authentication.getPrincipal());
		Object act = claims.get("act");
		while (act instanceof Map<?, ?> party && acting.size() < MAX_ACTING) {
			Object id = Stream.of("sub", "client_id", "azp")
				.map(party::get)
				.filter((value) -> value != null && isText(value) && !value.toString().isBlank())
				.findFirst()
				.orElse(null);
			if (id != null) {
				Object issuer = party.get(ISSUER);
				acting.add(unique((issuer != null) ? issuer : claims.get(ISSUER), id.toString()));
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
