package io.auditspring.intercept.internal.call;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.PurchaseOrderRepository;
import io.auditspring.shop.ShopConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

/**
 * A condition is asked once, when all is known that it names: the arguments before the
 * call, the outcome after it, the state when that is.
 */
class ConditionTests {

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private static Desk desk;

	private static PurchaseOrderRepository orders;

	private int before;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(Shop.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off")
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
		desk = context.getBean(Desk.class);
		orders = context.getBean(PurchaseOrderRepository.class);
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@BeforeEach
	void count() {
		this.before = log.settled();
	}

	/** What comes last must be there, and tells that no other is to come. */
	private List<Map<String, Object>> entriesAndTheEnd(int count) {
		desk.end();
		return log.await(this.before + count + 1).subList(this.before, this.before + count);
	}

	private static long order() {
		return orders.save(new PurchaseOrder("A-" + System.nanoTime(), BigDecimal.ONE)).getId();
	}

	@Test
	void onTheStateIsAskedWhenThatIsKnown() {
		long id = order();
		desk.edit(id, "PAID", BigDecimal.ONE);
		desk.edit(id, "PAID", BigDecimal.TEN);
		assertThat(entriesAndTheEnd(1)).extracting("action", "changes")
			.containsExactly(tuple("edit", "{\"status\": {\"to\": \"PAID\", \"from\": \"NEW\"}}"));
	}

	@Test
	void onTheStateIsAskedWithinATransactionOfOthers() {
		long id = order();
		new TransactionTemplate(context.getBean(PlatformTransactionManager.class)).executeWithoutResult((status) -> {
			desk.edit(id, "PAID", BigDecimal.ONE);
			desk.edit(id, "PAID", BigDecimal.TEN);
		});
		assertThat(entriesAndTheEnd(1)).extracting("action", "changes")
			.containsExactly(tuple("edit", "{\"status\": {\"to\": \"PAID\", \"from\": \"NEW\"}}"));
	}

	@Test
	void onTheStateSeesNoneOfWhatIsUndone() {
		assertThatIllegalStateException().isThrownBy(() -> desk.fail(order()));
		assertThat(entriesAndTheEnd(0)).isEmpty();
	}

	@Test
	void onArgumentsIsAskedOnce() {
		Sampler sampler = context.getBean(Sampler.class);
		sampler.asked = 0;
		desk.sampled();
		desk.sampled();
		assertThat(sampler.asked).isEqualTo(2);
		assertThat(entriesAndTheEnd(1)).extracting("action").containsExactly("sampled");
	}

	@Test
	void onArgumentsIsAskedOnceOfAResultThatComesLater() {
		Sampler sampler = context.getBean(Sampler.class);
		sampler.asked = 0;
		for (int i = 0; i < 2; i++) {
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletableFuture<String> result = desk.sampledLater(source);
			source.complete("done");
			assertThat(result.join()).isEqualTo("done");
		}
		assertThat(sampler.asked).isEqualTo(2);
		assertThat(entriesAndTheEnd(1)).extracting("action").containsExactly("sampledLater");
	}

	@Test
	void thatFailsIsNotedAndAskedOnce() {
		desk.broken(null);
		assertThat(entriesAndTheEnd(1)).extracting("metadata")
			.containsExactly(
					"{\"expressionErrors\": {\"condition\": \"SpelEvaluationException METHOD_CALL_ON_NULL_OBJECT_NOT_ALLOWED\"}}");
	}

	@Test
	void argumentsMayHaveTheNamesOfStates() {
		Instant before = Instant.parse("2026-01-02T03:04:05Z");
		long id = order();
		desk.purge(id, before, true);
		desk.purge(id, before, false);
		assertThat(entriesAndTheEnd(1)).extracting("message", "metadata")
			.containsExactly(tuple("Purged before 2026-01-02T03:04:05Z", "{\"before\": \"2026-01-02T03:04:05Z\"}"));
	}

	/**
	 * What is audited on conditions.
	 */
	static class Desk {

		private final PurchaseOrderRepository orders;

		Desk(PurchaseOrderRepository orders) {
			this.orders = orders;
		}

		@Audited("end")
		public void end() {
		}

		@Audited(action = "edit", condition = "#before?.status != #after?.status")
		@Transactional
		public void edit(long id, String status, BigDecimal total) {
			PurchaseOrder order = this.orders.findById(id).orElseThrow();
			order.setStatus(status);
			order.setTotal(total);
		}

		@Audited(action = "fail", condition = "#before?.status != #after?.status")
		@Transactional
		public void fail(long id) {
			this.orders.findById(id).orElseThrow().setStatus("PAID");
			throw new IllegalStateException("no");
		}

		@Audited(action = "sampled", condition = "@sampler.next()")
		public void sampled() {
		}

		@Audited(action = "sampledLater", condition = "@sampler.next()")
		public CompletableFuture<String> sampledLater(CompletableFuture<String> source) {
			return source;
		}

		@Audited(action = "broken", condition = "#text.isEmpty()")
		public void broken(String text) {
		}

		@Audited(action = "purge", message = "Purged before #{#before}", metadata = "{before: #before}",
				condition = "#after")
		@Transactional
		public void purge(long id, Instant before, boolean after) {
			this.orders.findById(id).orElseThrow().setStatus("PURGED");
		}

	}

	/**
	 * Takes every second.
	 */
	static class Sampler {

		private int asked;

		public boolean next() {
			return this.asked++ % 2 == 1;
		}

	}

	/**
	 * The application.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Shop extends ShopConfiguration {

		@Bean
		Desk desk(PurchaseOrderRepository orders) {
			return new Desk(orders);
		}

		@Bean
		Sampler sampler() {
			return new Sampler();
		}

	}

}
