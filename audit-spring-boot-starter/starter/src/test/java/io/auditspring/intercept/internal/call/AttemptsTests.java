package io.auditspring.intercept.internal.call;

import java.math.BigDecimal;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.PurchaseOrderRepository;
import io.auditspring.shop.ShopConfiguration;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Several attempts at one call: each leaves its entry in its place, with its own time and
 * number, and all are one operation.
 */
class AttemptsTests {

	private static ConfigurableApplicationContext context;

	private static Retried retried;

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static AuditLog log;

	private long id;

	private int before;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(Shop.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.flyway.enabled=false")
			.run();
		retried = context.getBean(Retried.class);
		log = new AuditLog(context.getBean(DataSource.class));
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@BeforeEach
	void startWithOneOrder() {
		this.before = (int) log.count();
		this.id = context.getBean(OrderService.class).create("A-" + System.nanoTime(), BigDecimal.ONE).getId();
		this.before = log.await(this.before + 1).size();
		retried.begin();
	}

	private List<Map<String, Object>> entries(int count) {
		log.await(this.before + count);
		return log.jdbc().queryForList("""
				select operation_id, action, outcome, error, metadata::text, after_state ->> 'status' as status,
					occurred_at, duration_micros
				from audit.audit_log
				where seq >= ?
				order by seq
				""", this.before);
	}

	private static TransactionTemplate transaction() {
		return new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
	}

	private void assertThatEachAttemptIsInItsPlace(String... outcomes) {
		List<Map<String, Object>> attempts = entries(outcomes.length);
		assertThat(attempts).extracting((entry) -> entry.get("outcome")).containsExactly((Object[]) outcomes);
		assertThat(attempts).extracting((entry) -> entry.get("operation_id"))
			.containsOnly(attempts.get(0).get("operation_id"));
		for (int i = 0; i < outcomes.length; i++) {
			assertThat(attempts.get(i).get("metadata")).isEqualTo("{\"attempt\": %d}".formatted(i + 1));
		}
		for (int i = 1; i < outcomes.length; i++) {
			assertThat(occurredAt(attempts, i)).isAfter(occurredAt(attempts, i - 1));
			assertThat(occurredAt(attempts, i - 1).plusNanos((long) attempts.get(i - 1).get("duration_micros") * 1_000))
				.isBefore(occurredAt(attempts, i));
		}
	}

	private static Instant occurredAt(List<Map<String, Object>> attempts, int index) {
		return ((Timestamp) attempts.get(index).get("occurred_at")).toInstant();
	}

	@ParameterizedTest
	@EnumSource(value = Delivery.class, names = "DEFAULT", mode = EnumSource.Mode.EXCLUDE)
	void inTransactionsOfTheirOwn(Delivery delivery) {
		switch (delivery) {
			case ASYNC -> retried.buffered(this.id, 2);
			case SYNC -> retried.chained(this.id, 2);
			default -> retried.staged(this.id, 2);
		}
		assertThatEachAttemptIsInItsPlace("failure", "failure", "success");
		assertThat(entries(3)).extracting((entry) -> entry.get("status")).containsExactly(null, null, "PAID");
	}

	@ParameterizedTest
	@EnumSource(value = Delivery.class, names = "DEFAULT", mode = EnumSource.Mode.EXCLUDE)
	void withoutTransaction(Delivery delivery) {
		switch (delivery) {
			case ASYNC -> retried.plainBuffered(2);
			case SYNC -> retried.plainChained(2);
			default -> retried.plain(2);
		}
		assertThatEachAttemptIsInItsPlace("failure", "failure", "success");
	}

	@Test
	void allInVain() {
		assertThatException().isThrownBy(() -> retried.staged(this.id, 9));
		assertThatEachAttemptIsInItsPlace("failure", "failure", "failure");
		assertThat(entries(3)).extracting((entry) -> entry.get("error"))
			.containsExactly("IllegalStateException: attempt 1", "IllegalStateException: attempt 2",
					"IllegalStateException: attempt 3");
	}

	@Test
	void thatReturnAndAreRolledBack() {
		retried.undone(this.id, 2);
		assertThatEachAttemptIsInItsPlace("failure", "failure", "success");
		assertThat(entries(3)).extracting((entry) -> entry.get("error"))
			.containsExactly("The transaction was rolled back", "The transaction was rolled back", null);
	}

	@Test
	void withinOneTransactionOfTheCall() {
		retried.inside(this.id, 2);
		assertThatEachAttemptIsInItsPlace("failure", "failure", "success");
		assertThat(entries(3).get(2)).containsEntry("status", "PAID");
	}

	@Test
	void withinOneTransactionOfTheCallThatIsRolledBack() {
		assertThatException().isThrownBy(() -> retried.inside(this.id, 9));
		assertThatEachAttemptIsInItsPlace("failure", "failure", "failure");
	}

	@Test
	void withinATransactionAroundThem() {
		transaction().executeWithoutResult((status) -> retried.mandatory(this.id, 2));
		assertThatEachAttemptIsInItsPlace("failure", "failure", "success");
	}

	@Test
	void withinATransactionAroundThemThatIsRolledBack() {
		transaction().executeWithoutResult((status) -> {
			retried.mandatory(this.id, 2);
			status.setRollbackOnly();
		});
		assertThatEachAttemptIsInItsPlace("failure", "failure", "failure");
	}

	@Test
	void inTransactionsOfTheirOwnWithinAnother() {
		transaction().executeWithoutResult((status) -> {
			retried.separate(this.id, 2);
			status.setRollbackOnly();
		});
		assertThatEachAttemptIsInItsPlace("failure", "failure", "success");
	}

	@Test
	void behindAnAsynchronousAdvice() {
		assertThat(retried.async(this.id, 2)).succeedsWithin(Duration.ofSeconds(60));
		assertThatEachAttemptIsInItsPlace("failure", "failure", "success");
	}

	@ParameterizedTest
	@EnumSource(value = Delivery.class, names = "DEFAULT", mode = EnumSource.Mode.EXCLUDE)
	void whoseResultsArePublished(Delivery delivery) {
		Mono<String> mono = switch (delivery) {
			case ASYNC -> retried.monoBuffered(2);
			case SYNC -> retried.monoChained(2);
			default -> retried.mono(2);
		};
		assertThat(mono.block(PATIENCE)).isEqualTo("done");
		assertThatEachAttemptIsInItsPlace("failure", "failure", "success");
	}

	@Test
	void whoseResultsArePublishedOneAfterTheOther() {
		assertThat(retried.flux(2).collectList().block(PATIENCE)).containsExactly("a", "b");
		assertThatEachAttemptIsInItsPlace("failure", "failure", "success");
	}

	@Test
	void whoseResultsArePublishedAndAreAllInVain() {
		assertThatException().isThrownBy(() -> retried.mono(9).block(PATIENCE));
		assertThatEachAttemptIsInItsPlace("failure", "failure", "failure");
	}

	@Test
	void thatASubscriberMakes() {
		assertThat(retried.patient(2).retry(2).block(PATIENCE)).isEqualTo("done");
		List<Map<String, Object>> attempts = entries(3);
		assertThat(attempts).extracting((entry) -> entry.get("outcome"))
			.containsExactly("failure", "failure", "success");
		// Nobody knew after the first that it would not be the only one.
		assertThat(attempts).extracting((entry) -> entry.get("metadata"))
			.containsExactly(null, "{\"attempt\": 2}", "{\"attempt\": 3}");
		assertThat(occurredAt(attempts, 1)).isAfter(occurredAt(attempts, 0));
		assertThat(occurredAt(attempts, 2)).isAfter(occurredAt(attempts, 1));
	}

	@ParameterizedTest
	@EnumSource(value = Delivery.class, names = "DEFAULT", mode = EnumSource.Mode.EXCLUDE)
	void whoseStagesCompleteLater(Delivery delivery) {
		CompletableFuture<String> stage = switch (delivery) {
			case ASYNC -> retried.stageBuffered(2);
			case SYNC -> retried.stageChained(2);
			default -> retried.stage(2);
		};
		assertThat(stage).succeedsWithin(PATIENCE);
		assertThatEachAttemptIsInItsPlace("failure", "failure", "success");
	}

	@Test
	void whoseStagesHaveFailedAlready() {
		assertThat(retried.failedStage(2)).succeedsWithin(PATIENCE);
		assertThatEachAttemptIsInItsPlace("failure", "failure", "success");
	}

	@Test
	void whoseStagesFailInTransactionsOfTheirOwn() {
		assertThat(retried.stageInTransaction(this.id, 2)).succeedsWithin(PATIENCE);
		assertThatEachAttemptIsInItsPlace("failure", "failure", "success");
	}

	@Test
	void whoseStagesAreAllInVain() {
		assertThat(retried.stage(9)).failsWithin(PATIENCE);
		assertThatEachAttemptIsInItsPlace("failure", "failure", "failure");
	}

	@Test
	void aSingleOneHasNoNumber() {
		retried.staged(this.id, 0);
		assertThat(entries(1)).singleElement().satisfies((entry) -> assertThat(entry).containsEntry("metadata", null));
	}

	@Test
	void aFailureThatIsNotTriedAgainHasNoNumber() {
		assertThatIllegalArgumentException().isThrownBy(() -> retried.hopeless());
		assertThat(entries(1)).singleElement()
			.satisfies(
					(entry) -> assertThat(entry).containsEntry("metadata", null).containsEntry("outcome", "failure"));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	@EnableTransactionManagement(order = 100)
	@EnableAsync
	static class Shop extends ShopConfiguration {

		@Bean
		Retried retried(PurchaseOrderRepository orders) {
			return new Retried(orders);
		}

		@Bean
		static DefaultPointcutAdvisor insistingAdvisor() {
			DefaultPointcutAdvisor advisor = new DefaultPointcutAdvisor(
					AnnotationMatchingPointcut.forMethodAnnotation(Insisting.class), new Insistence());
			advisor.setOrder(200);
			return advisor;
		}

		@Bean
		static DefaultPointcutAdvisor waitingAdvisor() {
			DefaultPointcutAdvisor advisor = new DefaultPointcutAdvisor(
					AnnotationMatchingPointcut.forMethodAnnotation(Waiting.class), new Waits());
			// Around the transactions.
			advisor.setOrder(50);
			return advisor;
		}

	}

	/**
	 * Tries again within the transaction.
	 */
	@java.lang.annotation.Retention(java.lang.annotation.RetentionPolicy.RUNTIME)
	@interface Insisting {

	}

	static class Insistence implements MethodInterceptor {

		@Override
		public Object invoke(MethodInvocation invocation) throws Throwable {
			for (int i = 1;; i++) {
				try {
					return ((ProxyMethodInvocation) invocation).invocableClone().proceed();
				}
				catch (IllegalStateException ex) {
					if (i == 3) {
						throw ex;
					}
				}
			}
		}

	}

	/**
	 * Tries again when what was returned has failed, on another thread.
	 */
	@java.lang.annotation.Retention(java.lang.annotation.RetentionPolicy.RUNTIME)
	@interface Waiting {

	}

	static class Waits implements MethodInterceptor {

		@Override
		public Object invoke(MethodInvocation invocation) throws Throwable {
			CompletableFuture<Object> result = new CompletableFuture<>();
			attempt(invocation, 1, result);
			return result;
		}

		private static void attempt(MethodInvocation invocation, int number, CompletableFuture<Object> result) {
			try {
				Object stage = ((ProxyMethodInvocation) invocation).invocableClone().proceed();
				((CompletableFuture<?>) stage).whenComplete((value, failure) -> {
					if (failure == null) {
						result.complete(value);
					}
					else if (number == 3) {
						result.completeExceptionally(failure);
					}
					else {
						new Thread(() -> attempt(invocation, number + 1, result)).start();
					}
				});
			}
			catch (Throwable ex) {
				result.completeExceptionally(ex);
			}
		}

	}

	static class Retried {

		private final PurchaseOrderRepository orders;

		private final AtomicInteger attempts = new AtomicInteger();

		Retried(PurchaseOrderRepository orders) {
			this.orders = orders;
		}

		void begin() {
			this.attempts.set(0);
		}

		private void work(long id, int failures) {
			this.orders.findById(id).orElseThrow().setStatus("PAID");
			fail(failures);
		}

		private void fail(int failures) {
			int attempt = this.attempts.incrementAndGet();
			if (attempt <= failures) {
				throw new IllegalStateException("attempt " + attempt);
			}
		}

		@Audited(action = "staged", delivery = Delivery.TRANSACTIONAL)
		@Retryable(includes = IllegalStateException.class, maxRetries = 2, delay = 5)
		@Transactional
		public void staged(long id, int failures) {
			work(id, failures);
		}

		@Audited(action = "buffered", delivery = Delivery.ASYNC)
		@Retryable(includes = IllegalStateException.class, maxRetries = 2, delay = 5)
		@Transactional
		public void buffered(long id, int failures) {
			work(id, failures);
		}

		@Audited(action = "chained", delivery = Delivery.SYNC)
		@Retryable(includes = IllegalStateException.class, maxRetries = 2, delay = 5)
		@Transactional
		public void chained(long id, int failures) {
			work(id, failures);
		}

		@Audited("plain")
		@Retryable(includes = IllegalStateException.class, maxRetries = 2, delay = 5)
		public void plain(int failures) {
			fail(failures);
		}

		@Audited(action = "plain", delivery = Delivery.ASYNC)
		@Retryable(includes = IllegalStateException.class, maxRetries = 2, delay = 5)
		public void plainBuffered(int failures) {
			fail(failures);
		}

		@Audited(action = "plain", delivery = Delivery.SYNC)
		@Retryable(includes = IllegalStateException.class, maxRetries = 2, delay = 5)
		public void plainChained(int failures) {
			fail(failures);
		}

		@Audited("undone")
		@Retryable(maxRetries = 2, delay = 5)
		@Transactional
		public void undone(long id, int failures) {
			PurchaseOrder order = this.orders.findById(id).orElseThrow();
			if (this.attempts.incrementAndGet() <= failures) {
				// Found when the transaction is flushed, after the method has returned.
				order.setReference("x".repeat(300));
			}
			else {
				order.setStatus("PAID");
			}
		}

		@Audited("inside")
		@Insisting
		@Transactional
		public void inside(long id, int failures) {
			work(id, failures);
		}

		@Audited("mandatory")
		@Insisting
		@Transactional(propagation = Propagation.MANDATORY)
		public void mandatory(long id, int failures) {
			work(id, failures);
		}

		@Audited("separate")
		@Retryable(includes = IllegalStateException.class, maxRetries = 2, delay = 5)
		@Transactional(propagation = Propagation.REQUIRES_NEW)
		public void separate(long id, int failures) {
			fail(failures);
		}

		@Audited("async")
		@Async
		@Retryable(includes = IllegalStateException.class, maxRetries = 2, delay = 5)
		@Transactional
		public CompletableFuture<String> async(long id, int failures) {
			work(id, failures);
			return CompletableFuture.completedFuture("done");
		}

		private Mono<String> published(int failures) {
			return Mono.fromCallable(() -> {
				fail(failures);
				return "done";
			}).subscribeOn(Schedulers.boundedElastic());
		}

		@Audited(action = "mono", delivery = Delivery.TRANSACTIONAL)
		@Retryable(includes = IllegalStateException.class, maxRetries = 2, delay = 5)
		public Mono<String> mono(int failures) {
			return published(failures);
		}

		@Audited(action = "mono", delivery = Delivery.ASYNC)
		@Retryable(includes = IllegalStateException.class, maxRetries = 2, delay = 5)
		public Mono<String> monoBuffered(int failures) {
			return published(failures);
		}

		@Audited(action = "mono", delivery = Delivery.SYNC)
		@Retryable(includes = IllegalStateException.class, maxRetries = 2, delay = 5)
		public Mono<String> monoChained(int failures) {
			return published(failures);
		}

		@Audited("flux")
		@Retryable(includes = IllegalStateException.class, maxRetries = 2, delay = 5)
		public Flux<String> flux(int failures) {
			return published(failures).thenMany(Flux.just("a", "b"));
		}

		@Audited("patient")
		public Mono<String> patient(int failures) {
			return published(failures);
		}

		private CompletableFuture<String> later(int failures) {
			return CompletableFuture.supplyAsync(() -> {
				fail(failures);
				return "done";
			});
		}

		@Audited(action = "stage", delivery = Delivery.TRANSACTIONAL)
		@Waiting
		public CompletableFuture<String> stage(int failures) {
			return later(failures);
		}

		@Audited(action = "stage", delivery = Delivery.ASYNC)
		@Waiting
		public CompletableFuture<String> stageBuffered(int failures) {
			return later(failures);
		}

		@Audited(action = "stage", delivery = Delivery.SYNC)
		@Waiting
		public CompletableFuture<String> stageChained(int failures) {
			return later(failures);
		}

		@Audited("failedStage")
		@Waiting
		public CompletableFuture<String> failedStage(int failures) {
			return settled(failures);
		}

		@Audited("stageInTransaction")
		@Waiting
		@Transactional
		public CompletableFuture<String> stageInTransaction(long id, int failures) {
			this.orders.findById(id).orElseThrow().setStatus("PAID");
			return settled(failures);
		}

		private CompletableFuture<String> settled(int failures) {
			try {
				fail(failures);
				return CompletableFuture.completedFuture("done");
			}
			catch (IllegalStateException ex) {
				return CompletableFuture.failedFuture(ex);
			}
		}

		@Audited("hopeless")
		@Retryable(includes = IllegalStateException.class, maxRetries = 2, delay = 5)
		@Transactional
		public void hopeless() {
			throw new IllegalArgumentException("hopeless");
		}

	}

}
