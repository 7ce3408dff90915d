package io.auditspring.intercept.internal.call;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.PurchaseOrderRepository;
import io.auditspring.shop.ShopConfiguration;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
import io.github.resilience4j.spring6.circuitbreaker.configure.CircuitBreakerConfiguration;
import io.github.resilience4j.spring6.circuitbreaker.configure.CircuitBreakerConfigurationProperties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.EnableAspectJAutoProxy;
import org.springframework.context.annotation.Import;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Calls whose failure somebody else answers for, and calls that other threads make in
 * transactions of their own, while one is running around them.
 */
class HandedOnCallsTests {

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private static Desk desk;

	private static TransactionTemplate transaction;

	private int before;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(Shop.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.flyway.enabled=false", "spring.application.name=shop")
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
		desk = context.getBean(Desk.class);
		transaction = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@BeforeEach
	void begin() {
		this.before = (int) log.count();
		log.jdbc().execute("delete from purchase_order");
		context.getBean(CircuitBreakerRegistry.class).circuitBreaker("shop").reset();
	}

	private void assertThatOutcomesAre(String... outcomes) {
		assertThat(log.await(this.before + outcomes.length).subList(this.before, this.before + outcomes.length))
			.extracting((entry) -> entry.get("target_name") + " " + entry.get("outcome"))
			.containsExactlyInAnyOrder(outcomes);
	}

	private static List<String> orders() {
		return log.jdbc().queryForList("select reference from purchase_order order by reference", String.class);
	}

	@Test
	void aFallbackMakesNoSuccessOfACallThatFailed() {
		assertThat(desk.storeOrFallBack("failed")).isEqualTo("stand-in");
		assertThat(orders()).isEmpty();
		assertThatOutcomesAre("failed failure");
	}

	@Test
	void theAnswerOfAFallbackWhileTheCircuitIsOpenSaysWhoGaveIt() {
		context.getBean(CircuitBreakerRegistry.class).circuitBreaker("shop").transitionToOpenState();
		assertThat(desk.storeOrFallBack("kept away")).isEqualTo("stand-in");
		Map<String, Object> entry = log.await(this.before + 1).get(this.before);
		assertThat(entry).containsEntry("outcome", "success");
		assertThat((String) entry.get("metadata")).contains("answeredBy", "CircuitBreakerAspect");
	}

	@Test
	void aCallThatAnOpenCircuitRefusesHasFailed() {
		context.getBean(CircuitBreakerRegistry.class).circuitBreaker("shop").transitionToOpenState();
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> desk.storeOrFail("refused"));
		assertThatOutcomesAre("refused failure");
	}

	@Test
	void anAsynchronousMethodIsJudgedByTheTransactionOfItsOwnThread() {
		assertThatIllegalStateException().isThrownBy(() -> transaction.executeWithoutResult((status) -> {
			desk.store("outer");
			desk.storeAsynchronously("inner", false).join();
			throw new IllegalStateException("as planned");
		}));
		assertThatExceptionOfType(Exception.class)
			.isThrownBy(() -> desk.storeAsynchronously("inner-undone", true).get(60, TimeUnit.SECONDS));
		assertThat(orders()).containsExactly("inner");
		assertThatOutcomesAre("outer failure", "inner success", "inner-undone failure");
	}

	@Test
	void aTransactionWithinAStageIsThatOfItsThread() {
		transaction.executeWithoutResult((status) -> {
			desk.store("outer");
			CompletableFuture.runAsync(() -> transaction.executeWithoutResult((inner) -> {
				desk.store("inner-undone");
				inner.setRollbackOnly();
			})).thenRunAsync(() -> transaction.executeWithoutResult((inner) -> desk.store("inner"))).join();
		});
		assertThat(orders()).containsExactly("inner", "outer");
		assertThatOutcomesAre("outer success", "inner-undone failure", "inner success");
	}

	@Test
	void tasksOfExecutorsAndSchedulesAreJudgedEachByItself() throws Exception {
		ExecutorService pool = Executors.newFixedThreadPool(2);
		ScheduledExecutorService schedule = Executors.newSingleThreadScheduledExecutor();
		try {
			assertThatIllegalStateException().isThrownBy(() -> transaction.executeWithoutResult((status) -> {
				desk.store("outer");
				join(pool.submit(() -> transaction.executeWithoutResult((inner) -> desk.store("pooled"))));
				join(schedule.schedule(() -> transaction.executeWithoutResult((inner) -> desk.store("scheduled")), 1,
						TimeUnit.MILLISECONDS));
				throw new IllegalStateException("as planned");
			}));
		}
		finally {
			pool.shutdown();
			schedule.shutdown();
		}
		assertThat(orders()).containsExactly("pooled", "scheduled");
		assertThatOutcomesAre("outer failure", "pooled success", "scheduled success");
	}

