package io.auditspring.capture;

import java.util.function.Supplier;

import io.auditspring.Actor;
import org.jspecify.annotations.Nullable;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.util.function.SingletonSupplier;

/**
 * The actor by Spring Security. A principal that is an {@link Actor} is taken as it is.
 * Who signed in by a token is known by its subject and shown by its claims {@code name}
 * or {@code preferred_username}; a token that a machine got for itself has no user, so
 * its subject, usually the client's id, is the actor. Whoever switched to another user is
 * that user's impersonator.
 */
public final class SecurityActorSource implements ActorSource {

	private final @Nullable SwitchedUsers switchedUsers;

	private final @Nullable TokenClaims tokenClaims;

	private final Supplier<Persons> persons;

	/**
	 * Creates the source.
	 * @param switchedUsers knows who switched, or {@code null} without that library
	 * @param tokenClaims reads tokens, or {@code null} without that library
	 * @param persons gives who knows principals of other types
	 */
	public SecurityActorSource(@Nullable SwitchedUsers switchedUsers, @Nullable TokenClaims tokenClaims,
			Supplier<Persons> persons) {
		this.switchedUsers = switchedUsers;
		this.tokenClaims = tokenClaims;
		this.persons = SingletonSupplier.of(persons);
	}

	@Override
	public @Nullable Actor currentActor() {
		return actorOf(SecurityContextHolder.getContext().getAuthentication());
	}

	/**
	 * The actor that somebody is.
	 * @param authentication whoever it is, or {@code null} for nobody
	 * @return the actor, or {@code null} where nobody is signed in
	 */
	public @Nullable Actor actorOf(@Nullable Authentication authentication) {
		return (authentication != null && authentication.isAuthenticated()) ? actor(authentication) : null;
	}

	private Actor actor(Authentication authentication) {
		Actor actor = effective(authentication);
		Authentication original = (this.switchedUsers != null) ? this.switchedUsers.original(authentication) : null;
		return (original != null) ? actor.impersonatedBy(effective(original).id()) : actor;
	}

	private Actor effective(Authentication authentication) {
		Actor actor = this.persons.get().actor(authentication);
		if (this.tokenClaims == null || authentication.getPrincipal() instanceof Actor) {
			return actor;
		}
		String subject = this.tokenClaims.first(authentication, "sub");
		String id = (subject != null) ? subject : actor.id();
		String name = this.tokenClaims.first(authentication, "name", "preferred_username");
		return Actor.user(id, (name != null) ? name : (subject != null) ? id : actor.name());
	}

}
