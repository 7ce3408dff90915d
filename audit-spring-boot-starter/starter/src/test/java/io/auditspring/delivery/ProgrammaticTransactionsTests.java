package io.auditspring.delivery;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.EntityTransaction;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.orm.jpa.hibernate.HibernateTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * An audited method may begin transactions by itself, undo them, and return all the same:
 * it has succeeded, but its entries show only what was committed. The manager is that of
 * Hibernate, as the one of JPA knows no savepoints.
 */
class ProgrammaticTransactionsTests {

	private static final String BULK = "update PurchaseOrder o set o.total = 5 where o.reference = 'there'";

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private static EntityManager entityManager;

	private static Desk desk;

	private int before;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.application.name=shop")
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
		entityManager = context.getBean(EntityManager.class);
		desk = context.getBean(Desk.class);
		log.jdbc()
			.execute("alter table purchase_order add constraint late unique (total) deferrable initially deferred");
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@BeforeEach
	void begin() {
		this.before = (int) log.count();
		log.jdbc().execute("delete from purchase_order");
		log.jdbc()
			.execute("insert into purchase_order (version, reference, status, total) values (0, 'there', 'NEW', 1)");
	}

	private List<Map<String, Object>> entries(int count) {
		return log.await(this.before + count).subList(this.before, this.before + count);
	}

	private static TransactionTemplate transaction(int propagation) {
		TransactionTemplate template = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
		template.setPropagationBehavior(propagation);
		return template;
	}