	private static void join(Future<?> future) {
		try {
			future.get(60, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "AFTER_COMMIT", "AFTER_COMPLETION", "BEFORE_COMMIT" })
	void anAsynchronousListenerIsJudgedByTheTransactionThatItBegins(TransactionPhase phase) {
		transaction.executeWithoutResult((status) -> {
			desk.store("outer");
			desk.publish(new Reached(phase, "inner", false));
			desk.publish(new Reached(phase, "inner-undone", true));
		});
		assertThatOutcomesAre("outer success", "inner success", "inner-undone failure");
		assertThat(orders()).containsExactly("inner", "outer");
	}

	@Test
	void anAsynchronousListenerOfARollbackIsNotUndoneWithIt() {
		assertThatIllegalStateException().isThrownBy(() -> transaction.executeWithoutResult((status) -> {
			desk.store("outer");
			desk.publish(new Reached(TransactionPhase.AFTER_ROLLBACK, "inner", false));
			throw new IllegalStateException("as planned");
		}));
		assertThatOutcomesAre("outer failure", "inner success");
		assertThat(orders()).containsExactly("inner");
	}

	record Reached(TransactionPhase phase, String name, boolean fails) {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	@EnableAspectJAutoProxy
	@Import(CircuitBreakerConfiguration.class)
	static class Shop extends ShopConfiguration {

		@Bean
		CircuitBreakerConfigurationProperties circuitBreakers() {
			return new CircuitBreakerConfigurationProperties();
		}

		@Bean
		Desk desk(PurchaseOrderRepository orders, ApplicationEventPublisher events) {
			return new Desk(orders, events);
		}

		@Bean
		Listeners listeners(PurchaseOrderRepository orders) {
			return new Listeners(orders);
		}

	}

	static class Desk {

		private final PurchaseOrderRepository orders;

		private final ApplicationEventPublisher events;

		Desk(PurchaseOrderRepository orders, ApplicationEventPublisher events) {
			this.orders = orders;
			this.events = events;
		}

		@Audited(action = "order.store", targetName = "#name")
		public void store(String name) {
			this.orders.save(new PurchaseOrder(name, BigDecimal.ONE));
		}

		@Audited(action = "order.store", targetName = "#name")
		@CircuitBreaker(name = "shop", fallbackMethod = "fallBack")
		@Transactional
		public String storeOrFallBack(String name) {
			this.orders.save(new PurchaseOrder(name, BigDecimal.ONE));
			throw new IllegalStateException("as planned");
		}

		String fallBack(String name, Exception ex) {
			return "stand-in";
		}

		@Audited(action = "order.store", targetName = "#name")
		@CircuitBreaker(name = "shop")
		public String storeOrFail(String name) {
			return name;
		}

		@Audited(action = "order.store", targetName = "#name")
		@Async
		@Transactional
		public CompletableFuture<String> storeAsynchronously(String name, boolean fails) {
			this.orders.save(new PurchaseOrder(name, BigDecimal.ONE));
			if (fails) {
				throw new IllegalStateException("as planned");
			}
			return CompletableFuture.completedFuture(name);
		}

		void publish(Reached reached) {
			this.events.publishEvent(reached);
		}

	}

	static class Listeners {

		private final PurchaseOrderRepository orders;

		Listeners(PurchaseOrderRepository orders) {
			this.orders = orders;
		}

		private void store(Reached reached) {
			this.orders.save(new PurchaseOrder(reached.name(), BigDecimal.ONE));
			if (reached.fails()) {
				throw new IllegalStateException("as planned");
			}
		}

		@Async
		@Audited(action = "order.listen", targetName = "#reached.name")
		@Transactional(propagation = Propagation.REQUIRES_NEW)
		@TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT,
				condition = "#reached.phase.name() == 'BEFORE_COMMIT'")
		public void beforeCommit(Reached reached) {
			store(reached);
		}

		@Async
		@Audited(action = "order.listen", targetName = "#reached.name")
		@Transactional(propagation = Propagation.REQUIRES_NEW)
		@TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT,
				condition = "#reached.phase.name() == 'AFTER_COMMIT'")
		public void afterCommit(Reached reached) {
			store(reached);
		}

		@Async
		@Audited(action = "order.listen", targetName = "#reached.name")
		@Transactional(propagation = Propagation.REQUIRES_NEW)
		@TransactionalEventListener(phase = TransactionPhase.AFTER_ROLLBACK,
				condition = "#reached.phase.name() == 'AFTER_ROLLBACK'")
		public void afterRollback(Reached reached) {
			store(reached);
		}

		@Async
		@Audited(action = "order.listen", targetName = "#reached.name")
		@Transactional(propagation = Propagation.REQUIRES_NEW)
		@TransactionalEventListener(phase = TransactionPhase.AFTER_COMPLETION,
				condition = "#reached.phase.name() == 'AFTER_COMPLETION'")
		public void afterCompletion(Reached reached) {
			store(reached);
		}

	}

}
