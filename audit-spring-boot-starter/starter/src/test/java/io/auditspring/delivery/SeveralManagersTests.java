package io.auditspring.delivery;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Several transaction managers, of one database or of two, whose transactions run within
 * each other: none of them tells of the others.
 */
class SeveralManagersTests {

	private static final String OURS = "transactionManager";

	private static final String OURS_UNSYNCHRONIZED = "unsynchronized";

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private static Orders orders;

	private int before;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.flyway.enabled=false")
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
		orders = context.getBean(Orders.class);
		context.getBean("stock", JdbcTemplate.class).execute("create table item (name text)");
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

	private List<Map<String, Object>> entries(int count) {
		return log.await(this.before + count).subList(this.before, this.before + count);
	}

	private void assertThatOutcomesAre(String... outcomes) {
		assertThat(entries(outcomes.length))
			.extracting((entry) -> entry.get("target_name") + " " + entry.get("outcome"))
			.containsExactlyInAnyOrder(outcomes);
	}

	private static List<String> stored() {
		return log.jdbc().queryForList("select reference from purchase_order order by reference", String.class);
	}

	private static PlatformTransactionManager manager(String name) {
		return context.getBean(name, PlatformTransactionManager.class);
	}

	private static TransactionTemplate template(String manager) {
		return new TransactionTemplate(manager(manager));
	}

	private static void commit(String manager, Runnable work) {
		template(manager).executeWithoutResult((status) -> work.run());
	}

	private static void rollBack(String manager, Runnable work) {
		template(manager).executeWithoutResult((status) -> {
			work.run();
			status.setRollbackOnly();
		});
	}

	@ParameterizedTest
	@CsvSource({ "warehouse, TRANSACTIONAL", "warehouse, ASYNC", "warehouse, SYNC", "silentWarehouse, TRANSACTIONAL",
			"silentWarehouse, ASYNC", "silentWarehouse, SYNC" })
	void whatCommitsInAnotherDatabaseFailsWithTheTransactionAroundIt(String inner, Delivery mode) {
		rollBack(OURS, () -> commit(inner, () -> orders.store("first", mode)));
		rollBack(OURS, () -> {
			orders.store("second", mode);
			commit(inner, () -> orders.store("third", mode));
		});
		commit(OURS, () -> commit(inner, () -> orders.store("fourth", mode)));
		assertThat(stored()).containsExactly("fourth");
		assertThatOutcomesAre("first failure", "second failure", "third failure", "fourth success");
	}

