package io.auditspring.capture.internal.actor;

import java.util.List;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.capture.internal.state.EntityIdentifiers;
import io.auditspring.capture.internal.value.JsonValues;
import io.auditspring.capture.internal.value.Limits;
import io.auditspring.capture.internal.value.Masking;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.AuthenticatedPrincipal;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who the actor is by whoever subscribes.
 */
@ExtendWith(OutputCaptureExtension.class)
class SubscriberActorTests {

	private static final Masking MASKING = new Masking(List.of());

	private final SubscriberActor subscriber = new SubscriberActor(
			new SecurityActorSource(SecurityContexts.ofHolder(), null, null,
					() -> new Persons(new SecurityNames(), new EntityIdentifiers(List::of, MASKING,
							new JsonValues(MASKING, new Limits(10_000)), () -> new byte[32]), null, null),
					new AuthenticationTrustResolverImpl()));

	private Actor actor(Object principal) {
		return this.subscriber.actor()
			.contextWrite(ReactiveSecurityContextHolder
				.withAuthentication(new TestingAuthenticationToken(principal, null, List.of())))
			.block();
	}

	@Test
	void whoSubscribesIsKnown() {
		assertThat(actor("jane")).isEqualTo(Actor.user("jane", "jane"));
		assertThat(this.subscriber.actor().block()).isNull();
	}

	@Test
	void whoCannotBeNamedIsUnknownAndTheLogSaysSo(CapturedOutput output) {
		AuthenticatedPrincipal nameless = () -> {
			throw new IllegalStateException("No name");
		};
		assertThat(actor(nameless))
			.isEqualTo(new Actor(ActorType.ANONYMOUS, "unknown", IllegalStateException.class.getName(), null));
		assertThat(output).contains("The actor could not be taken from the subscriber's security context");
	}

}
