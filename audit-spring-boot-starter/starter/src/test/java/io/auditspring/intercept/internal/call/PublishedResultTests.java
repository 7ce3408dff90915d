package io.auditspring.intercept.internal.call;

import java.sql.Connection;
import java.util.concurrent.CompletableFuture;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditContext;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Results that are published are recorded for each subscriber.
 */
class PublishedResultTests extends LateResults {

	@Test
	void aPublisherThatNobodySubscribesToLeavesNothing() {
		works.mono(Mono.just("R-1"));
		works.flux(Flux.just("R-1"));
		assertThatNothingIsRecorded();
	}

	@Test
	void everySubscriptionLeavesAnEntry() throws Exception {
		Mono<String> mono = AuditContext.runAs(Actor.user("jane"), () -> works.mono(Mono.just("R-1")));
		assertThat(mono.block(PATIENCE)).isEqualTo("R-1");
		assertThat(mono.block(PATIENCE)).isEqualTo("R-1");
		assertThat(newEntries(2)).extracting("actor_id", "message", "outcome", "metadata")
			.containsOnly(tuple("jane", "Got R-1", "success", "{\"begun\": true}"));
	}

	@Test
	void theEntryIsDurableBeforeTheSubscriberHasTheValue() throws Exception {
		Sinks.One<String> source = Sinks.one();
		CompletableFuture<String> result = works.mono(source.asMono()).toFuture();
		try (Connection connection = context.getBean(DataSource.class).getConnection()) {
			connection.setAutoCommit(false);
			connection.createStatement().execute("lock table audit.audit_outbox in access exclusive mode");
			source.tryEmitValue("R-2").orThrow();
			assertThat(result).isNotDone();
			connection.rollback();
			connection.setAutoCommit(true);
		}
		assertThat(result.get()).isEqualTo("R-2");
		assertThat(kept()).isEqualTo(this.before + 1);
	}

	@Test
	void aPublisherThatFailsIsAFailureAndOneThatIsRefusedIsDenied() {
		assertThatIllegalStateException()
			.isThrownBy(() -> works.mono(Mono.error(new IllegalStateException("broken"))).block());
		assertThat(newEntry()).containsEntry("outcome", "failure")
			.containsEntry("error", "IllegalStateException: broken");
		assertThatExceptionOfType(AccessDeniedException.class)
			.isThrownBy(() -> works.flux(Flux.error(new AccessDeniedException("not you"))).blockLast());
		assertThat(newEntries(2).get(1)).containsEntry("outcome", "denied");
	}

	@Test
	void aSubscriberThatCancelsLeavesAFailureWithAMark() {
		works.mono(Mono.never()).subscribe().dispose();
		assertThat(newEntry()).containsEntry("outcome", "failure")
			.containsEntry("error", "CancellationException: The subscriber cancelled")
			.containsEntry("metadata", "{\"begun\": true, \"cancelled\": true}");
	}

	@Test
	void theResultOfManyIsTheirNumber() {
		assertThat(works.flux(Flux.range(1, 1000).map(String::valueOf)).collectList().block(PATIENCE)).hasSize(1000);
		assertThat(works.flux(Flux.empty()).collectList().block(PATIENCE)).isEmpty();
		assertThat(newEntries(2)).extracting("message").containsExactly("Got 1000", "Got 0");
	}

	@Test
	void anEmptyMonoIsASuccess() {
		assertThat(works.mono(Mono.empty()).block(PATIENCE)).isNull();
		assertThat(newEntry()).containsEntry("outcome", "success");
	}

	@Test
	void theActorIsWhoeverSubscribesWhereTheCallerIsNobody() throws Exception {
		TestingAuthenticationToken bob = new TestingAuthenticationToken("bob", null, "ROLE_USER");
		works.mono(Mono.just("R-1"))
			.contextWrite(ReactiveSecurityContextHolder.withAuthentication(bob))
			.block(PATIENCE);
		AuditContext.runAs(Actor.system(), () -> works.mono(Mono.just("R-2")))
			.contextWrite(ReactiveSecurityContextHolder.withAuthentication(bob))
			.block(PATIENCE);
		works.mono(Mono.just("R-3"))
			.contextWrite(ReactiveSecurityContextHolder
				.withSecurityContext(Mono.error(new IllegalStateException("who knows"))))
			.block(PATIENCE);
		assertThat(newEntries(3)).extracting("actor_id").containsExactly("bob", "system", "unknown");
	}

}
