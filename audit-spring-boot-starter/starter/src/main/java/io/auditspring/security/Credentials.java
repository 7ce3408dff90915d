/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.security;

import java.security.Principal;
import java.util.List;

import io.auditspring.Actor;
import io.auditspring.capture.internal.actor.PrintedObjects;
import org.jspecify.annotations.Nullable;

import org.springframework.security.authentication.AccountStatusException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.authentication.dao.DaoAuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.authority.FactorGrantedAuthority;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UsernameNotFoundException;

/**
 * What may be told of the credentials that somebody showed.
 */
final class Credentials {

	private static final String SUFFIX = "AuthenticationToken";

	private static final String FACTOR = "FACTOR_";

	private static final int MAX_CAUSES = 50;

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
	 * By what somebody has proved so far who they are. Where one factor is not enough,
	 * each further one is a sign-in of its own.
	 * @param user who signed in
	 * @return the factors as Spring Security names them, such as {@code PASSWORD} or
	 * {@code OTT}, in alphabetical order
	 */
	static List<String> factors(Authentication user) {
		return user.getAuthorities()
			.stream()
			.filter(FactorGrantedAuthority.class::isInstance)
			.map((factor) -> String.valueOf(factor.getAuthority()))
			.map((name) -> name.startsWith(FACTOR) ? name.substring(FACTOR.length()) : name)
			.distinct()
			.sorted()
			.toList();
	}

	/**
	 * In whose name somebody tried them. A mere text is taken for a name only where it
	 * comes with a password: elsewhere it may be the secret itself, such as a bearer
	 * token or an API key.
	 * @param authentication the credentials, which turned out wrong
	 * @param failure what was wrong
	 * @param names makes actors of names
	 * @return the actor; with the id {@code unknown} where there is no name
	 */
	static Actor tried(Authentication authentication, AuthenticationException failure, TriedNames names) {
		Object principal = authentication.getPrincipal();
		if (principal instanceof Actor actor) {
			return names.known(actor.id());
		}
		String name = name(principal);
		if (name != null) {
			return PrintedObjects.include(name) ? names.nameless() : names.known(name);
		}
		String typed = typed(authentication);
		if (typed == null) {
			return names.nameless();
		}
		return isOfUser(failure) ? names.known(typed) : names.unknown(typed);
	}

	private static @Nullable String name(@Nullable Object principal) {
		if (principal instanceof UserDetails user) {
			return user.getUsername();
		}
		return (principal instanceof Principal named) ? named.getName() : null;
	}

	/**
	 * What somebody typed as a name.
	 * @param authentication the credentials
	 * @return the text, or {@code null} where there is none
	 */
	static @Nullable String typed(Authentication authentication) {
		boolean named = authentication instanceof UsernamePasswordAuthenticationToken
				&& authentication.getPrincipal() instanceof String name && !name.isBlank()
				&& !name.equals(authentication.getCredentials());
		return named ? authentication.getName() : null;
	}

	/**
	 * Whether a failure tells that there is such a user. The application is not asked: to
	 * look a user up once more costs, and takes another time for those who exist. Spring
	 * Security tells by the cause that it found nobody, also where the message hides it;
	 * other providers do not, so what they refuse may be anything.
	 */
	private static boolean isOfUser(AuthenticationException failure) {
		Throwable cause = failure;
		for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
			if (cause instanceof UsernameNotFoundException) {
				return false;
			}
			cause = cause.getCause();
		}
		return failure instanceof AccountStatusException || isOfUserDetails(failure);
	}

	private static boolean isOfUserDetails(AuthenticationException failure) {
		StackTraceElement[] trace = failure.getStackTrace();
		return trace.length > 0 && trace[0].getClassName().equals(DaoAuthenticationProvider.class.getName());
	}

}
