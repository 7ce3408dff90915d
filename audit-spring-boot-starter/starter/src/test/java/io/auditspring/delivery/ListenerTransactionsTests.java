package io.auditspring.delivery;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManager;
import org.assertj.core.groups.Tuple;
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
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Listeners run when a transaction is over, and begin transactions of their own: each
 * audited call belongs to the one it runs in.
 */
class ListenerTransactionsTests {

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private static Desk desk;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.application.name=shop")
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
		desk = context.getBean(Desk.class);
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	private int before;

	@BeforeEach
	void count() {
		this.before = (int) log.count();
		log.jdbc().execute("delete from purchase_order");
	}

	private List<Map<String, Object>> entries(int count) {
		return log.await(this.before + count).subList(this.before, this.before + count);
	}

	private List<String> orders() {
		return log.jdbc().queryForList("select reference from purchase_order order by reference", String.class);
	}

	@ParameterizedTest
	@EnumSource(names = { "TRANSACTIONAL", "ASYNC", "SYNC" })
	void aTransactionThatAListenerBeginsAfterTheCommitAndThatIsRolledBackIsAFailure(Delivery mode) {
		desk.publishAndStore("outer", mode, new Placed(TransactionPhase.AFTER_COMMIT, () -> {
			desk.inNewTransaction(() -> {
				desk.store("inner", mode);
				throw new IllegalStateException("the listener fails");
			});
		}));
		assertThat(orders()).containsExactly("outer");
		assertThat(entries(2)).extracting("target_name", "outcome")
			.containsExactlyInAnyOrder(tuple("outer", "success"), tuple("inner", "failure"));
	}

	@ParameterizedTest
	@EnumSource(names = { "TRANSACTIONAL", "ASYNC", "SYNC" })
	void anAuditedListenerThatFailsLeavesItsFailure(Delivery mode) {
		desk.publishAndStore("outer", mode,
				new Placed(TransactionPhase.AFTER_COMMIT, () -> desk.storeSeparately("inner", () -> {
					throw new IllegalStateException("the listener fails");
				})));
		assertThat(orders()).containsExactly("outer");
		assertThat(entries(2)).extracting("target_name", "outcome")
			.containsExactlyInAnyOrder(tuple("outer", "success"), tuple("inner", "failure"));
	}

	@ParameterizedTest
	@EnumSource(names = { "TRANSACTIONAL", "ASYNC", "SYNC" })
	void aTransactionThatAListenerBeginsAndCommitsIsASuccessWhateverBecameOfTheFirst(Delivery mode) {
		for (TransactionPhase phase : TransactionPhase.values()) {
			desk.publishAndStore(phase + "-outer", mode,
					new Placed(phase, () -> desk.inNewTransaction(() -> desk.store(phase + "-inner", mode))));
		}
		assertThat(orders()).containsExactlyInAnyOrder("AFTER_COMMIT-inner", "AFTER_COMMIT-outer",
				"AFTER_COMPLETION-inner", "AFTER_COMPLETION-outer", "AFTER_ROLLBACK-outer", "BEFORE_COMMIT-inner",
				"BEFORE_COMMIT-outer");
		assertThat(entries(7)).extracting("outcome").containsOnly("success");
		assertThatIllegalStateException().isThrownBy(() -> desk.inNewTransaction(() -> {
			desk.publishAndStore("rolled-back", mode, new Placed(TransactionPhase.AFTER_ROLLBACK,
					() -> desk.inNewTransaction(() -> desk.store("kept", mode))));
			throw new IllegalStateException("the first fails");
		}));
		assertThat(entries(9).subList(7, 9)).extracting("target_name", "outcome")
			.containsExactlyInAnyOrder(tuple("rolled-back", "failure"), tuple("kept", "success"));
	}

	@ParameterizedTest
	@EnumSource(names = { "TRANSACTIONAL", "ASYNC", "SYNC" })
	void transactionsWithinListenersWithinListenersAreToldApart(Delivery mode) {
		desk.publishAndStore("first", mode,
				new Placed(TransactionPhase.AFTER_COMMIT, () -> desk.inNewTransaction(() -> {
					desk.publishAndStore("second", mode,
							new Placed(TransactionPhase.AFTER_COMPLETION, () -> desk.inNewTransaction(() -> {
								desk.store("third", mode);
								desk.inNewTransaction(() -> desk.store("fourth", mode));
								throw new IllegalStateException("the inner listener fails");
							})));
				})));
		assertThat(orders()).containsExactly("first", "fourth", "second");
		assertThat(entries(4)).extracting("target_name", "outcome")
			.containsExactlyInAnyOrder(tuple("first", "success"), tuple("second", "success"), tuple("third", "failure"),
					tuple("fourth", "success"));
	}

