package io.auditspring.sample.controlplane;

import io.auditspring.Actor;
import io.auditspring.ActorResolver;
import org.jspecify.annotations.Nullable;

import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;

/**
 * Names the API key as the actor, where a machine acts. Users are left to the starter.
 */
@Component
final class ApiKeyActorResolver implements ActorResolver {

	@Override
	public @Nullable Actor resolveActor() {
		return (SecurityContextHolder.getContext().getAuthentication() instanceof ApiKeyAuthentication key)
				? Actor.apiKey(key.getName(), key.keyName()) : null;
	}

}
