package io.auditspring.delivery;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import com.arjuna.ats.arjuna.common.CoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.internal.arjuna.objectstore.VolatileStore;
import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionSynchronizationRegistryImple;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.narayana.NarayanaTransactionIntegration;
import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManager;
import jakarta.transaction.UserTransaction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.jta.JtaTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Transactions of JTA (Narayana), with a pool that takes part in them (Agroal).
 */
@ExtendWith(OutputCaptureExtension.class)
class JtaTransactionsTests {

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private static Desk desk;

	private int before;

	@BeforeAll
	static void start() throws Exception {
		BeanPopulator.getDefaultInstance(CoreEnvironmentBean.class).setNodeIdentifier("shop");
		for (String store : new String[] { null, "communicationStore", "stateStore" }) {
			BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, store)
				.setObjectStoreType(VolatileStore.class.getName());
		}
		PGSimpleDataSource database = (PGSimpleDataSource) TestDatabase.migrated();
		context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.flyway.enabled=false", "spring.application.name=shop", "test.url=" + database.getUrl())
			.run();
		log = new AuditLog(database);
		desk = context.getBean(Desk.class);
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@BeforeEach
	void begin() {
		this.before = (int) log.count();
		log.jdbc().execute("delete from purchase_order");
	}

	@AfterEach
	void assertThatNothingIsComplainedOf(CapturedOutput output) {
		assertThat(output).doesNotContain("could not be stored", "threw exception");
	}

	private List<Map<String, Object>> entries(int count) {
		return log.await(this.before + count).subList(this.before, this.before + count);
	}

	private static List<String> orders() {
		return log.jdbc().queryForList("select reference from purchase_order order by reference", String.class);
	}

	private static TransactionTemplate transaction(int propagation) {
		TransactionTemplate template = new TransactionTemplate(context.getBean(JtaTransactionManager.class));
		template.setPropagationBehavior(propagation);
		return template;
	}