	@ParameterizedTest
	@EnumSource(names = { "TRANSACTIONAL", "ASYNC", "SYNC" })
	void whatJoinsATransactionThatIsOverIsNotSavedAndNoSuccess(Delivery mode) {
		desk.publishAndStore("outer", mode,
				new Placed(TransactionPhase.AFTER_COMMIT, () -> desk.storeWithin("lost", mode)));
		assertThat(orders()).containsExactly("outer");
		assertThat(entries(2)).extracting("target_name", "outcome")
			.containsExactlyInAnyOrder(tuple("outer", "success"), tuple("lost", "failure"));
	}

	@Test
	void aCallIsJudgedByWhatItLosesItselfAndNotByWhatACallWithinItLoses() {
		afterTheCommit(() -> desk.around("around", () -> {
			desk.store("lost", Delivery.ASYNC);
			desk.storeInTwoAttempts("again");
			desk.storeByStatement("kept");
			desk.around("reading", () -> desk.find("outer"));
		}));
		assertThat(orders()).containsExactly("kept", "outer");
		assertThat(outcomes(7)).containsExactlyInAnyOrder(tuple("outer", "success"), tuple("around", "success"),
				tuple("lost", "failure"), tuple("again", "failure"), tuple("again", "failure"),
				tuple("kept", "success"), tuple("reading", "success"));
	}

	@Test
	void aCallThatLosesSomethingAroundOthersThatLoseNothingIsNoSuccess() {
		afterTheCommit(() -> desk.around("around", () -> {
			desk.around("reading", () -> desk.find("outer"));
			desk.persist("lost");
			desk.around("reading too", () -> desk.find("outer"));
			desk.inNewTransaction(() -> desk.store("kept", Delivery.SYNC));
		}));
		assertThat(orders()).containsExactly("kept", "outer");
		assertThat(outcomes(5)).containsExactlyInAnyOrder(tuple("outer", "success"), tuple("around", "failure"),
				tuple("reading", "success"), tuple("reading too", "success"), tuple("kept", "success"));
	}

	@Test
	void changesThatAreLostOneAfterTheOtherAreEachNoSuccess() {
		afterTheCommit(() -> {
			desk.around("name", () -> desk.find("outer").setStatus("Ada"));
			desk.around("the same once more", () -> desk.find("outer").setStatus("Grace"));
			desk.around("nothing new", () -> desk.find("outer").setStatus("Grace"));
			desk.around("line", () -> desk.find("outer").addLine("pen"));
			desk.around("another line", () -> desk.find("outer").addLine("ink"));
			desk.around("removal", () -> desk.remove("outer"));
		});
		assertThat(outcomes(7)).containsExactlyInAnyOrder(tuple("outer", "success"), tuple("name", "failure"),
				tuple("the same once more", "failure"), tuple("nothing new", "success"), tuple("line", "failure"),
				tuple("another line", "failure"), tuple("removal", "failure"));
	}

	@Test
	void aMergeAfterTheCommitIsASuccessOnlyIfItChangesNothing() {
		desk.publishAndStore("outer", Delivery.TRANSACTIONAL, new Placed(TransactionPhase.AFTER_COMPLETION, () -> {
			PurchaseOrder detached = desk.detached("outer");
			desk.around("same", () -> desk.merge(detached));
			detached.setStatus("PAID");
			desk.around("changed", () -> desk.merge(detached));
		}));
		assertThat(outcomes(3)).containsExactlyInAnyOrder(tuple("outer", "success"), tuple("same", "success"),
				tuple("changed", "failure"));
	}

	@ParameterizedTest
	@EnumSource(names = { "TRANSACTIONAL", "ASYNC", "SYNC" })
	void whatIsCommittedIsASuccessThoughSomethingFailsAfterTheCommit(Delivery mode) {
		assertThatIllegalStateException().isThrownBy(() -> desk.inNewTransaction(() -> {
			desk.store("kept", mode);
			afterCommit(() -> {
				throw new IllegalStateException("as planned");
			});
			desk.store("kept too", mode);
		}));
		assertThat(orders()).containsExactly("kept", "kept too");
		assertThat(outcomes(2)).containsExactlyInAnyOrder(tuple("kept", "success"), tuple("kept too", "success"));
	}

