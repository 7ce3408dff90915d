package io.auditspring.web;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;

import io.auditspring.Actor;
import io.auditspring.AuditAccess;
import io.auditspring.query.AuditQuery;
import org.junit.jupiter.api.Test;

import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.mockito.Mockito.mock;

/**
 * Watches whose client left just now.
 */
class LiveSubscriptionTests {

	/** As Tomcat refuses to end what it has ended. */
	private static final class EndedAlready extends SseEmitter {

		@Override
		public void send(SseEventBuilder builder) throws IOException {
			throw new IOException("Broken pipe");
		}

		@Override
		public void complete() {
			throw new IllegalStateException("after an error had occurred");
		}

		@Override
		public void completeWithError(Throwable failure) {
			complete();
		}

	}

	private static LiveSubscription watch(BooleanSupplier revoked) {
		Reader reader = new Reader(AuditAccess.all(), Actor.user("jane"), null, false, false);
		return new LiveSubscription(new EndedAlready(), mock(), reader, AuditQuery.all(), reader::show, Instant.now(),
				false, "token", revoked, Duration.ofMinutes(1));
	}

	@Test
	void whatTheServerHasEndedAlreadyIsOver() {
		assertThat(watch(() -> false).advance(List.of())).isFalse();
		assertThat(watch(() -> true).advance(List.of())).isFalse();
	}

	@Test
	void theApplicationStopsAllOfThem() {
		assertThatNoException().isThrownBy(watch(() -> false)::end);
	}

}
