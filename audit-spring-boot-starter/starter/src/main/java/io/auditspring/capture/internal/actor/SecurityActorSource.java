package io.auditspring.capture.internal.actor;

import java.util.function.Supplier;

import io.auditspring.Actor;
import org.jspecify.annotations.Nullable;

import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.util.function.SingletonSupplier;

/**
 * The actor by Spring Security. A principal that is an {@link Actor} is taken as it is.
 * Who signed in by a token is known by its subject and shown by its claims {@code name}
 * or {@code preferred_username}; a token whose subject is its client (RFC 9068, section
 * 2.2) has no user, so the client, a service, is the actor. Whoever switched to another
 * user is that user's impersonator. Whoever is let in without signing in is anonymous.
 */
public final class SecurityActorSource implements ActorSource {

	private final @Nullable SwitchedUsers switchedUsers;

	private final @Nullable TokenClaims tokenClaims;

	private final Supplier<Persons> persons;

	private final AuthenticationTrustResolver trust;

	/**
	 * Creates the source.
	 * @param switchedUsers knows who switched, or {@code null} without that library
	 * @param tokenClaims reads tokens, or {@code null} without that library
	 * @param persons gives who knows principals of other types
	 * @param trust tells who is let in without signing in
	 */
	SecurityActorSource(@Nullable SwitchedUsers switchedUsers, @Nullable TokenClaims tokenClaims,
			Supplier<Persons> persons, AuthenticationTrustResolver trust) {
		this.switchedUsers = switchedUsers;
		this.tokenClaims = tokenClaims;
		this.persons = SingletonSupplier.of(persons);
		this.trust = trust;
	}

	@Override
	public @Nullable Actor currentActor() {
		return actorOf(SecurityContextHolder.getContext().getAuthentication());
	}

	/**
	 * The actor that somebody is.
	 * @param authentication whoever it is, or {@code null} for nobody
	 * @return the actor, an anonymous one where somebody is let in without signing in, or
	 * {@code null} where nobody tried to find out
	 */
	public @Nullable Actor actorOf(@Nullable Authentication authentication) {
		if (authentication == null || !authentication.isAuthenticated()) {
			return null;
		}
		return this.trust.isAnonymous(authentication) ? Actor.anonymous() : actor(authentication);
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
		if (subject == null && name == null) {
			return actor;
		}
		String shown = (name != null) ? name : (subject != null) ? id : actor.name();
		boolean itself = subject != null && subject.equals(this.tokenClaims.first(authentication, "client_id", "azp"));
		return itself ? Actor.service(id, shown) : Actor.user(id, shown);
	}

}