	// Synchronizations are still active then, but those that are added are not called.
	@ParameterizedTest
	@EnumSource(names = { "TRANSACTIONAL", "ASYNC", "SYNC" })
	void callsWithinTheCallbackOfACommitAreNotForgotten(Delivery mode) {
		desk.inNewTransaction(() -> {
			desk.store("outer", mode);
			afterCommit(() -> {
				desk.around("around", () -> afterCommit(() -> desk.store("never", mode)));
				desk.store("lost", mode);
				desk.storeWithin("lost within", mode);
				desk.inNewTransaction(() -> desk.store("kept", mode));
			});
		});
		assertThat(orders()).containsExactly("kept", "outer");
		assertThat(outcomes(5)).containsExactlyInAnyOrder(tuple("outer", "success"), tuple("around", "success"),
				tuple("lost", "failure"), tuple("lost within", "failure"), tuple("kept", "success"));
	}

	// Spring does not call a listener for an event of this phase in this phase.
	@Test
	void aListenerBeforeTheCommitThatPublishesForAnotherOneIsPartOfTheTransaction() {
		desk.publishAndStore("outer", Delivery.TRANSACTIONAL, new Placed(TransactionPhase.BEFORE_COMMIT, () -> desk
			.publishAndStore("before", Delivery.TRANSACTIONAL,
					new Placed(TransactionPhase.BEFORE_COMMIT, () -> desk.store("never", Delivery.TRANSACTIONAL)))));
		assertThat(orders()).containsExactly("before", "outer");
		assertThat(outcomes(2)).containsExactlyInAnyOrder(tuple("outer", "success"), tuple("before", "success"));
	}

	@ParameterizedTest
	@EnumSource(names = { "TRANSACTIONAL", "ASYNC", "SYNC" })
	void aFailureWithinThatIsCaughtAndTriedAgainUndoesAllOfTheTransaction(Delivery mode) {
		assertThatException().isThrownBy(() -> desk.inNewTransaction(() -> {
			desk.store("before", mode);
			assertThatIllegalStateException().isThrownBy(() -> desk.within(() -> {
				desk.store("first try", mode);
				throw new IllegalStateException("stale");
			}));
			desk.storeWithin("second try", mode);
		})).isInstanceOf(UnexpectedRollbackException.class);
		assertThat(orders()).isEmpty();
		assertThat(outcomes(3)).containsExactlyInAnyOrder(tuple("before", "failure"), tuple("first try", "failure"),
				tuple("second try", "failure"));
	}

