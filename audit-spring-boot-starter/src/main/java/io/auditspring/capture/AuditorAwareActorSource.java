package io.auditspring.capture;

import java.security.Principal;

import io.auditspring.Actor;
import org.jspecify.annotations.Nullable;

import org.springframework.data.domain.AuditorAware;

/**
 * The actor by the application's Spring Data auditor.
 */
public final class AuditorAwareActorSource implements ActorSource {

	private final AuditorAware<?> auditorAware;

	public AuditorAwareActorSource(AuditorAware<?> auditorAware) {
		this.auditorAware = auditorAware;
	}

	@Override
	public @Nullable Actor currentActor() {
		return this.auditorAware.getCurrentAuditor()
			.map((auditor) -> (auditor instanceof Principal principal) ? principal.getName() : auditor.toString())
			.map((id) -> Actor.user(id, id))
			.orElse(null);
	}

}
