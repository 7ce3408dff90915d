package io.auditspring.intercept.internal.call;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditContext;
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
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A shop whose results come later, and what is recorded of them.
 */
abstract class LateResults {

	static final Duration PATIENCE = Duration.ofSeconds(60);

	static ConfigurableApplicationContext context;

	static AuditLog log;

	static Works works;

	int before;

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

	List<Map<String, Object>> newEntries(int count) {
		return log.await(this.before + count).subList(this.before, this.before + count);
	}

	Map<String, Object> newEntry() {
		return newEntries(1).get(0);
	}

	void assertThatNothingIsRecorded() {
		assertThat(kept()).isEqualTo(this.before);
	}

	// In one look, as entries move from the one to the other.
	static Long kept() {
		return log.jdbc().queryForObject("""
				select (select count(*) from audit.audit_outbox) + (select count(*) from audit.audit_log)
				""", Long.class);
	}

	static <T> CompletableFuture<T> janes(Callable<CompletableFuture<T>> call) throws Exception {
		return AuditContext.runAs(Actor.user("jane"), call);
	}

	static TransactionTemplate transaction() {
		return new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
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
		Pay pay() {
			return new Pay();
		}

		@Bean
		PayOwn payOwn() {
			return new PayOwn();
		}

		@Bean
		Works works(PurchaseOrderRepository orders) {
			return new Works(orders);
		}

	}

	/**
	 * What declares its result by a variable.
	 */
	abstract static class Command<R> {

		@Audited("late.command")
		public R run(R source) {
			return source;
		}

	}

	static class Pay extends Command<CompletableFuture<String>> {

	}

	static class PayOwn extends Command<OwnFuture> {

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

		@Audited(action = "late.any", message = "Got #{#result}")
		public Object any(Object source) {
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