	private static void within(Runnable work) {
		transaction(TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult((status) -> work.run());
	}

	@ParameterizedTest
	@CsvSource({ "TRANSACTIONAL, true", "TRANSACTIONAL, false", "ASYNC, true", "ASYNC, false", "SYNC, true",
			"SYNC, false" })
	void thatCommitMakeASuccessAndThoseThatAreRolledBackAFailure(Delivery mode, boolean plain) {
		within(() -> desk.store("kept", mode, plain));
		assertThatIllegalStateException().isThrownBy(() -> within(() -> {
			desk.store("undone", mode, plain);
			throw new IllegalStateException("as planned");
		}));
		transaction(TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult((status) -> {
			desk.store("marked", mode, plain);
			status.setRollbackOnly();
		});
		assertThat(orders()).containsExactly("kept");
		assertThat(entries(3)).extracting("target_name", "outcome")
			.containsExactlyInAnyOrder(tuple("kept", "success"), tuple("undone", "failure"),
					tuple("marked", "failure"));
	}

	@ParameterizedTest
	@EnumSource(names = { "TRANSACTIONAL", "ASYNC", "SYNC" })
	void thatAreSuspendedEndByThemselves(Delivery mode) {
		assertThatIllegalStateException().isThrownBy(() -> within(() -> {
			desk.store("outer", mode, false);
			transaction(TransactionDefinition.PROPAGATION_REQUIRES_NEW)
				.executeWithoutResult((status) -> desk.store("inner", mode, false));
			throw new IllegalStateException("as planned");
		}));
		within(() -> {
			desk.store("outer-kept", mode, true);
			assertThatIllegalStateException().isThrownBy(
					() -> transaction(TransactionDefinition.PROPAGATION_REQUIRES_NEW).executeWithoutResult((status) -> {
						desk.store("inner-undone", mode, true);
						throw new IllegalStateException("as planned");
					}));
		});
		assertThat(orders()).containsExactly("inner", "outer-kept");
		assertThat(entries(4)).extracting("target_name", "outcome")
			.containsExactlyInAnyOrder(tuple("outer", "failure"), tuple("inner", "success"),
					tuple("outer-kept", "success"), tuple("inner-undone", "failure"));
	}

	@ParameterizedTest
	@EnumSource(names = { "AFTER_COMMIT", "AFTER_COMPLETION", "BEFORE_COMMIT" })
	void thatListenersBeginAreToldApart(TransactionPhase phase) {
		for (Delivery mode : List.of(Delivery.TRANSACTIONAL, Delivery.ASYNC, Delivery.SYNC)) {
			within(() -> {
				desk.store(mode + "-outer", mode, false);
				desk.publish(new Reached(phase, () -> desk.storeApart(mode + "-inner")));
				desk.publish(new Reached(phase, () -> {
					try {
						transaction(TransactionDefinition.PROPAGATION_REQUIRES_NEW).executeWithoutResult((status) -> {
							desk.store(mode + "-inner-undone", mode, false);
							throw new IllegalStateException("as planned");
						});
					}
					catch (IllegalStateException ex) {
						assertThat(ex).hasMessage("as planned");
					}
				}));
			});
		}
		assertThat(orders()).containsExactlyInAnyOrder("ASYNC-inner", "ASYNC-outer", "SYNC-inner", "SYNC-outer",
				"TRANSACTIONAL-inner", "TRANSACTIONAL-outer");
		assertThat(entries(9)).allSatisfy((entry) -> assertThat(entry).containsEntry("outcome",
				((String) entry.get("target_name")).endsWith("undone") ? "failure" : "success"));
	}

	@Test
	void commitTheEntryWithTheChangeAndShowTheState() {
		within(() -> desk.store("first", Delivery.TRANSACTIONAL, false));
		Map<String, Object> entry = entries(1).get(0);
		assertThat(entry.get("revision")).isNotNull();
		assertThat((String) entry.get("after_state")).contains("first");
	}

	@ParameterizedTest
	@EnumSource(names = { "TRANSACTIONAL", "ASYNC", "SYNC" })
	void ofTheMethodItself(Delivery mode) {
		desk.storeApart("own");
		assertThatIllegalStateException().isThrownBy(() -> desk.storeAndFail("own-undone"));
		desk.without("none", mode);
		assertThat(orders()).containsExactly("own");
		assertThat(entries(3)).extracting("target_name", "outcome")
			.containsExactlyInAnyOrder(tuple("own", "success"), tuple("own-undone", "failure"),
					tuple("none", "success"));
	}

	@Test
	void thatTheApplicationBeginsItselfDecideOnTransactionalMethodsThatJoinThem() throws Exception {
		UserTransaction user = context.getBean(JtaTransactionManager.class).getUserTransaction();
		user.begin();
		desk.storeJoining("kept");
		user.commit();
		user.begin();
		desk.storeJoining("undone");
		user.rollback();
		user.begin();
		assertThatIllegalStateException().isThrownBy(() -> desk.storeAndFail("failed"));
		user.rollback();
		assertThat(orders()).containsExactly("kept");
		assertThat(entries(3)).extracting("target_name", "outcome")
			.containsExactlyInAnyOrder(tuple("kept", "success"), tuple("undone", "failure"),
					tuple("failed", "failure"));
	}

	@ParameterizedTest
	@CsvSource({ "TRANSACTIONAL, true", "TRANSACTIONAL, false", "ASYNC, true", "ASYNC, false", "SYNC, true",
			"SYNC, false" })
	void thatAnAuditedMethodBeginsItselfDecideOnWhatItShows(Delivery mode, boolean plain) throws Exception {
		UserTransaction user = context.getBean(JtaTransactionManager.class).getUserTransaction();
		desk.within("method", mode, () -> {
			user.begin();
			desk.insertAlone("kept", plain);
			user.commit();
			user.begin();
			desk.insertAlone("undone", plain);
			user.rollback();
		});
		assertThat(orders()).containsExactly("kept");
		assertThat(entries(plain ? 1 : 2)).allSatisfy((entry) -> {
			assertThat(entry).containsEntry("outcome", "success");
			assertThat(entry.toString()).doesNotContain("undone", "times");
		});
	}

	@ParameterizedTest
	@CsvSource({ "TRANSACTIONAL, true", "TRANSACTIONAL, false", "ASYNC, true", "ASYNC, false", "SYNC, true",
			"SYNC, false" })
	void thatTheApplicationBeginsItselfDecideOnPlainMethodsWithinThem(Delivery mode, boolean plain) throws Exception {
		UserTransaction user = context.getBean(JtaTransactionManager.class).getUserTransaction();
		user.begin();
		desk.within("kept", mode, () -> desk.insertAlone("kept", plain));
		user.commit();
		user.begin();
		desk.within("undone", mode, () -> desk.insertAlone("undone", plain));
		user.rollback();
		assertThat(orders()).containsExactly("kept");
		assertThat(entries(plain ? 2 : 3)).filteredOn("target_name", "kept")
			.extracting("outcome")
			.containsExactly("success");
		assertThat(entries(plain ? 2 : 3)).filteredOn("target_name", "undone")
			.extracting("outcome", "error")
			.containsExactly(tuple("failure", "The transaction was rolled back"));
	}

	/** As the end of a unit of work that others began, and one whose time is up. */
	@ParameterizedTest
	@CsvSource({ "TRANSACTIONAL, true", "TRANSACTIONAL, false", "ASYNC, true", "ASYNC, false", "SYNC, true",
			"SYNC, false" })
	void thatEndWithinAnAuditedMethodDecideOnIt(Delivery mode, boolean plain) throws Exception {
		UserTransaction user = context.getBean(JtaTransactionManager.class).getUserTransaction();
		user.begin();
		desk.within("kept", mode, () -> {
			desk.insertAlone("kept", plain);
			user.commit();
		});
		user.begin();
		desk.within("undone", mode, () -> {
			desk.insertAlone("undone", plain);
			user.rollback();
		});
		assertThat(orders()).containsExactly("kept");
		List<Map<String, Object>> entries = entries(plain ? 2 : 3);
		assertThat(entries).filteredOn("target_name", "kept").extracting("outcome").containsExactly("success");
		assertThat(entries).filteredOn("target_name", "undone")
			.extracting("outcome", "error")
			.containsExactly(tuple("failure", "The transaction was rolled back"));
	}

	@ParameterizedTest
	@EnumSource(names = { "TRANSACTIONAL", "ASYNC", "SYNC" })
	void thatAnAuditedMethodBeginsItselfAndThatCannotCommitShowNothing(Delivery mode) throws Exception {
		UserTransaction user = context.getBean(JtaTransactionManager.class).getUserTransaction();
		desk.within("method", mode, () -> {
			user.begin();
			desk.insertAlone("undone", false);
			user.setRollbackOnly();
			assertThatException().isThrownBy(user::commit);
		});
		assertThat(orders()).isEmpty();
		assertThat(entries(1)).singleElement()
			.satisfies((entry) -> assertThat(entry).containsEntry("outcome", "success")
				.containsEntry("after_state", null)
				.containsEntry("target_name", "method"));
	}

	/** What an application does with transactions of its own. */
	interface Steps {

		void run() throws Exception;

	}

	record Reached(TransactionPhase phase, Runnable work) {

	}

	@Configuration(proxyBeanMethods = false)
	static class Application extends ShopConfiguration {

		@Bean
		JtaTransactionManager transactionManager() {
			return new JtaTransactionManager(com.arjuna.ats.jta.UserTransaction.userTransaction(),
					com.arjuna.ats.jta.TransactionManager.transactionManager());
		}

		@Bean
		AgroalDataSource pool(JtaTransactionManager manager, @Value("${test.url}") String url) throws SQLException {
			return AgroalDataSource
				.from(new AgroalDataSourceConfigurationSupplier().connectionPoolConfiguration((pool) -> pool.maxSize(8)
					.acquisitionTimeout(Duration.ofSeconds(60))
					.transactionIntegration(new NarayanaTransactionIntegration(manager.getTransactionManager(),
							new TransactionSynchronizationRegistryImple()))
					.connectionFactoryConfiguration(
							(factory) -> factory.jdbcUrl(url).principal(new NamePrincipal("postgres")))));
		}

		@Bean
		Desk desk(EntityManager entityManager, DataSource dataSource, ApplicationEventPublisher events) {
			return new Desk(entityManager, new JdbcTemplate(dataSource), events);
		}

		@Bean
		Listeners listeners() {
			return new Listeners();
		}

	}

	static class Listeners {

		@TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT,
				condition = "#reached.phase.name() == 'BEFORE_COMMIT'")
		void beforeCommit(Reached reached) {
			reached.work().run();
		}

		@TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT,
				condition = "#reached.phase.name() == 'AFTER_COMMIT'")
		void afterCommit(Reached reached) {
			reached.work().run();
		}

		@TransactionalEventListener(phase = TransactionPhase.AFTER_COMPLETION,
				condition = "#reached.phase.name() == 'AFTER_COMPLETION'")
		void afterCompletion(Reached reached) {
			reached.work().run();
		}

	}

