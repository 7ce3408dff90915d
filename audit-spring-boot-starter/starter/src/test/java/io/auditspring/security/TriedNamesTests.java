package io.auditspring.security;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import org.junit.jupiter.api.Test;

import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.authentication.dao.DaoAuthenticationProvider;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Whose name is told is decided by what Spring Security's own providers throw.
 */
class TriedNamesTests {

	private final TriedNames names = new TriedNames((name) -> "digest", UnknownNames.DIGEST);

	private final DaoAuthenticationProvider provider = new DaoAuthenticationProvider(
			new InMemoryUserDetailsManager(User.withUsername("jane").password("{noop}secret").build(),
					User.withUsername("locked").password("{noop}secret").accountLocked(true).build()));

	private Actor tried(String name) {
		return tried(this.provider, name, this.names);
	}

	private static Actor tried(AuthenticationProvider provider, String name, TriedNames names) {
		UsernamePasswordAuthenticationToken credentials = UsernamePasswordAuthenticationToken.unauthenticated(name,
				"guess");
		AuthenticationException failure = catchThrowableOfType(AuthenticationException.class,
				() -> provider.authenticate(credentials));
		Actor tried = Credentials.tried(credentials, failure, names);
		assertThat(tried.type()).isEqualTo(ActorType.ANONYMOUS);
		return tried;
	}

	@Test
	void usersAreNamed() {
		assertThat(tried("jane").id()).isEqualTo("jane");
		assertThat(tried("locked").id()).isEqualTo("locked");
	}

	@Test
	void namesThatNobodyHasAreDigests() {
		assertThat(tried("nobody").id()).isEqualTo("digest");
		this.provider.setHideUserNotFoundExceptions(false);
		assertThat(tried("nobody").id()).isEqualTo("digest");
	}

	@Test
	void whatAnotherProviderRefusesMayBeAnything() {
		BadCredentialsException plain = new BadCredentialsException("Bad credentials");
		UsernamePasswordAuthenticationToken credentials = UsernamePasswordAuthenticationToken.unauthenticated("jane",
				"guess");
		assertThat(Credentials.tried(credentials, plain, this.names).id()).isEqualTo("digest");
		plain.setStackTrace(new StackTraceElement[0]);
		assertThat(Credentials.tried(credentials, plain, this.names).id()).isEqualTo("digest");
		assertThat(Credentials.tried(credentials, new UsernameNotFoundException("jane"), this.names).id())
			.isEqualTo("digest");
	}

	@Test
	void whoWantsNamesPlainGetsThem() {
		assertThat(tried(this.provider, "nobody", new TriedNames((name) -> "digest", UnknownNames.PLAIN)).id())
			.isEqualTo("nobody");
	}

	@Test
	void aDigestThatCannotBeMadeLosesTheNameOnly() {
		TriedNames broken = new TriedNames((name) -> {
			throw new IllegalStateException("no key");
		}, UnknownNames.DIGEST);
		assertThat(tried(this.provider, "nobody", broken).id()).isEqualTo("unknown");
	}

}