	private static void afterCommit(Runnable work) {
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

			@Override
			public void afterCommit() {
				work.run();
			}

		});
	}

	private static void afterTheCommit(Runnable reaction) {
		desk.publishAndStore("outer", Delivery.TRANSACTIONAL, new Placed(TransactionPhase.AFTER_COMMIT, reaction));
	}

	private List<Tuple> outcomes(int count) {
		return entries(count).stream().map((entry) -> tuple(entry.get("target_name"), entry.get("outcome"))).toList();
	}

	record Placed(TransactionPhase phase, Runnable reaction) {

	}

	@Configuration(proxyBeanMethods = false)
	@Import(ShopConfiguration.class)
	@EnableResilientMethods
	static class Application {

		@Bean
		Orders orders(EntityManager entityManager, JdbcTemplate jdbc) {
			return new Orders(entityManager, jdbc);
		}

		@Bean
		Desk desk(Orders orders, ApplicationEventPublisher events, PlatformTransactionManager transactions) {
			return new Desk(orders, events, transactions);
		}

		@Bean
		Reactions reactions() {
			return new Reactions();
		}

	}

	static class Reactions {

		@TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT,
				condition = "#placed.phase.name() == 'BEFORE_COMMIT'")
		void beforeCommit(Placed placed) {
			placed.reaction().run();
		}

		@TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT,
				condition = "#placed.phase.name() == 'AFTER_COMMIT'")
		void afterCommit(Placed placed) {
			placed.reaction().run();
		}

		@TransactionalEventListener(phase = TransactionPhase.AFTER_ROLLBACK,
				condition = "#placed.phase.name() == 'AFTER_ROLLBACK'")
		void afterRollback(Placed placed) {
			placed.reaction().run();
		}

		@TransactionalEventListener(phase = TransactionPhase.AFTER_COMPLETION,
				condition = "#placed.phase.name() == 'AFTER_COMPLETION'")
		void afterCompletion(Placed placed) {
			placed.reaction().run();
		}

	}

	static class Desk {

		private final Orders orders;

		private final ApplicationEventPublisher events;

		private final TransactionTemplate separate;

		private final TransactionTemplate joining;

		Desk(Orders orders, ApplicationEventPublisher events, PlatformTransactionManager transactions) {
			this.orders = orders;
			this.events = events;
			this.joining = new TransactionTemplate(transactions);
			this.separate = new TransactionTemplate(transactions);
			this.separate.setPropagationBehavior(TransactionTemplate.PROPAGATION_REQUIRES_NEW);
		}

		void inNewTransaction(Runnable work) {
			this.separate.executeWithoutResult((status) -> work.run());
		}

		void publishAndStore(String reference, Delivery mode, Placed placed) {
			this.joining.executeWithoutResult((status) -> {
				this.events.publishEvent(placed);
				store(reference, mode);
			});
		}

		void storeWithin(String reference, Delivery mode) {
			this.joining.executeWithoutResult((status) -> store(reference, mode));
		}

		void around(String name, Runnable work) {
			this.orders.around(name, work);
		}

		void storeInTwoAttempts(String reference) {
			this.orders.storeInTwoAttempts(reference, new AtomicInteger());
		}

		void storeByStatement(String reference) {
			this.orders.storeByStatement(reference);
		}

		void persist(String reference) {
			this.orders.persist(reference);
		}

		PurchaseOrder find(String reference) {
			return this.orders.find(reference);
		}

		PurchaseOrder detached(String reference) {
			return this.orders.detached(reference);
		}

		void merge(PurchaseOrder order) {
			this.orders.merge(order);
		}

		void within(Runnable work) {
			this.joining.executeWithoutResult((status) -> work.run());
		}

		void remove(String reference) {
			this.orders.remove(reference);
		}

		void storeSeparately(String reference, Runnable rest) {
			this.orders.storeSeparately(reference, rest);
		}

		void store(String reference, Delivery mode) {
			switch (mode) {
				case ASYNC -> this.orders.storeAsync(reference);
				case SYNC -> this.orders.storeSync(reference);
				default -> this.orders.store(reference);
			}
		}

	}

	static class Orders {

		private final EntityManager entityManager;

		private final JdbcTemplate jdbc;

		Orders(EntityManager entityManager, JdbcTemplate jdbc) {
			this.entityManager = entityManager;
			this.jdbc = jdbc;
		}

		@Audited(action = "store", targetName = "#reference")
		public void store(String reference) {
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
		@Transactional(propagation = Propagation.REQUIRES_NEW)
		public void storeSeparately(String reference, Runnable rest) {
			persist(reference);
			rest.run();
		}

		@Audited(action = "do", targetName = "#name")
		public void around(String name, Runnable work) {
			work.run();
		}

		@Audited(action = "store", targetName = "#reference")
		@Retryable(maxRetries = 1, delay = 0)
		public void storeInTwoAttempts(String reference, AtomicInteger attempts) {
			persist(reference);
			if (attempts.incrementAndGet() == 1) {
				throw new IllegalStateException("to be tried again");
			}
		}

		@Audited(action = "store", targetName = "#reference")
		public void storeByStatement(String reference) {
			this.jdbc.update("insert into purchase_order (reference, version, status) values (?, 0, 'NEW')", reference);
		}

		void persist(String reference) {
			this.entityManager.persist(new PurchaseOrder(reference, null));
		}

		PurchaseOrder find(String reference) {
			return this.entityManager
				.createQuery("from PurchaseOrder where reference = :reference", PurchaseOrder.class)
				.setParameter("reference", reference)
				.getSingleResult();
		}

		PurchaseOrder detached(String reference) {
			PurchaseOrder order = find(reference);
			this.entityManager.detach(order);
			return order;
		}

		void merge(PurchaseOrder order) {
			this.entityManager.merge(order);
		}

		void remove(String reference) {
			this.entityManager.remove(find(reference));
		}

	}

}