	static class Desk {

		private final EntityManager entityManager;

		private final JdbcTemplate jdbc;

		private final ApplicationEventPublisher events;

		Desk(EntityManager entityManager, JdbcTemplate jdbc, ApplicationEventPublisher events) {
			this.entityManager = entityManager;
			this.jdbc = jdbc;
			this.events = events;
		}

		void within(String name, Delivery mode, Steps steps) throws Exception {
			Desk proxy = context.getBean(Desk.class);
			switch (mode) {
				case ASYNC -> proxy.runAsync(name, steps);
				case SYNC -> proxy.runSync(name, steps);
				default -> proxy.run(name, steps);
			}
		}

		@Audited(action = "order.run", targetName = "#name", delivery = Delivery.TRANSACTIONAL)
		public void run(String name, Steps steps) throws Exception {
			steps.run();
		}

		@Audited(action = "order.run", targetName = "#name", delivery = Delivery.ASYNC)
		public void runAsync(String name, Steps steps) throws Exception {
			steps.run();
		}

		@Audited(action = "order.run", targetName = "#name", delivery = Delivery.SYNC)
		public void runSync(String name, Steps steps) throws Exception {
			steps.run();
		}

		// With an entity manager of its own, as Spring's knows only transactions of
		// Spring.
		void insertAlone(String name, boolean plain) {
			if (plain) {
				insert(name, true);
				return;
			}
			EntityManager own = this.entityManager.getEntityManagerFactory().createEntityManager();
			own.persist(new PurchaseOrder(name, BigDecimal.ONE));
			own.flush();
			own.createQuery("update PurchaseOrder o set o.status = 'TOUCHED' where o.reference = :name")
				.setParameter("name", name)
				.executeUpdate();
			own.close();
		}

