package io.auditspring.delivery.internal.transaction;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;

import javax.sql.DataSource;

import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import io.auditspring.AuditTarget;
import io.auditspring.Audited;
import io.auditspring.StateCapture;
import io.auditspring.TestDatabase;
import io.auditspring.query.AuditTrail;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.PurchaseOrderRepository;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What a call changes is told by its own entry, also where it makes other audited calls
 * before that is flushed, and where these leave no state or no entry.
 */
class NestedCallsTests {

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private static PurchaseOrderRepository orders;

	private static Outer outer;

	private static Inner inner;

	private int before;

	private long id;

	private long other;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(Shop.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.flyway.enabled=false", "audit.unattributed-changes=record")
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
		orders = context.getBean(PurchaseOrderRepository.class);
		outer = context.getBean(Outer.class);
		inner = context.getBean(Inner.class);
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@BeforeEach
	void count() {
		this.id = order();
		this.other = order();
		this.before = log.settled();
	}

	private static long order() {
		return orders.save(new PurchaseOrder("A-" + System.nanoTime(), BigDecimal.ONE)).getId();
	}

	private List<Map<String, Object>> entries(int count) {
		return log.await(this.before + count).subList(this.before, this.before + count);
	}

	private static void within(Runnable work) {
		new TransactionTemplate(context.getBean(PlatformTransactionManager.class))
			.executeWithoutResult((status) -> work.run());
	}

	private static String to(String status) {
		return "{\"status\": {\"to\": \"%s\", \"from\": \"NEW\"}}".formatted(status);
	}

	@Test
	void aCallWithoutStateWithinItTakesNothingOfIt() {
		outer.pay(this.id, inner::look);
		assertThat(entries(2)).extracting("action", "outcome", "changes")
			.containsExactlyInAnyOrder(tuple("pay", "success", to("PAID")), tuple("look", "success", null));
	}

	@Test
	void aCallWithoutStateWithinAJoinedOneTakesNothingOfThat() {
		outer.pay(this.other, () -> outer.pay(this.id, inner::look));
		assertThat(entries(3)).extracting("action", "target_id", "changes")
			.containsExactlyInAnyOrder(tuple("pay", "" + this.other, to("PAID")),
					tuple("pay", "" + this.id, to("PAID")), tuple("look", null, null));
	}

	@Test
	void aCallWithoutStateTakesNothingOfWhatNobodyAudits() {
		within(() -> {
			orders.findById(this.id).orElseThrow().setStatus("PAID");
			inner.look();
		});
		assertThat(entries(2)).extracting("action", "changes")
			.containsExactlyInAnyOrder(tuple("entity.updated", to("PAID")), tuple("look", null));
	}

	@Test
	void whatACallWithoutStateChangesBelongsToTheOneAroundIt() {
		outer.pay(this.id, () -> inner.mark(this.other));
		assertThat(entries(3)).extracting("action", "target_id", "changes")
			.containsExactlyInAnyOrder(tuple("pay", "" + this.id, to("PAID")),
					tuple("pay", "" + this.other, to("MARKED")), tuple("mark", null, null));
	}

	@Test
	void aRepositoryThatSavesSomethingElseTakesNothingOfIt() {
		Customers customers = context.getBean(Customers.class);
		outer.pay(this.id, () -> customers.save(new PurchaseOrder("C-" + this.id, BigDecimal.TEN)));
		assertThat(entries(2)).extracting("action", "changes")
			.containsExactlyInAnyOrder(tuple("pay", to("PAID")), tuple("Customers.save", null));
	}

	@Test
	void whatACallChangesThatLeavesNoEntryBelongsToTheOneAroundIt() {
		outer.pay(this.id, () -> inner.book(this.other, 10));
		assertThat(entries(2)).extracting("action", "target_id", "changes")
			.containsExactlyInAnyOrder(tuple("pay", "" + this.id, to("PAID")),
					tuple("pay", "" + this.other, to("BOOKED")));
	}

	@Test
	void whatACallChangesThatLeavesNoEntryInTheEndBelongsToTheOneAroundIt() {
		outer.pay(this.id, () -> inner.skip(this.other));
		outer.pay(this.id, () -> inner.count(this.other));
		assertThat(entries(4)).extracting("action", "target_id", "changes")
			.containsExactlyInAnyOrder(tuple("pay", "" + this.id, to("PAID")),
					tuple("pay", "" + this.other, to("SKIPPED")), tuple("pay", "" + this.id, null),
					tuple("pay", "" + this.other, "{\"status\": {\"to\": \"COUNTED\", \"from\": \"SKIPPED\"}}"));
	}

	@Test
	void whatIsChangedOnceMoreAfterSuchACallIsOneChange() {
		outer.pay(this.id, () -> {
			inner.skip(this.id);
			orders.findById(this.id).orElseThrow().setStatus("DONE");
		});
		assertThat(entries(1)).extracting("action", "changes").containsExactly(tuple("pay", to("DONE")));
	}

	@Test
	void whatIsChangedOnceMoreAfterAnotherCallDidIsToldAfterThat() {
		String reference = "B-" + this.id;
		outer.correct(this.id, () -> inner.rename(this.id, reference));
		List<Map<String, Object>> entries = entries(3);
		assertThat(entries).extracting("action", "target_id")
			.containsExactly(tuple("correct", "" + this.id), tuple("rename", "" + this.id),
					tuple("correct", "" + this.id));
		assertThat(entries)
			.extracting((entry) -> JsonMapper.shared().readTree("" + entry.get("changes")).propertyNames())
			.containsExactly(Set.of("status"), Set.of("reference"), Set.of("total"));
		assertThat(entries).extracting("operation_id").element(2).isEqualTo(entries.get(0).get("operation_id"));
		assertThat(stateNow(this.id)).containsEntry("status", "OPEN")
			.containsEntry("reference", reference)
			.containsEntry("total", 10);
	}

	@Test
	void whatWasMadeIsToldAsItWasMade() {
		long made = outer.create("C-" + this.id, (id) -> inner.rename(id, "D-" + id));
		List<Map<String, Object>> entries = entries(3);
		assertThat(entries).extracting("action").containsExactly("create", "rename", "create");
		assertThat(entries).extracting((entry) -> JsonMapper.shared().readTree("" + entry.get("after_state")))
			.extracting((state) -> state.path("reference").asString(), (state) -> state.path("status").asString())
			.containsExactly(tuple("C-" + this.id, "NEW"), tuple("D-" + made, "NEW"), tuple("D-" + made, "DONE"));
		assertThat(stateNow(made)).containsEntry("status", "DONE").containsEntry("reference", "D-" + made);
	}

	@Test
	void whatOneCallChangesInTurnsWithOthersIsInTheirOrder() {
		outer.pay(this.other, () -> {
			outer.correct(this.id, () -> inner.rename(this.other, "E-" + this.other));
			orders.findById(this.other).orElseThrow().setStatus("SHIPPED");
			inner.rename(this.other, "F-" + this.other);
			orders.findById(this.other).orElseThrow().setStatus("GONE");
		});
		assertThat(entries(6)).extracting("action", "target_id")
			.containsExactly(tuple("pay", "" + this.other), tuple("correct", "" + this.id),
					tuple("rename", "" + this.other), tuple("pay", "" + this.other), tuple("rename", "" + this.other),
					tuple("pay", "" + this.other));
		assertThat(stateNow(this.other)).containsEntry("status", "GONE").containsEntry("reference", "F-" + this.other);
	}

	private static Map<String, @Nullable Object> stateNow(long id) {
		return context.getBean(AuditTrail.class).stateAt("PurchaseOrder", id, Instant.now()).orElseThrow();
	}

	@Test
	void aCallThatLeavesAnEntryKeepsItsChanges() {
		outer.pay(this.id, () -> inner.book(this.other, 2_000));
		assertThat(entries(2)).extracting("action", "target_id", "changes")
			.containsExactlyInAnyOrder(tuple("pay", "" + this.id, to("PAID")),
					tuple("book", "" + this.other, to("BOOKED")));
	}

	@Test
	void whatAFailedCallLeftAndItsCallerThrowsAwayIsNotWritten() {
		within(() -> {
			fail(() -> inner.fail(this.id, "X".repeat(300)));
			context.getBean(EntityManager.class).clear();
			orders.findById(this.other).orElseThrow().setStatus("PAID");
		});
		assertThat(orders.findById(this.id).orElseThrow().getStatus()).isEqualTo("NEW");
		assertThat(entries(2)).extracting("action", "outcome", "changes")
			.containsExactlyInAnyOrder(tuple("fail", "failure", null), tuple("entity.updated", "success", to("PAID")));
	}

	@Test
	void whatAFailedCallLeftIsItsOwnIfItIsWrittenLikeThat() {
		outer.pay(this.other, () -> {
			fail(() -> inner.fail(this.id, "X-" + this.id));
			inner.look();
		});
		within(() -> fail(() -> inner.fail(this.other, "X-" + this.other)));
		assertThat(entries(4)).extracting("action", "outcome", "target_id")
			.containsExactlyInAnyOrder(tuple("pay", "success", "" + this.other), tuple("fail", "failure", "" + this.id),
					tuple("look", "success", null), tuple("fail", "failure", "" + this.other));
		assertThat(entries(4)).filteredOn("action", "fail")
			.extracting((entry) -> JsonMapper.shared().readTree("" + entry.get("changes")).propertyNames())
			.containsExactly(Set.of("status", "reference"), Set.of("status", "reference"));
	}

	@Test
	void whatIsChangedFurtherAfterAFailedCallIsItsCallers() {
		outer.pay(this.other, () -> {
			fail(() -> inner.fail(this.id, "X-" + this.id));
			orders.findById(this.id).orElseThrow().setStatus("DONE");
		});
		assertThat(entries(3)).filteredOn("target_id", "" + this.id)
			.extracting((entry) -> entry.get("action"), (entry) -> entry.get("outcome"),
					(entry) -> entry.get("changes") != null)
			.containsExactlyInAnyOrder(tuple("fail", "failure", false), tuple("pay", "success", true));
	}

	private static void fail(Runnable work) {
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(work::run);
	}

	@Test
	void whatCannotBeStoredIsToldAsTheCommitWouldTellIt() {
		String tooLong = "X".repeat(300);
		assertThatExceptionOfType(DataIntegrityViolationException.class).isThrownBy(() -> within(() -> {
			orders.findById(this.id).orElseThrow().setReference(tooLong);
			inner.rename(this.other, "X");
		}));
		assertThatExceptionOfType(DataIntegrityViolationException.class)
			.isThrownBy(() -> within(() -> inner.rename(this.id, tooLong)));
		assertThat(entries(2)).extracting("action", "outcome")
			.containsExactly(tuple("rename", "failure"), tuple("rename", "failure"));
	}

	/**
	 * Calls others.
	 */
	static class Outer {

		private final PurchaseOrderRepository orders;

		Outer(PurchaseOrderRepository orders) {
			this.orders = orders;
		}

		@Audited("correct")
		@Transactional
		public void correct(@AuditTarget("PurchaseOrder") long id, Runnable work) {
			PurchaseOrder order = this.orders.findById(id).orElseThrow();
			order.setStatus("OPEN");
			work.run();
			order.setTotal(BigDecimal.TEN);
		}

		@Audited("create")
		@Transactional
		public long create(String reference, LongConsumer work) {
			PurchaseOrder order = this.orders.saveAndFlush(new PurchaseOrder(reference, BigDecimal.ONE));
			work.accept(order.getId());
			order.setStatus("DONE");
			return order.getId();
		}

		@Audited("pay")
		@Transactional
		public void pay(@AuditTarget("PurchaseOrder") long id, Runnable work) {
			this.orders.findById(id).orElseThrow().setStatus("PAID");
			work.run();
		}

	}

	/**
	 * Is called by others.
	 */
	static class Inner {

		private final PurchaseOrderRepository orders;

		Inner(PurchaseOrderRepository orders) {
			this.orders = orders;
		}

		@Audited("rename")
		public void rename(@AuditTarget("PurchaseOrder") long id, String reference) {
			this.orders.findById(id).orElseThrow().setReference(reference);
		}

		@Audited("fail")
		public void fail(@AuditTarget("PurchaseOrder") long id, String reference) {
			PurchaseOrder order = this.orders.findById(id).orElseThrow();
			order.setStatus("FAILED");
			order.setReference(reference);
			throw new IllegalStateException("It failed");
		}

		@Audited(action = "look", state = StateCapture.NONE)
		public long look() {
			return this.orders.findAll().size();
		}

		@Audited(action = "mark", state = StateCapture.NONE)
		public void mark(long id) {
			this.orders.findById(id).orElseThrow().setStatus("MARKED");
			this.orders.flush();
		}

		@Audited(action = "book", condition = "#amount > 1000")
		public void book(long id, int amount) {
			this.orders.findById(id).orElseThrow().setStatus("BOOKED");
			this.orders.flush();
		}

		@Audited("skip")
		public void skip(long id) {
			this.orders.findById(id).orElseThrow().setStatus("SKIPPED");
			AuditContext.current().skip();
		}

		@Audited(action = "count", condition = "#result > 1000")
		public int count(long id) {
			this.orders.findById(id).orElseThrow().setStatus("COUNTED");
			return 10;
		}

	}

	/**
	 * An audited repository.
	 */
	@Audited
	interface Customers extends JpaRepository<PurchaseOrder, Long> {

	}

	/**
	 * The application.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EntityScan(basePackageClasses = PurchaseOrder.class)
	@EnableJpaRepositories(basePackageClasses = { PurchaseOrder.class, NestedCallsTests.class },
			considerNestedRepositories = true)
	static class Shop {

		@Bean
		DataSource dataSource() {
			return ShopConfiguration.pool(TestDatabase.migrated());
		}

		@Bean
		Outer outer(PurchaseOrderRepository orders) {
			return new Outer(orders);
		}

		@Bean
		Inner inner(PurchaseOrderRepository orders) {
			return new Inner(orders);
		}

	}

}