	@ParameterizedTest
	@CsvSource({ "warehouse, TRANSACTIONAL", "warehouse, ASYNC", "warehouse, SYNC", "silentWarehouse, TRANSACTIONAL",
			"silentWarehouse, ASYNC", "silentWarehouse, SYNC" })
	void whatIsRolledBackInAnotherDatabaseIsAFailureThoughTheTransactionAroundItCommits(String inner, Delivery mode) {
		commit(OURS, () -> {
			orders.store("before", mode);
			rollBack(inner, () -> orders.store("within", mode));
			commit(inner, () -> orders.store("committed", mode));
			orders.store("after", mode);
		});
		commit(OURS, () -> rollBack(inner, () -> orders.store("alone", mode)));
		assertThat(stored()).containsExactly("after", "alone", "before", "committed", "within");
		assertThat(entries(5))
			.extracting((entry) -> entry.get("target_name"), (entry) -> entry.get("outcome"),
					(entry) -> entry.get("error"))
			.containsExactlyInAnyOrder(tuple("before", "success", null),
					tuple("within", "failure", "The transaction of another resource, in which it ran, was rolled back"),
					tuple("committed", "success", null), tuple("after", "success", null),
					tuple("alone", "failure", "The transaction of another resource, in which it ran, was rolled back"));
		// It is there all the same.
		assertThat(entries(5)).extracting((entry) -> entry.get("after_state")).doesNotContainNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "warehouse", "silentWarehouse" })
	void aCallAroundAnInnerTransactionIsJudgedByItsOwn(String inner) {
		commit(OURS, () -> orders.around("around", () -> rollBack(inner, () -> orders.persist("inner"))));
		assertThat(stored()).containsExactly("inner");
		assertThatOutcomesAre("around success");
	}

	@ParameterizedTest
	@EnumSource(names = { "TRANSACTIONAL", "ASYNC", "SYNC" })
	void aManagerThatSynchronizesNothingIsListenedTo(Delivery mode) {
		rollBack(OURS_UNSYNCHRONIZED, () -> orders.store("first", mode));
		commit(OURS_UNSYNCHRONIZED, () -> orders.store("second", mode));
		commit("warehouse", () -> rollBack(OURS_UNSYNCHRONIZED, () -> orders.store("third", mode)));
		assertThatIllegalStateException().isThrownBy(() -> commit(OURS_UNSYNCHRONIZED, () -> {
			orders.store("fourth", mode);
			throw new IllegalStateException("as planned");
		}));
		assertThat(stored()).containsExactly("second");
		assertThatOutcomesAre("first failure", "second success", "third failure", "fourth failure");
	}

	@Test
	void whatIsStagedWithoutSynchronizationsIsCommittedWithTheChange() {
		log.jdbc()
			.execute("alter table audit.audit_outbox add constraint full_up check (entries not like '%refused%')");
		assertThatException()
			.isThrownBy(() -> commit(OURS_UNSYNCHRONIZED, () -> orders.store("refused", Delivery.TRANSACTIONAL)));
		log.jdbc().execute("alter table audit.audit_outbox drop constraint full_up");
		assertThat(stored()).isEmpty();
		assertThatOutcomesAre("refused failure");
	}

	@Test
	void whatTakesPartInATransactionWithoutSynchronizationsEndsWithIt() {
		rollBack(OURS_UNSYNCHRONIZED, () -> {
			commit(OURS, () -> orders.store("first", Delivery.TRANSACTIONAL));
			orders.storeInTransaction("second");
		});
		commit(OURS_UNSYNCHRONIZED, () -> orders.storeInTransaction("third"));
		rollBack(OURS, () -> commit("silentWarehouse", () -> orders.storeInTransaction("fourth")));
		assertThat(stored()).containsExactly("third");
		assertThatOutcomesAre("first failure", "second failure", "third success", "fourth failure");
	}

	@ParameterizedTest
	@ValueSource(strings = { "warehouse", "silentWarehouse" })
	void aNewTransactionWithinAnInnerOneEndsByItself(String inner) {
		TransactionTemplate separate = template(OURS);
		separate.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
		rollBack(OURS, () -> rollBack(inner, () -> {
			orders.store("first", Delivery.TRANSACTIONAL);
			separate.executeWithoutResult((status) -> orders.store("second", Delivery.TRANSACTIONAL));
			orders.store("third", Delivery.TRANSACTIONAL);
		}));
		assertThat(stored()).containsExactly("second");
		assertThatOutcomesAre("first failure", "second success", "third failure");
	}

	@Test
	void aCallOfAnotherDatabaseAloneEndsWithItsTransaction() {
		orders.deliver("first", false);
		orders.deliver("second", true);
		orders.deliverSilently("third", false);
		orders.deliverSilently("fourth", true);
		assertThat(context.getBean("stock", JdbcTemplate.class).queryForList("select name from item", String.class))
			.contains("first", "third")
			.doesNotContain("second", "fourth");
		assertThatOutcomesAre("first success", "second failure", "third success", "fourth failure");
	}

	@Test
	void listenersOfTheInnerTransactionBelongToTheOuterOne() {
		rollBack(OURS, () -> commit("warehouse",
				() -> TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public void afterCommit() {
						orders.store("first", Delivery.TRANSACTIONAL);
					}

					@Override
					public void afterCompletion(int status) {
						orders.store("second", Delivery.TRANSACTIONAL);
					}

				})));
		assertThat(stored()).isEmpty();
		assertThatOutcomesAre("first failure", "second failure");
	}

	// Their managers tell nobody but synchronizations that they are rolled back.
	@ParameterizedTest
	@CsvSource({ "transactionManager, true", "transactionManager, false", "connections, true", "connections, false" })
	void aCallAfterATransactionThatBrokeBeforeItsCommitIsNotPartOfIt(String manager, boolean audited) {
		assertThatIllegalStateException().isThrownBy(() -> commit(manager, () -> {
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void beforeCommit(boolean readOnly) {
					throw new IllegalStateException("as planned");
				}

				@Override
				public void afterCompletion(int status) {
					orders.around("first", () -> {
					});
					commit("warehouse", () -> {
					});
					orders.around("second", () -> {
					});
				}

			});
			if (audited) {
				orders.insert("within");
			}
		}));
		assertThat(stored()).isEmpty();
		assertThatOutcomesAre(audited ? new String[] { "within failure", "first success", "second success" }
				: new String[] { "first success", "second success" });
	}

	// As a chain of managers does: all begin, then they end in reverse.
	@ParameterizedTest
	@ValueSource(strings = { "warehouse", "silentWarehouse" })
	void ofAChainOfManagersTheOneOfTheDatabaseCounts(String last) {
		for (boolean committed : new boolean[] { true, false }) {
			TransactionStatus ours = manager(OURS).getTransaction(TransactionDefinition.withDefaults());
			TransactionStatus other = manager(last).getTransaction(TransactionDefinition.withDefaults());
			orders.store("chained " + committed, Delivery.TRANSACTIONAL);
			manager(last).commit(other);
			if (committed) {
				manager(OURS).commit(ours);
			}
			else {
				manager(OURS).rollback(ours);
			}
		}
		assertThat(stored()).containsExactly("chained true");
		assertThatOutcomesAre("chained true success", "chained false failure");
	}

	// Spring lets it use the connection of the session, and so it undoes what that did.
	@Test
	void aManagerOfConnectionsUndoesWhatTheSessionDidOnTheSame() {
		commit(OURS, () -> {
			orders.store("before", Delivery.TRANSACTIONAL);
			rollBack("connections", () -> orders.insert("within"));
			orders.store("after", Delivery.TRANSACTIONAL);
		});
		assertThat(stored()).containsExactly("after");
		assertThatOutcomesAre("before failure", "within failure", "after success");
	}

	@Test
	void listenersOfTheApplicationStayWhereTheyAre() {
		int heard = Application.HEARD.get();
		commit("warehouse", () -> {
		});
		assertThat(Application.HEARD.get()).isEqualTo(heard + 1);
	}

	@Test
	void aManagerThatTakesNoListenersWorksAsBefore() {
		commit("deaf", () -> orders.store("first", Delivery.TRANSACTIONAL));
		rollBack("deaf", () -> orders.store("second", Delivery.TRANSACTIONAL));
		assertThat(stored()).containsExactly("first");
		assertThatOutcomesAre("first success", "second failure");
	}

	@Configuration(proxyBeanMethods = false)
	@Import(ShopConfiguration.class)
	static class Application {

		private static final AtomicInteger HEARD = new AtomicInteger();

		@Bean
		@Primary
		JpaTransactionManager transactionManager(EntityManagerFactory factory) {
			return new JpaTransactionManager(factory);
		}

		@Bean
		JpaTransactionManager unsynchronized(EntityManagerFactory factory) {
			return silent(new JpaTransactionManager(factory));
		}

		@Bean
		JdbcTransactionManager connections(DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

		@Bean(defaultCandidate = false)
		DataSource warehouseDatabase() {
			return ShopConfiguration.pool(TestDatabase.newDatabase());
		}

		@Bean(defaultCandidate = false)
		JdbcTemplate stock(@Qualifier("warehouseDatabase") DataSource warehouse) {
			return new JdbcTemplate(warehouse);
		}

		@Bean
		JdbcTransactionManager warehouse(@Qualifier("warehouseDatabase") DataSource warehouse) {
			JdbcTransactionManager manager = new JdbcTransactionManager(warehouse);
			// A list that takes no more.
			manager.setTransactionExecutionListeners(List.of(new TransactionExecutionListener() {

				@Override
				public void afterCommit(TransactionExecution transaction, Throwable failure) {
					HEARD.incrementAndGet();
				}

			}));
			return manager;
		}

		@Bean
		JdbcTransactionManager silentWarehouse(@Qualifier("warehouseDatabase") DataSource warehouse) {
			return silent(new JdbcTransactionManager(warehouse));
		}

		@Bean
		PlatformTransactionManager deaf(EntityManagerFactory factory) {
			JpaTransactionManager hidden = new JpaTransactionManager(factory);
			return new PlatformTransactionManager() {

				@Override
				public TransactionStatus getTransaction(TransactionDefinition definition) {
					return hidden.getTransaction(definition);
				}

				@Override
				public void commit(TransactionStatus status) {
					hidden.commit(status);
				}

				@Override
				public void rollback(TransactionStatus status) {
					hidden.rollback(status);
				}

			};
		}

		private static <M extends AbstractPlatformTransactionManager> M silent(M manager) {
			manager.setTransactionSynchronization(AbstractPlatformTransactionManager.SYNCHRONIZATION_NEVER);
			return manager;
		}

		@Bean
		Orders orders(EntityManager entityManager, JdbcTemplate jdbc, @Qualifier("stock") JdbcTemplate stock) {
			return new Orders(entityManager, jdbc, stock);
		}

		@Bean
		@Primary
		JdbcTemplate jdbcTemplate(DataSource dataSource) {
			return new JdbcTemplate(dataSource);
		}

	}

	static class Orders {

		private final EntityManager entityManager;

		private final JdbcTemplate jdbc;

		private final JdbcTemplate stock;

		Orders(EntityManager entityManager, JdbcTemplate jdbc, JdbcTemplate stock) {
			this.entityManager = entityManager;
			this.jdbc = jdbc;
			this.stock = stock;
		}

		void store(String reference, Delivery mode) {
			Orders audited = context.getBean(Orders.class);
			switch (mode) {
				case ASYNC -> audited.storeAsync(reference);
				case SYNC -> audited.storeSync(reference);
				default -> audited.storeStaged(reference);
			}
		}

		@Audited(action = "store", targetName = "#reference")
		public void storeStaged(String reference) {
			persist(reference);
		}

		@Audited(action = "store", targetName = "#reference", delivery = Delivery.ASYNC)
		public void storeAsync(String reference) {
			persist(reference);
		}

		@Audited(action = "store", targetName = "#reference", delivery = Delivery.SYNC)
		public void storeSync(String reference) {
			persist(reference);
		}

		@Audited(action = "store", targetName = "#reference")
		@Transactional
		public void storeInTransaction(String reference) {
			persist(reference);
		}

		@Audited(action = "around", targetName = "#name")
		public void around(String name, Runnable work) {
			work.run();
		}

		@Audited(action = "insert", targetName = "#reference")
		public void insert(String reference) {
			this.jdbc.update("insert into purchase_order (version, reference, status) values (0, ?, 'NEW')", reference);
		}

		@Audited(action = "deliver", targetName = "#name")
		@Transactional("warehouse")
		public void deliver(String name, boolean undone) {
			deliverItem(name, undone);
		}

		@Audited(action = "deliver", targetName = "#name")
		@Transactional("silentWarehouse")
		public void deliverSilently(String name, boolean undone) {
			deliverItem(name, undone);
		}

		private void deliverItem(String name, boolean undone) {
			this.stock.update("insert into item values (?)", name);
			if (undone) {
				TransactionAspectSupport.currentTransactionStatus().setRollbackOnly();
			}
		}

		void persist(String reference) {
			this.entityManager.persist(new PurchaseOrder(reference, null));
			if (TransactionSynchronizationManager.isActualTransactionActive()) {
				this.entityManager.flush();
			}
		}

	}

}
