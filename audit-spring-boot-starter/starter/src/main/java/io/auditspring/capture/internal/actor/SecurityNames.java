/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import java.security.Principal;

import io.auditspring.Actor;
import io.auditspring.capture.internal.value.Masking;
import io.auditspring.capture.internal.value.SecretValues;
import org.jspecify.annotations.Nullable;

import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.AuthenticatedPrincipal;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.util.ClassUtils;

/**
 * Knows the names that Spring Security has for people.
 */
final class SecurityNames {

	private static final boolean SERVLETS = ClassUtils.isPresent("jakarta.servlet.http.HttpServletRequest",
			SecurityNames.class.getClassLoader())
			&& ClassUtils.isPresent("org.springframework.web.context.request.ServletRequestAttributes",
					SecurityNames.class.getClassLoader());

	/**
	 * The name of somebody.
	 * @param person whoever it is
	 * @return the name, or {@code null} where Spring Security knows none
	 */
	@Nullable String of(Object person) {
		@Nullable String name = (person instanceof UserDetails user) ? user.getUsername() : null;
		if (name == null && person instanceof AuthenticatedPrincipal principal) {
			name = principal.getName();
		}
		if (name != null) {
			return name;
		}
		return (person instanceof Authentication authentication) ? name(authentication) : null;
	}

	/**
	 * Whether objects of a type have such a name.
	 * @param type the type
	 * @return whether they have
	 */
	boolean isNamed(Class<?> type) {
		return UserDetails.class.isAssignableFrom(type) || AuthenticatedPrincipal.class.isAssignableFrom(type);
	}

	/**
	 * Whether the name that somebody has is what they proved it with, such as the key of
	 * an API: nobody else may read it.
	 * @param person whoever it is
	 * @param name the name
	 * @param masking what is secret
	 * @return whether it is the credentials, a secret member of the authentication, or
	 * what the request calls a secret
	 */
	boolean isCredential(Object person, String name, Masking masking) {
		if (!(person instanceof Authentication authentication)
				|| !(authentication.getPrincipal() instanceof CharSequence)) {
			return false;
		}
		if (SERVLETS && RequestSecrets.include(name, masking)) {
			return true;
		}
		// Whose password is the name has a name nevertheless.
		if (authentication instanceof UsernamePasswordAuthenticationToken) {
			return false;
		}
		boolean own = !authentication.getClass().getName().startsWith("org.springframework.");
		return (authentication.getCredentials() instanceof CharSequence credentials && name.contentEquals(credentials))
				|| (own && SecretValues.of(masking, authentication).contains(name));
	}

	/**
	 * Who a principal stands for, where it only wraps somebody.
	 * @param person whoever it is
	 * @return the innermost principal
	 */
	Object unwrapped(Object person) {
		Object principal = (person instanceof Authentication authentication
				&& (authentication.getPrincipal() instanceof Actor || name(authentication) == null))
						? authentication.getPrincipal() : null;
		return (principal != null) ? principal : person;
	}

	// The name of one whose principal nobody knows is that principal's text, and may be
	// all that it holds. One that is made in another way is the application's choice.
	private static @Nullable String name(Authentication authentication) {
		String name = authentication.getName();
		if (name == null || PrintedObjects.include(name)) {
			return null;
		}
		Object principal = authentication.getPrincipal();
		boolean known = principal instanceof CharSequence || principal instanceof UserDetails
				|| principal instanceof Principal || principal instanceof AuthenticatedPrincipal;
		return (principal == null || known || !name.equals(principal.toString())) ? name : null;
	}

}