		void insert(String name, boolean plain) {
			if (plain) {
				this.jdbc.update(
						"insert into purchase_order (id, version, reference, status, total) values (?, 0, ?, 'NEW', 1)",
						System.nanoTime(), name);
			}
			else {
				this.entityManager.persist(new PurchaseOrder(name, BigDecimal.ONE));
			}
		}

		void store(String name, Delivery mode, boolean plain) {
			Desk proxy = context.getBean(Desk.class);
			switch (mode) {
				case ASYNC -> proxy.storeAsync(name, plain);
				case SYNC -> proxy.storeSync(name, plain);
				default -> proxy.storeStaged(name, plain);
			}
		}

		@Audited(action = "order.store", targetName = "#name", delivery = Delivery.TRANSACTIONAL)
		public void storeStaged(String name, boolean plain) {
			insert(name, plain);
		}

		@Audited(action = "order.store", targetName = "#name", delivery = Delivery.ASYNC)
		public void storeAsync(String name, boolean plain) {
			insert(name, plain);
		}

		@Audited(action = "order.store", targetName = "#name", delivery = Delivery.SYNC)
		public void storeSync(String name, boolean plain) {
			insert(name, plain);
		}

		@Audited(action = "order.store", targetName = "#name")
		@Transactional(propagation = Propagation.REQUIRES_NEW)
		public void storeApart(String name) {
			insert(name, false);
		}

		@Audited(action = "order.store", targetName = "#name")
		@Transactional
		public void storeJoining(String name) {
			insert(name, false);
		}

		@Audited(action = "order.store", targetName = "#name")
		@Transactional
		public void storeAndFail(String name) {
			insert(name, false);
			throw new IllegalStateException("as planned");
		}

		void without(String name, Delivery mode) {
			Desk proxy = context.getBean(Desk.class);
			switch (mode) {
				case ASYNC -> proxy.nothingAsync(name);
				case SYNC -> proxy.nothingSync(name);
				default -> proxy.nothing(name);
			}
		}

		@Audited(action = "order.store", targetName = "#name", delivery = Delivery.TRANSACTIONAL)
		public void nothing(String name) {
		}

		@Audited(action = "order.store", targetName = "#name", delivery = Delivery.ASYNC)
		public void nothingAsync(String name) {
		}

		@Audited(action = "order.store", targetName = "#name", delivery = Delivery.SYNC)
		public void nothingSync(String name) {
		}

		void publish(Reached reached) {
			this.events.publishEvent(reached);
		}

	}

}
