package io.auditspring.repositories;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.TestDatabase;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.ShopConfiguration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.data.repository.CrudRepository;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;

/**
 * A repository of Spring Data is a bean as any other: each call of an audited method
 * leaves one entry, with its state, committed with the change.
 */
class AuditedRepositoryTests {

	private static ConfigurableApplicationContext context;

	private static Orders orders;

	private static AuditLog log;

	private int before;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(Shop.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.flyway.enabled=false")
			.run();
		orders = context.getBean(Orders.class);
		log = new AuditLog(context.getBean(DataSource.class));
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@BeforeEach
	void count() {
		Awaitility.await().until(() -> log.staged() == 0);
		this.before = (int) log.count();
	}

	private List<Map<String, Object>> entries(int count) {
		return log.await(this.before + count).subList(this.before, this.before + count);
	}

	private Map<String, Object> entry() {
		return entries(1).get(0);
	}

	private static TransactionTemplate transaction() {
		return new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
	}

	private PurchaseOrder order() {
		PurchaseOrder order = orders.save(new PurchaseOrder("A-" + System.nanoTime(), BigDecimal.ONE));
		count();
		return order;
	}

	@Test
	void aMethodOfSpringDataThatIsDeclaredAgain() {
		PurchaseOrder order = orders.save(new PurchaseOrder("A-" + System.nanoTime(), BigDecimal.ONE));
		assertThat(entry()).containsEntry("action", "order.save")
			.containsEntry("outcome", "success")
			.containsEntry("target_type", "PurchaseOrder")
			.containsEntry("target_id", String.valueOf(order.getId()))
			.containsEntry("message", "Saved " + order.getReference())
			.containsEntry("metadata", null)
			.hasEntrySatisfying("after_state", (state) -> assertThat((String) state).contains("\"status\": \"NEW\""))
			.hasEntrySatisfying("revision", (revision) -> assertThat(revision).isNotNull());
	}

	@Test
	void throughAnInterfaceOfSpringData() {
		((CrudRepository<PurchaseOrder, Long>) orders)
			.save(new PurchaseOrder("A-" + System.nanoTime(), BigDecimal.ONE));
		assertThat(entry()).containsEntry("action", "order.save");
	}

	@Test
	void aQueryThatReads() {
		PurchaseOrder order = order();
		assertThat(orders.findByReference(order.getReference())).isPresent();
		assertThat(entry()).containsEntry("action", "Orders.findByReference")
			.containsEntry("target_name", order.getReference());
	}

	@Test
	void aQueryThatChanges() {
		PurchaseOrder order = order();
		assertThat(orders.close(order.getId())).isOne();
		assertThat(entry()).containsEntry("action", "order.close")
			.containsEntry("target_id", String.valueOf(order.getId()))
			.hasEntrySatisfying("metadata", (metadata) -> assertThat((String) metadata).contains("\"bulk\""));
	}

	@Test
	void aMethodThatReturnsNothing() {
		PurchaseOrder order = order();
		orders.deleteById(order.getId());
		assertThat(entry()).containsEntry("action", "order.delete")
			.containsEntry("target_id", String.valueOf(order.getId()))
			.containsEntry("after_state", null)
			.hasEntrySatisfying("before_state", (state) -> assertThat((String) state).contains("\"status\": \"NEW\""));
	}

	@Test
	void aDefaultMethod() {
		PurchaseOrder order = order();
		orders.rename(order.getId(), "B-" + order.getId());
		assertThat(entry()).containsEntry("action", "order.rename")
			.hasEntrySatisfying("changes", (changes) -> assertThat((String) changes).contains("B-" + order.getId()));
	}

	@Test
	void aFragmentWhoseInterfaceSaysSo() {
		PurchaseOrder order = order();
		orders.ship(order.getId());
		assertThat(entry()).containsEntry("action", "order.ship")
			.hasEntrySatisfying("changes", (changes) -> assertThat((String) changes).contains("SHIPPED"));
	}

	@Test
	void aFragmentWhoseImplementationSaysSo() {
		PurchaseOrder order = order();
		orders.cancel(order.getId());
		assertThat(entry()).containsEntry("action", "order.cancel")
			.hasEntrySatisfying("changes", (changes) -> assertThat((String) changes).contains("CANCELLED"));
	}

	@Test
	void allMethodsOfAnAuditedType() {
		Lines lines = context.getBean(Lines.class);
		lines.count();
		lines.deleteAll();
		assertThat(entries(2)).extracting((entry) -> entry.get("action"))
			.containsExactly("Lines.count", "Lines.deleteAll");
	}

	@Test
	void withinATransaction() {
		PurchaseOrder order = order();
		transaction().executeWithoutResult((status) -> {
			orders.save(orders.findById(order.getId()).map(AuditedRepositoryTests::paid).orElseThrow());
			orders.rename(order.getId(), "C-" + order.getId());
		});
		List<Map<String, Object>> entries = entries(2);
		assertThat(entries).extracting((entry) -> entry.get("action")).containsExactly("order.save", "order.rename");
		assertThat((String) entries.get(0).get("changes")).contains("PAID").doesNotContain("C-");
		assertThat((String) entries.get(1).get("changes")).contains("C-").doesNotContain("PAID");
		assertThat(entries.get(0).get("revision")).isEqualTo(entries.get(1).get("revision"));
	}

	private static PurchaseOrder paid(PurchaseOrder order) {
		order.setStatus("PAID");
		return order;
	}

	@Test
	void behindACacheWhichAnswersForIt() {
		PurchaseOrder order = order();
		CachedOrders cached = context.getBean(CachedOrders.class);
		for (int i = 0; i < 2; i++) {
			assertThat(cached.findByReference(order.getReference())).isPresent();
		}
		assertThat(entries(2))
			.extracting((entry) -> entry.get("action"), (entry) -> entry.get("target_name"),
					(entry) -> entry.get("metadata"))
			.containsExactly(tuple("CachedOrders.findByReference", order.getReference(), null), tuple(
					"CachedOrders.findByReference", order.getReference(), "{\"answeredBy\": \"CacheInterceptor\"}"));
	}

	@Test
	void withinAnotherOneBehindACache() {
		PurchaseOrder order = order();
		assertThat(context.getBean(CachedOrders.class).twice(order.getReference())).isEqualTo(2);
		assertThat(entries(3)).extracting((entry) -> entry.get("action"))
			.containsExactlyInAnyOrder("CachedOrders.twice", "CachedOrders.findByReference",
					"CachedOrders.findByReference");
	}

	@Test
	void whatIsRolledBackHasFailed() {
		PurchaseOrder order = order();
		transaction().executeWithoutResult((status) -> {
			orders.rename(order.getId(), "D-" + order.getId());
			status.setRollbackOnly();
		});
		assertThat(entry()).containsEntry("action", "order.rename").containsEntry("outcome", "failure");
	}

	@Test
	void whatTheDatabaseRefusesHasFailed() {
		PurchaseOrder order = order();
		assertThatExceptionOfType(DataIntegrityViolationException.class)
			.isThrownBy(() -> orders.save(new PurchaseOrder(order.getReference(), BigDecimal.ONE)));
		assertThat(entry()).containsEntry("action", "order.save").containsEntry("outcome", "failure");
	}

	@Test
	void itsEntryIsCommittedWithTheChange() {
		log.jdbc()
			.execute("alter table audit.audit_outbox add constraint full_up check (entries not like '%E-refused%')");
		PurchaseOrder refused = new PurchaseOrder("E-refused", BigDecimal.ONE);
		assertThat(catchThrowable(() -> orders.save(refused))).isNotNull();
		log.jdbc().execute("alter table audit.audit_outbox drop constraint full_up");
		assertThat(log.jdbc()
			.queryForObject("select count(*) from purchase_order where reference = 'E-refused'", Long.class)).isZero();
		assertThat(entry()).containsEntry("action", "order.save").containsEntry("outcome", "failure");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EntityScan("io.auditspring.shop")
	@EnableJpaRepositories
	@EnableCaching
	static class Shop {

		@Bean
		DataSource dataSource() {
			return ShopConfiguration.pool(TestDatabase.migrated());
		}

		@Bean
		ConcurrentMapCacheManager cacheManager() {
			return new ConcurrentMapCacheManager();
		}

	}

}
