package io.auditspring.intercept.internal.call;

import java.sql.Connection;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.AuditDeliveryException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Calls whose results come later are recorded when they come, once, with what came.
 */
class LateResultTests extends LateResults {

	@Test
	void aStageIsRecordedWhenItCompletesWithItsValueAndItsCaller() throws Exception {
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> result = janes(() -> works.stage(source));
		assertThatNothingIsRecorded();
		assertThat(result).isNotDone();
		new Thread(() -> source.complete("R-7")).start();
		assertThat(result.get()).isEqualTo("R-7");
		assertThat(kept()).isEqualTo(this.before + 1);
		assertThat(newEntry()).containsEntry("action", "late.stage")
			.containsEntry("outcome", "success")
			.containsEntry("target_id", "R-7")
			.containsEntry("message", "Got R-7")
			.containsEntry("actor_id", "jane")
			.containsEntry("metadata", "{\"begun\": true}");
	}

	@Test
	void theEntryIsDurableBeforeTheResultIsThereAndWhoeverCompletesItNeverWaits() throws Exception {
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> result = works.stage(source);
		try (Connection connection = context.getBean(DataSource.class).getConnection()) {
			connection.setAutoCommit(false);
			connection.createStatement().execute("lock table audit.audit_outbox in access exclusive mode");
			source.complete("R-8");
			assertThat(result).isNotDone();
			connection.rollback();
			connection.setAutoCommit(true);
		}
		assertThat(result.get()).isEqualTo("R-8");
		assertThat(newEntry()).containsEntry("target_id", "R-8");
	}

	@Test
	void aSynchronousEntryIsChainedWhenTheResultIsThere() throws Exception {
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletionStage<String> result = works.chained(source);
		source.complete("R-9");
		assertThat(result.toCompletableFuture().get()).isEqualTo("R-9");
		assertThat(log.count()).isEqualTo(this.before + 1);
	}

	@Test
	void anAsynchronousEntryHoldsNobodyUp() {
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> result = works.quick(source);
		source.complete("R-1");
		assertThat(result).isCompletedWithValue("R-1");
		assertThat(newEntry()).containsEntry("action", "late.quick").containsEntry("outcome", "success");
	}

	@Test
	void aFailureIsRecordedWithoutItsWrapping() {
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> result = works.stage(source.thenApply((value) -> {
			throw new IllegalStateException("no " + value);
		}));
		source.complete("stock");
		assertThatExceptionOfType(CompletionException.class).isThrownBy(result::join)
			.withCauseInstanceOf(IllegalStateException.class);
		assertThat(newEntry()).containsEntry("outcome", "failure")
			.containsEntry("error", "IllegalStateException: no stock");
	}

	@Test
	void aRefusalIsDenied() {
		CompletableFuture<String> source = new CompletableFuture<>();
		works.stage(source);
		source.completeExceptionally(new AccessDeniedException("not you"));
		assertThat(newEntry()).containsEntry("outcome", "denied");
	}

	@Test
	void whoeverCancelsTheResultCancelsTheOriginal() {
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> result = works.stage(source);
		assertThat(result.cancel(true)).isTrue();
		assertThat(source).isCancelled();
		assertThat(result).isCancelled();
		assertThat(newEntry()).containsEntry("outcome", "failure")
			.containsEntry("metadata", "{\"begun\": true, \"cancelled\": true}");
	}

	@Test
	void whoeverCompletesTheResultCompletesTheOriginal() {
		CompletableFuture<String> source = new CompletableFuture<>();
		assertThat(works.stage(source).complete("mine")).isTrue();
		assertThat(source).isCompletedWithValue("mine");
		assertThat(newEntry()).containsEntry("target_id", "mine");
		CompletableFuture<String> other = new CompletableFuture<>();
		works.stage(other).completeExceptionally(new IllegalStateException("late"));
		assertThat(other).isCompletedExceptionally();
		assertThat(newEntries(2).get(1)).containsEntry("error", "IllegalStateException: late");
	}

	@Test
	void aStageOfATypeOfItsOwnIsLeftAlone() {
		OwnFuture source = new OwnFuture();
		assertThat(works.own(source)).isSameAs(source);
		source.complete("R-2");
		assertThat(newEntry()).containsEntry("action", "late.own");
	}

	@ParameterizedTest
	@EnumSource
	void anAsynchronousMethodLeavesOneEntry(Step step) throws Exception {
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> result = janes(() -> works.elsewhere(source, step));
		if (step == Step.LATER) {
			source.complete("R-6");
		}
		if (step == Step.FAIL) {
			assertThatExceptionOfType(CompletionException.class).isThrownBy(result::join);
		}
		else {
			assertThat(result.join()).isEqualTo("R-6");
		}
		assertThat(newEntry()).containsEntry("actor_id", "jane")
			.containsEntry("outcome", (step != Step.FAIL) ? "success" : "failure");
	}

