package io.auditspring.intercept;

import java.math.BigDecimal;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditContext;
import io.auditspring.AuditDeliveryException;
import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.delivery.internal.buffer.AsyncBuffer;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.PurchaseOrderRepository;
import io.auditspring.shop.ShopConfiguration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Calls whose results come later are recorded when they come, once, with what came.
 */
class LateResultTests {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private static Works works;

	private int before;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(LateShop.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off")
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
		works = context.getBean(Works.class);
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@BeforeEach
	void count() {
		// What an earlier test could not store where it belongs is still to come.
		Awaitility.await().until(() -> log.staged() == 0 && context.getBean(AsyncBuffer.class).size() == 0);
		this.before = (int) log.count();
	}

	private List<Map<String, Object>> newEntries(int count) {
		return log.await(this.before + count).subList(this.before, this.before + count);
	}

	private Map<String, Object> newEntry() {
		return newEntries(1).get(0);
	}

	private void assertThatNothingIsRecorded() {
		assertThat(kept()).isEqualTo(this.before);
	}

	// In one look, as entries move from the one to the other.
	private static Long kept() {
		return log.jdbc().queryForObject("""
				select (select count(*) from audit.audit_outbox) + (select count(*) from audit.audit_log)
				""", Long.class);
	}

	private static <T> CompletableFuture<T> janes(Callable<CompletableFuture<T>> call) throws Exception {
		return AuditContext.runAs(Actor.user("jane"), call);
	}

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

	@Test
	void aStageThatIsThereAlreadyIsPartOfTheTransaction() {
		CompletableFuture<String> done = CompletableFuture.completedFuture("R-3");
		assertThat(works.inTransaction(done, "done", false)).isSameAs(done);
		assertThat(newEntry()).containsEntry("outcome", "success")
			.containsEntry("target_type", "PurchaseOrder")
			.extractingByKey("after_state")
			.isNotNull();
	}

	@Test
	void aStageThatHasFailedAlreadyRollsBackAndLeavesOneEntry() {
		CompletableFuture<String> failed = CompletableFuture.failedFuture(new IllegalStateException("no stock"));
		works.inTransaction(failed, "rolled back", false);
		assertThat(newEntry()).containsEntry("outcome", "failure")
			.containsEntry("error", "IllegalStateException: no stock");
		assertThat(context.getBean(PurchaseOrderRepository.class).findAll()).extracting(PurchaseOrder::getReference)
			.doesNotContain("rolled back");
	}

	@Test
	void whoeverWaitsWithinATransactionGetsTheResultAndTheEntryIsPartOfTheTransaction() {
		CompletableFuture<String> source = new CompletableFuture<>();
		transaction().executeWithoutResult((status) -> {
			CompletableFuture<String> result = works.inTransaction(source, "joined", false);
			new Thread(() -> source.complete("R-4")).start();
			assertThat(result.join()).isEqualTo("R-4");
			assertThatNothingIsRecorded();
		});
		assertThat(newEntry()).containsEntry("outcome", "success")
			.containsEntry("message", "Got R-4")
			.containsEntry("target_type", "PurchaseOrder")
			.extractingByKey("after_state")
			.isNotNull();
	}

	@Test
	void aResultThatWasThereBeforeItsTransactionWasRolledBackIsAFailure() {
		transaction().executeWithoutResult((status) -> {
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletableFuture<String> result = works.inTransaction(source, "joined and undone", false);
			source.complete("R-5");
			result.join();
			CompletableFuture<String> quick = new CompletableFuture<>();
			CompletableFuture<String> soon = works.quick(quick);
			quick.complete("R-6");
			soon.join();
			assertThat(works.mono(Mono.just("R-7")).block(PATIENCE)).isEqualTo("R-7");
			assertThatNothingIsRecorded();
			status.setRollbackOnly();
		});
		assertThat(newEntries(3)).extracting("action", "outcome", "error")
			.containsExactlyInAnyOrder(tuple("late.transaction", "failure", "The transaction was rolled back"),
					tuple("late.quick", "failure", "The transaction was rolled back"),
					tuple("late.mono", "failure", "The transaction was rolled back"));
	}

	@Test
	void aResultOfSomethingUndoneToASavepointIsAFailure() {
		PlatformTransactionManager jdbc = new JdbcTransactionManager(context.getBean(DataSource.class));
		new TransactionTemplate(jdbc).executeWithoutResult((status) -> {
			Object savepoint = status.createSavepoint();
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletableFuture<String> result = works.stage(source);
			Mono<String> mono = works.mono(Mono.just("R-7"));
			status.rollbackToSavepoint(savepoint);
			source.complete("R-6");
			result.join();
			mono.block(PATIENCE);
		});
		assertThat(newEntries(2)).extracting("action", "outcome")
			.containsExactlyInAnyOrder(tuple("late.stage", "failure"), tuple("late.mono", "failure"));
	}

	@Test
	void whatHappenedElsewhereIsNotUndoneWithTheTransactionThatWaited() {
		transaction().executeWithoutResult((status) -> {
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletableFuture<String> result = works.elsewhere(source, Step.LATER);
			CompletableFuture<String> own = new CompletableFuture<>();
			CompletableFuture<String> independent = works.inItsOwn(own);
			source.complete("R-6");
			own.complete("R-8");
			result.join();
			independent.join();
			status.setRollbackOnly();
		});
		assertThat(newEntries(2)).extracting("action", "outcome")
			.containsExactlyInAnyOrder(tuple("late.elsewhere", "success"), tuple("late.own-transaction", "success"));
	}

	@Test
	void aResultThatComesAfterTheTransactionIsRecordedThen() {
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> result = transaction()
			.execute((status) -> works.inTransaction(source, "early", false));
		newEntry();
		source.complete("R-9");
		assertThat(result.join()).isEqualTo("R-9");
		assertThat(newEntries(2).get(1)).containsEntry("message", "Got R-9").containsEntry("outcome", "success");
	}

	@Test
	void aSynchronousEntryIsChainedWhenTheTransactionIsOver() {
		transaction().executeWithoutResult((status) -> {
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletionStage<String> result = works.chained(source);
			source.complete("R-9");
			result.toCompletableFuture().join();
		});
		assertThat(log.count()).isEqualTo(this.before + 1);
	}

	private static TransactionTemplate transaction() {
		return new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
	}

	@Test
	void whatTheCallChangedItselfIsInTheLedgerWithItsOwnCommit() {
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> result = works.inTransaction(source, "pending", false);
		Map<String, Object> state = newEntry();
		assertThat(state).containsEntry("target_type", "PurchaseOrder")
			.containsEntry("message", "PurchaseOrder %s created".formatted(state.get("target_id")));
		source.complete("R-4");
		result.join();
		Map<String, Object> call = newEntries(2).get(1);
		assertThat(call).containsEntry("operation_id", state.get("operation_id"))
			.containsEntry("message", "Got R-4")
			.containsEntry("outcome", "success");
	}

	@Test
	void aCallWhoseOwnPartIsRolledBackHasNotSucceeded() {
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> result = works.inTransaction(source, "undone", true);
		assertThatNothingIsRecorded();
		source.complete("R-5");
		result.join();
		assertThat(newEntry()).containsEntry("outcome", "failure")
			.containsEntry("error", "The transaction was rolled back");
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
	void aPlainFutureIsRecordedWhenItIsReturned() {
		works.plain(new FutureTask<>(() -> "never"));
		assertThat(newEntry()).containsEntry("outcome", "success");
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
		assertThat(newEntries(3)).extracting("actor_id").containsExactly("bob", "system", "system");
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

	/**
	 * How an asynchronous method ends.
	 */
	enum Step {

		NOW, LATER, FAIL

	}

	/**
	 * A future of the application's own.
	 */
	static class OwnFuture extends CompletableFuture<String> {

	}

	/**
	 * The shop.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	static class LateShop extends ShopConfiguration {

		@Bean
		Works works(PurchaseOrderRepository orders) {
			return new Works(orders);
		}

	}

	/**
	 * What takes its time.
	 */
	static class Works {

		private final PurchaseOrderRepository orders;

		Works(PurchaseOrderRepository orders) {
			this.orders = orders;
		}

		@Audited(action = "late.stage", targetType = "Result", targetId = "#result", message = "Got #{#result}")
		public CompletableFuture<String> stage(CompletableFuture<String> source) {
			AuditContext.current().metadata("begun", true);
			if (source == null) {
				throw new IllegalStateException("nothing to wait for");
			}
			return source;
		}

		@Audited(action = "late.chained", delivery = Delivery.SYNC)
		public CompletionStage<String> chained(CompletionStage<String> source) {
			return source;
		}

		@Audited(action = "late.quick", delivery = Delivery.ASYNC)
		public CompletableFuture<String> quick(CompletableFuture<String> source) {
			return source;
		}

		@Audited("late.own")
		public OwnFuture own(OwnFuture source) {
			return source;
		}

		@Audited("late.plain")
		public Future<String> plain(Future<String> source) {
			return source;
		}

		@Audited(action = "late.transaction", message = "Got #{#result}")
		@Transactional
		public CompletableFuture<String> inTransaction(CompletableFuture<String> source, String reference,
				boolean undone) {
			this.orders.save(new PurchaseOrder(reference, BigDecimal.ONE));
			if (undone) {
				TransactionAspectSupport.currentTransactionStatus().setRollbackOnly();
			}
			return source;
		}

		@Audited("late.own-transaction")
		@Transactional(propagation = Propagation.REQUIRES_NEW)
		public CompletableFuture<String> inItsOwn(CompletableFuture<String> source) {
			return source;
		}

		@Async
		@Audited("late.elsewhere")
		@Transactional
		public CompletableFuture<String> elsewhere(CompletableFuture<String> source, Step step) {
			return switch (step) {
				case NOW -> CompletableFuture.completedFuture("R-6");
				case LATER -> source;
				case FAIL -> throw new IllegalStateException("broken");
			};
		}

		@Audited(action = "late.mono", targetType = "Result", targetId = "#result", message = "Got #{#result}")
		public Mono<String> mono(Mono<String> source) {
			AuditContext.current().metadata("begun", true);
			return source;
		}

		@Audited(action = "late.flux", message = "Got #{#result}")
		public Flux<String> flux(Flux<String> source) {
			return source;
		}

	}

}
