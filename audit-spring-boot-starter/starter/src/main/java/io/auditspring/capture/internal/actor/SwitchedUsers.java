/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import org.jspecify.annotations.Nullable;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.web.authentication.switchuser.SwitchUserGrantedAuthority;

/**
 * Knows who switched to another user by Spring Security's {@code SwitchUserFilter}.
 */
final class SwitchedUsers {

	/**
	 * Who really acts, however often they switched.
	 * @param authentication who seems to act
	 * @return the first of those who switched, or {@code null} if nobody did
	 */
	public @Nullable Authentication original(Authentication authentication) {
		Authentication original = null;
		Authentication source = source(authentication);
		while (source != null) {
			original = source;
			source = source(source);
		}
		return original;
	}

	private static @Nullable Authentication source(Authentication authentication) {
		for (GrantedAuthority authority : authentication.getAuthorities()) {
			if (authority instanceof SwitchUserGrantedAuthority switched) {
				return switched.getSource();
			}
		}
		return null;
	}

}
