package io.auditspring.delivery.internal.transaction;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.StateCapture;
import io.auditspring.query.AuditTrail;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.PurchaseOrderRepository;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Changes that no audited call makes leave entries where the application wants that, and
 * none twice.
 */
class UnattributedChangesTests {

	private ConfigurableApplicationContext context;

	private PurchaseOrderRepository orders;

	private OrderService service;

	private AuditLog log;

	@AfterEach
	void stop() {
		this.context.close();
	}

	private void start(String... properties) {
		this.context = new SpringApplicationBuilder(Shop.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.application.name=shop")
			.properties(properties)
			.run();
		this.orders = this.context.getBean(PurchaseOrderRepository.class);
		this.service = this.context.getBean(OrderService.class);
		this.log = new AuditLog(this.context.getBean(DataSource.class));
	}

	private TransactionTemplate transaction() {
		return new TransactionTemplate(this.context.getBean(PlatformTransactionManager.class));
	}

	private PurchaseOrder order(String reference) {
		return new PurchaseOrder(reference, BigDecimal.ONE);
	}

	@Test
	void leaveNothingUnlessTheApplicationWantsThem() {
		start();
		this.orders.save(order("A-1"));
		assertThat(this.log.count()).isZero();
		assertThat(this.log.staged()).isZero();
	}

	@Test
	void leaveAnEntryEachWithStateActorAndOneOperation() throws Exception {
		start("audit.unattributed-changes=record");
		PurchaseOrder created = AuditContext.runAs(Actor.user("jane"), () -> this.orders.save(order("A-1")));
		transaction().executeWithoutResult((status) -> {
			this.orders.findById(created.getId()).orElseThrow().setStatus("PAID");
			this.orders.save(order("A-2"));
		});
		this.orders.deleteById(created.getId());
		List<Map<String, Object>> entries = this.log.await(4);
		assertThat(entries).extracting("action", "outcome", "target_type", "service", "actor_id")
			.containsExactlyInAnyOrder(tuple("entity.created", "success", "PurchaseOrder", "shop", "jane"),
					tuple("entity.created", "success", "PurchaseOrder", "shop", "system"),
					tuple("entity.updated", "success", "PurchaseOrder", "shop", "system"),
					tuple("entity.deleted", "success", "PurchaseOrder", "shop", "system"));
		assertThat(entries).extracting("revision").containsExactly(1L, 2L, 2L, 3L);
		assertThat(entries.get(1).get("operation_id")).isEqualTo(entries.get(2).get("operation_id"))
			.isNotEqualTo(entries.get(0).get("operation_id"));
		assertThat(entries).filteredOn("action", "entity.updated")
			.extracting("changes")
			.containsExactly("{\"status\": {\"to\": \"PAID\", \"from\": \"NEW\"}}");
	}

	@Test
	void aroundACallAreToldApartFromItsOwn() {
		start("audit.unattributed-changes=record");
		long id = this.orders.save(order("A-1")).getId();
		transaction().executeWithoutResult((status) -> {
			PurchaseOrder order = this.orders.findById(id).orElseThrow();
			order.setStatus("BEFORE");
			this.service.rename(id, "A-2");
			order.setTotal(BigDecimal.TEN);
		});
		List<Map<String, Object>> entries = this.log.await(4).subList(1, 4);
		assertThat(entries).extracting("action", "changes")
			.containsExactly(tuple("entity.updated", "{\"status\": {\"to\": \"BEFORE\", \"from\": \"NEW\"}}"),
					tuple("order.rename", "{\"reference\": {\"to\": \"A-2\", \"from\": \"A-1\"}}"),
					tuple("entity.updated", "{\"total\": {\"to\": 10, \"from\": 1}}"));
		assertThat(this.context.getBean(AuditTrail.class).stateAt("PurchaseOrder", id, Instant.now()))
			.hasValueSatisfying((state) -> assertThat(state).containsEntry("status", "BEFORE")
				.containsEntry("reference", "A-2")
				.containsEntry("total", 10));
	}

	@Test
	void ofACallAreNotToldTwice() throws Exception {
		start("audit.unattributed-changes=record");
		long id = this.service.create("A-1", BigDecimal.ONE).getId();
		this.service.addLine(id, "pen");
		this.service.ping(() -> {
			this.service.separatelyWithoutAudit(id, "A-2");
			return "done";
		});
		this.context.getBean(Silent.class).save(order("A-3"));
		assertThat(this.log.await(6)).extracting("action", "target_type")
			.containsExactlyInAnyOrder(tuple("order.create", "PurchaseOrder"), tuple("order.addLine", null),
					tuple("order.addLine", "PurchaseOrder"), tuple("order.addLine", "OrderLine"),
					tuple("order.ping", "PurchaseOrder"), tuple("order.ping", null));
	}

	@Test
	void ofMoreEntitiesThanACallMayShowAreCounted() {
		start("audit.unattributed-changes=record", "audit.capture.max-entities=3");
		transaction().executeWithoutResult((status) -> {
			PurchaseOrder first = this.orders.saveAndFlush(order("A-1"));
			for (int i = 2; i <= 6; i++) {
				this.orders.saveAndFlush(order("A-" + i));
			}
			first.setStatus("PAID");
		});
		try (EntityManager own = this.context.getBean(EntityManagerFactory.class).createEntityManager()) {
			own.getTransaction().begin();
			for (int i = 1; i <= 4; i++) {
				own.persist(order("B-" + i));
			}
			own.getTransaction().commit();
		}
		List<Map<String, Object>> entries = this.log.await(8);
		assertThat(entries).filteredOn("action", "entity.created").hasSize(6);
		assertThat((String) entries.get(2).get("after_state")).contains("PAID");
		assertThat(entries).filteredOn("action", "entity.changes")
			.extracting("metadata")
			.allSatisfy((metadata) -> assertThat((String) metadata).contains("\"withoutState\": {\"PurchaseOrder\""))
			.satisfiesExactly((metadata) -> assertThat((String) metadata).contains("\"PurchaseOrder\": 3"),
					(metadata) -> assertThat((String) metadata).contains("\"PurchaseOrder\": 1"));
	}

	@Test
	void thatAreRolledBackLeaveNothing() {
		start("audit.unattributed-changes=record");
		assertThatIllegalStateException().isThrownBy(() -> transaction().executeWithoutResult((status) -> {
			this.orders.saveAndFlush(order("A-1"));
			throw new IllegalStateException("no");
		}));
		this.orders.save(order("A-2"));
		assertThat((String) this.log.await(1).get(0).get("after_state")).contains("A-2");
	}

	@Test
	void ofAnEntityManagerOfOnesOwnAreSeen() {
		start("audit.unattributed-changes=record");
		try (EntityManager own = this.context.getBean(EntityManagerFactory.class).createEntityManager()) {
			own.getTransaction().begin();
			own.persist(order("A-1"));
			own.persist(order("A-2"));
			own.getTransaction().commit();
			own.getTransaction().begin();
			own.persist(order("A-3"));
			own.getTransaction().rollback();
		}
		assertThat(this.log.await(2)).extracting("action", "revision")
			.containsExactly(tuple("entity.created", 1L), tuple("entity.created", 1L));
	}

	/**
	 * A call that wants no state in the trail.
	 */
	static class Silent {

		private final PurchaseOrderRepository orders;

		Silent(PurchaseOrderRepository orders) {
			this.orders = orders;
		}

		@Audited(action = "silent", state = StateCapture.NONE, condition = "false")
		@Transactional
		public void save(PurchaseOrder order) {
			this.orders.save(order);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(ShopConfiguration.class)
	static class Shop {

		@Bean
		Silent silent(PurchaseOrderRepository orders) {
			return new Silent(orders);
		}

	}

}