	private static void within(Consumer<TransactionStatus> work) {
		transaction(TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult(work);
	}

	private static void nested(Consumer<TransactionStatus> work) {
		transaction(TransactionDefinition.PROPAGATION_NESTED).executeWithoutResult(work);
	}

	private static void store(String reference) {
		entityManager.persist(new PurchaseOrder(reference, BigDecimal.TEN));
		entityManager.flush();
	}

	private static void mark(String status) {
		entityManager.createQuery("from PurchaseOrder o where o.reference = 'there'", PurchaseOrder.class)
			.getSingleResult()
			.setStatus(status);
		entityManager.flush();
	}

	private static void changeInBulk() {
		entityManager.createQuery(BULK).executeUpdate();
	}

	private void assertThatNothingIsClaimed() {
		assertThat(log.jdbc().queryForList("select status || total from purchase_order", String.class))
			.containsExactly("NEW1.00");
		assertThat(entries(1)).allSatisfy((entry) -> {
			assertThat(entry).containsEntry("outcome", "success");
			assertThat(entry.values()).filteredOn(String.class::isInstance)
				.asString()
				.doesNotContain("PurchaseOrder", "bulk");
			assertThat(entry.get("after_state")).isNull();
			assertThat(entry.get("revision")).isNull();
		});
	}

	@ParameterizedTest
	@EnumSource(names = { "TRANSACTIONAL", "ASYNC", "SYNC" })
	void oneThatIsMarkedToBeRolledBackLeavesNothingToClaim(Delivery mode) {
		desk.work(mode, () -> within((status) -> {
			store("undone");
			mark("UNDONE");
			changeInBulk();
			status.setRollbackOnly();
		}));
		assertThatNothingIsClaimed();
	}

	@ParameterizedTest
	@EnumSource(names = { "TRANSACTIONAL", "ASYNC", "SYNC" })
	void oneWhoseFailureIsCaughtLeavesNothingToClaim(Delivery mode) {
		desk.work(mode, () -> assertThatIllegalStateException().isThrownBy(() -> within((status) -> {
			store("undone");
			changeInBulk();
			throw new IllegalStateException("as planned");
		})));
		assertThatNothingIsClaimed();
	}

	@ParameterizedTest
	@EnumSource(names = { "TRANSACTIONAL", "ASYNC", "SYNC" })
	void oneThatCannotBeCommittedLeavesNothingToClaim(Delivery mode) {
		desk.work(mode, () -> assertThatException().isThrownBy(() -> within((status) -> {
			changeInBulk();
			store("undone");
			entityManager.createQuery("update PurchaseOrder o set o.total = 7").executeUpdate();
		})));
		assertThatNothingIsClaimed();
	}

	@Test
	void oneThatIsEndedByHandLeavesNothingToClaim() {
		PlatformTransactionManager manager = context.getBean(PlatformTransactionManager.class);
		desk.work(Delivery.TRANSACTIONAL, () -> {
			TransactionStatus status = manager.getTransaction(TransactionDefinition.withDefaults());
			store("undone");
			changeInBulk();
			manager.rollback(status);
		});
		assertThatNothingIsClaimed();
	}

	@Test
	void oneOfAnEntityManagerOfItsOwnLeavesNothingToClaim() {
		desk.work(Delivery.TRANSACTIONAL, () -> {
			try (EntityManager own = context.getBean(EntityManagerFactory.class).createEntityManager()) {
				EntityTransaction transaction = own.getTransaction();
				transaction.begin();
				own.persist(new PurchaseOrder("undone", BigDecimal.TEN));
				own.flush();
				own.createQuery(BULK).executeUpdate();
				transaction.rollback();
			}
		});
		assertThatNothingIsClaimed();
	}

	@Test
	void ofSeveralOnlyThoseThatAreCommittedAreShown() {
		desk.work(Delivery.TRANSACTIONAL, () -> {
			within((status) -> store("kept"));
			within((status) -> {
				mark("UNDONE");
				changeInBulk();
				status.setRollbackOnly();
			});
		});
		assertThat(entries(2)).extracting("outcome").containsOnly("success");
		assertThat(entries(2)).extracting("metadata").containsOnlyNulls();
		assertThat(entries(2)).extracting("after_state")
			.filteredOn((state) -> state != null)
			.singleElement()
			.asString()
			.contains("kept");
	}

	@Test
	void whatIsUndoneToASavepointIsNotShownOfACallThatBeganBefore() {
		desk.transactional(() -> {
			mark("KEPT");
			nested((status) -> {
				store("undone");
				changeInBulk();
				status.setRollbackOnly();
			});
		});
		assertThat(entries(1)).singleElement().satisfies((entry) -> {
			assertThat(entry).containsEntry("outcome", "success").containsEntry("metadata", null);
			assertThat((String) entry.get("changes")).contains("KEPT");
		});
	}

	@Test
	void whatTheSameEntityBecameAfterASavepointIsNotShown() {
		desk.transactional(() -> {
			mark("KEPT");
			nested((status) -> {
				mark("UNDONE");
				entityManager.clear();
				status.setRollbackOnly();
			});
		});
		assertThat(entries(1)).singleElement()
			.satisfies((entry) -> assertThat((String) entry.get("changes")).contains("\"to\": \"KEPT\""));
	}

	@Test
	void savepointsThatAreSetByHandAreSeen() {
		desk.work(Delivery.TRANSACTIONAL, () -> within((status) -> {
			mark("KEPT");
			Object savepoint = status.createSavepoint();
			store("undone");
			changeInBulk();
			desk.work(Delivery.TRANSACTIONAL, () -> store("undone, too"));
			status.rollbackToSavepoint(savepoint);
			status.releaseSavepoint(savepoint);
		}));
		assertThat(entries(3)).filteredOn("outcome", "failure").singleElement().satisfies((entry) -> {
			assertThat(entry).containsEntry("error", "Rolled back to a savepoint").containsEntry("after_state", null);
		});
		assertThat(entries(3)).filteredOn("outcome", "success")
			.extracting("after_state")
			.filteredOn((state) -> state != null)
			.singleElement()
			.asString()
			.contains("KEPT");
		assertThat(entries(3)).extracting("metadata").containsOnlyNulls();
	}

	@Test
	void savepointsWithinSavepointsAreToldApart() {
		desk.transactional(() -> {
			nested((outer) -> {
				mark("KEPT");
				nested((inner) -> {
					store("undone");
					inner.setRollbackOnly();
				});
				store("kept");
			});
		});
		assertThat(entries(3)).extracting("after_state")
			.filteredOn((state) -> state != null)
			.hasSize(2)
			.noneMatch((state) -> ((String) state).contains("undone"));
	}

	@Configuration(proxyBeanMethods = false)
	static class Application extends ShopConfiguration {

		@Bean
		HibernateTransactionManager transactionManager(EntityManagerFactory factory) {
			HibernateTransactionManager manager = new HibernateTransactionManager((SessionFactory) factory);
			manager.setNestedTransactionAllowed(true);
			return manager;
		}

		@Bean
		Desk desk() {
			return new Desk();
		}

	}

	static class Desk {

		void work(Delivery mode, Runnable work) {
			Desk proxy = context.getBean(Desk.class);
			switch (mode) {
				case ASYNC -> proxy.workAsync(work);
				case SYNC -> proxy.workSync(work);
				default -> proxy.work(work);
			}
		}

		@Audited(action = "work", delivery = Delivery.TRANSACTIONAL)
		public void work(Runnable work) {
			work.run();
		}

		@Audited(action = "work", delivery = Delivery.ASYNC)
		public void workAsync(Runnable work) {
			work.run();
		}

		@Audited(action = "work", delivery = Delivery.SYNC)
		public void workSync(Runnable work) {
			work.run();
		}

		@Audited(action = "work")
		@Transactional
		public void transactional(Runnable work) {
			work.run();
		}

	}

}
