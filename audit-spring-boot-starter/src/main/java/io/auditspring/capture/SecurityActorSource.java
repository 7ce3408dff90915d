package io.auditspring.capture;

import io.auditspring.Actor;
import org.jspecify.annotations.Nullable;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * The actor by Spring Security.
 */
public final class SecurityActorSource implements ActorSource {

	@Override
	public @Nullable Actor currentActor() {
		Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
		if (authentication == null || !authentication.isAuthenticated()) {
			return null;
		}
		return Actor.user(authentication.getName(), authentication.getName());
	}

}
