/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import java.security.Principal;
import java.text.Normalizer;
import java.util.Locale;

import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;

import io.auditspring.Actor;
import io.auditspring.capture.internal.value.Masking;
import io.auditspring.capture.internal.value.SecretValues;
import org.jspecify.annotations.Nullable;

import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.AuthenticatedPrincipal;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.ldap.userdetails.LdapUserDetails;
import org.springframework.util.ClassUtils;

/**
 * Knows the names that Spring Security has for people.
 */
final class SecurityNames {

	private static final boolean SERVLETS = ClassUtils.isPresent("jakarta.servlet.http.HttpServletRequest",
			SecurityNames.class.getClassLoader())
			&& ClassUtils.isPresent("org.springframework.web.context.request.ServletRequestAttributes",
					SecurityNames.class.getClassLoader());

	private static final boolean LDAP = ClassUtils.isPresent(
			"org.springframework.security.ldap.userdetails.LdapUserDetails", SecurityNames.class.getClassLoader());

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
	 * What tells somebody from others, where that is not the name. A directory takes
	 * names in any case, and several names of one person: Spring Security passes on what
	 * was typed.
	 * @param person whoever it is
	 * @return the name of their entry in the directory, or {@code null} where they are of
	 * none
	 */
	@Nullable String entryOf(Object person) {
		Object user = (person instanceof Authentication authentication) ? authentication.getPrincipal() : person;
		return (LDAP && user != null) ? Directory.entry(user) : null;
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

	/**
	 * Loaded only where Spring Security knows directories.
	 */
	private static final class Directory {

		static @Nullable String entry(Object user) {
			String name = (user instanceof LdapUserDetails details) ? details.getDn() : null;
			return (name != null && !name.isBlank()) ? prepared(plain(name)) : null;
		}

		private static String plain(String name) {
			try {
				return new LdapName(new LdapName(name).getRdns()).toString();
			}
			catch (InvalidNameException ex) {
				// Whoever made it up makes up the same one again.
				return name;
			}
		}

		// As directories compare names (RFC 4518), since a part of it may have been
		// typed, too.
		private static String prepared(String name) {
			return Normalizer.normalize(name, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT).replaceAll("\\s+", " ");
		}

	}

}