	@Test
	void aStageThatIsNotDeclaredIsAwaitedAllTheSame() {
		CompletableFuture<String> source = new CompletableFuture<>();
		Object result = works.any(source);
		assertThat(result).isInstanceOfSatisfying(CompletableFuture.class, (future) -> assertThat(future).isNotDone());
		assertThatNothingIsRecorded();
		source.completeExceptionally(new IllegalStateException("declined"));
		assertThat(newEntry()).containsEntry("outcome", "failure")
			.containsEntry("error", "IllegalStateException: declined");
	}

	@Test
	void aStageThatHasFailedAlreadyIsAFailure() {
		CompletableFuture<String> result = context.getBean(Pay.class)
			.run(CompletableFuture.failedFuture(new IllegalStateException("declined")));
		assertThat(result).isCompletedExceptionally();
		assertThat(newEntry()).containsEntry("action", "late.command").containsEntry("outcome", "failure");
	}

	@Test
	void aStageOfATypeOfItsOwnThatIsNotDeclaredIsLeftAlone() {
		OwnFuture source = new OwnFuture();
		assertThat(context.getBean(PayOwn.class).run(source)).isSameAs(source);
		assertThatNothingIsRecorded();
		source.complete("R-2");
		assertThat(newEntry()).containsEntry("action", "late.command").containsEntry("outcome", "success");
	}

	@Test
	void aPublisherThatIsNotDeclaredIsAwaitedAllTheSame() {
		Object result = works.any(Mono.error(new IllegalStateException("declined")));
		assertThatNothingIsRecorded();
		assertThatIllegalStateException().isThrownBy(() -> ((Mono<?>) result).block());
		assertThat(newEntry()).containsEntry("outcome", "failure")
			.containsEntry("error", "IllegalStateException: declined");
	}

	static Stream<Object> resultsOfOthers() {
		Callable<String> callable = () -> "later";
		Flow.Publisher<String> publisher = (subscriber) -> {
		};
		Publisher<String> plain = (subscriber) -> {
		};
		return Stream.of(callable, publisher, plain, new DeferredResult<>(), new WebAsyncTask<>(callable),
				new SseEmitter(), ResponseEntity.ok(Mono.just("later")), ResponseEntity.ok(callable), Stream.of("row"),
				IntStream.of(1), ResponseEntity.ok(Stream.of("row")));
	}

	@ParameterizedTest
	@MethodSource("resultsOfOthers")
	void whatTellsNobodyHowItEndsIsPending(Object source) {
		assertThat(works.any(source)).isSameAs(source);
		assertThat(newEntry()).containsEntry("metadata", "{\"pending\": true}");
	}

	@Test
	void aPlainFutureIsRecordedWhenItIsReturned() {
		works.plain(new FutureTask<>(() -> "never"));
		assertThat(newEntry()).containsEntry("outcome", "success").containsEntry("metadata", "{\"pending\": true}");
	}

	@Test
	void aPlainFutureThatIsDoneIsNotPending() {
		FutureTask<String> done = new FutureTask<>(() -> "now");
		done.run();
		works.plain(done);
		assertThat(newEntry()).containsEntry("outcome", "success").containsEntry("metadata", null);
	}

	@Test
	void aMethodThatFailsBeforeItReturnsLeavesOneEntry() {
		assertThatIllegalStateException().isThrownBy(() -> works.stage(null));
		assertThat(newEntry()).containsEntry("outcome", "failure");
	}

	@Test
	void theResultFailsWhereTheEntryCannotBeKept() {
		log.jdbc().execute("alter table audit.audit_outbox add constraint full_up check (entries not like '%R-bad%')");
		try {
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletableFuture<String> result = works.stage(source);
			source.complete("R-bad");
			assertThatExceptionOfType(CompletionException.class).isThrownBy(result::join)
				.withCauseInstanceOf(AuditDeliveryException.class);
			assertThatExceptionOfType(AuditDeliveryException.class)
				.isThrownBy(() -> works.mono(Mono.just("R-bad")).block());
			IllegalStateException failure = new IllegalStateException("R-bad");
			assertThatIllegalStateException().isThrownBy(() -> works.mono(Mono.error(failure)).block());
			assertThat(failure.getSuppressed()).hasAtLeastOneElementOfType(AuditDeliveryException.class);
		}
		finally {
			log.jdbc().execute("alter table audit.audit_outbox drop constraint full_up");
		}
	}

	@Test
	void whatIsStillComingWhenTheApplicationStopsIsKept() {
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> result;
		try (ConfigurableApplicationContext other = new SpringApplicationBuilder(LateShop.class)
			.web(WebApplicationType.NONE)
			.initializers((ConfigurableApplicationContext initialized) -> initialized.getBeanFactory()
				.registerSingleton("dataSource", context.getBean(DataSource.class)))
			.properties("spring.jpa.hibernate.ddl-auto=none", "spring.main.banner-mode=off")
			.run()) {
			result = other.getBean(Works.class).stage(source);
		}
		source.complete("R-0");
		assertThat(result.join()).isEqualTo("R-0");
		Awaitility.await().atMost(PATIENCE).until(() -> log.count() == this.before + 1);
	}

}
