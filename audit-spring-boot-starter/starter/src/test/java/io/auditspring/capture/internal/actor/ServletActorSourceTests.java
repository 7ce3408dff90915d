package io.auditspring.capture.internal.actor;

import java.security.Principal;
import java.util.List;

import io.auditspring.Actor;
import io.auditspring.capture.internal.state.EntityIdentifiers;
import io.auditspring.capture.internal.value.JsonValues;
import io.auditspring.capture.internal.value.Limits;
import io.auditspring.capture.internal.value.Masking;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who the actor is by the servlet container.
 */
class ServletActorSourceTests {

	private static final Masking MASKING = new Masking(List.of());

	private static final EntityIdentifiers ENTITIES = new EntityIdentifiers(List::of, MASKING,
			new JsonValues(MASKING, new Limits(10_000)), () -> new byte[32]);

	@AfterEach
	void end() {
		RequestContextHolder.resetRequestAttributes();
	}

	private static Actor actor(Principal principal, String idProperty, String nameProperty) {
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.setUserPrincipal(principal);
		RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(request));
		return new ServletActorSource(() -> new Persons(null, ENTITIES, idProperty, nameProperty)).currentActor();
	}

	@Test
	void aPrincipalHasAName() {
		assertThat(actor(() -> "jane", null, null)).isEqualTo(Actor.user("jane", "jane"));
	}

	/** As Apache Shiro puts one around what a realm gives. */
	@Test
	void whoeverAPrincipalIsPutAroundIsNotPrinted() {
		for (Object person : List.of(new Account(7, "ann", "$2a$hash"), new Shy(7))) {
			assertThat(actor(new ObjectPrincipal(person), null, null))
				.isEqualTo(Actor.user("unknown", person.getClass().getName()));
		}
	}

	@Test
	void theConfiguredPropertiesAreThoseOfWhomItIsPutAround() {
		assertThat(actor(new ObjectPrincipal(new Account(7, "ann", "$2a$hash")), "number", "name"))
			.isEqualTo(Actor.user("7", "ann"));
		assertThat(actor(new ObjectPrincipal(Actor.service("billing", "Billing")), null, null))
			.isEqualTo(Actor.service("billing", "Billing"));
	}

	@Test
	void aPrincipalAroundANameHasThatName() {
		assertThat(actor(new ObjectPrincipal("ann"), null, null)).isEqualTo(Actor.user("ann", "ann"));
		assertThat(actor(new ObjectPrincipal(7L), null, null)).isEqualTo(Actor.user("7", "7"));
	}

	@Test
	void aNameThatIsNoTextOfWhomItIsPutAroundIsTheName() {
		assertThat(actor(new NamedPrincipal(new Account(7, "ann", "$2a$hash")), null, null))
			.isEqualTo(Actor.user("ann", "ann"));
	}

	@Test
	void aNameThatIsTheTextOfAnObjectIsNone() {
		Account account = new Account(7, "ann", "$2a$hash");
		Principal principal = account::toString;
		assertThat(actor(principal, null, null)).isEqualTo(Actor.user("unknown", principal.getClass().getName()));
	}

	@Test
	void aPrincipalWithoutANameIsUnknown() {
		Principal principal = () -> null;
		assertThat(actor(principal, null, null).id()).isEqualTo("unknown");
	}

	record Account(int number, String name, String hash) {

	}

	/** Its text cannot be told from a name. */
	record Shy(int number) {

		@Override
		public String toString() {
			return "number 7, hash $2a$hash";
		}

	}

	private static final class ObjectPrincipal implements Principal {

		private final Object object;

		private ObjectPrincipal(Object object) {
			this.object = object;
		}

		public Object getObject() {
			return this.object;
		}

		@Override
		public String getName() {
			return getObject().toString();
		}

	}

	private static final class NamedPrincipal implements Principal {

		private final Account object;

		private NamedPrincipal(Account object) {
			this.object = object;
		}

		public Account getObject() {
			return this.object;
		}

		@Override
		public String getName() {
			return this.object.name();
		}

	}

}
