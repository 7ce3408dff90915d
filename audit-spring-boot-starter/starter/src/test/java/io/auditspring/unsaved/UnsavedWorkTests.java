/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.unsaved;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.TestDatabase;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.CascadeType;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.OneToMany;
import org.awaitility.Awaitility;
import org.hibernate.FlushMode;
import org.hibernate.Session;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.SessionImplementor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.vendor.HibernateJpaDialect;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Hibernate writes nothing in a transaction that only reads, and nothing without one, and
 * says not a word of it.
 */
class UnsavedWorkTests {

	private static final String READS = "failure Not saved when the call ended: the transaction only reads";

	private static final String NONE = "failure Not saved when the call ended: no transaction was running";

	private static final String MARK = " {\"notSaved\": [\"Customer\"]}";

	private static final String NOTHING = "success null null";

	private static final String SAVED = "success null {\"withoutState\": {\"Customer\": 1}}";

	private static final String MAYBE = "success null {\"readOnly\": true}";

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private static Customers customers;

	private int before;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"audit.relay.poll-interval=20ms")
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
		customers = context.getBean(Customers.class);
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

	/** Outcome, error and metadata by the names of the calls, in the order of names. */
	private List<String> told(int count) {
		return log.await(this.before + count)
			.subList(this.before, this.before + count)
			.stream()
			.filter((entry) -> "customer.work".equals(entry.get("action")))
			.sorted((one, other) -> name(one).compareTo(name(other)))
			.map((entry) -> entry.get("outcome") + " " + entry.get("error") + " " + entry.get("metadata"))
			.toList();
	}

	private static String name(Map<String, Object> entry) {
		return (String) entry.get("target_name");
	}

	private UUID customer() {
		Customer customer = new Customer("Ada");
		transaction(false).executeWithoutResult((status) -> context.getBean(EntityManager.class).persist(customer));
		return customer.id;
	}

	private static TransactionTemplate transaction(boolean readOnly) {
		TransactionTemplate transaction = new TransactionTemplate(context.getBean(JpaTransactionManager.class));
		transaction.setReadOnly(readOnly);
		return transaction;
	}

	private static List<String> names(UUID id) {
		return context.getBean(JdbcTemplate.class)
			.queryForList("select name from customer where id = ?", String.class, id);
	}

	/** As it is open while a request is answered. */
	private static void inView(boolean open, Runnable work) {
		if (!open) {
			work.run();
			return;
		}
		EntityManagerFactory factory = context.getBean(EntityManagerFactory.class);
		EntityManager view = factory.createEntityManager();
		TransactionSynchronizationManager.bindResource(factory, new EntityManagerHolder(view));
		try {
			work.run();
		}
		finally {
			TransactionSynchronizationManager.unbindResource(factory);
			view.close();
		}
	}

	private static Session session(EntityManager entityManager) {
		return entityManager.unwrap(Session.class);
	}

	/** As where a connection is not told that it only reads. */
	private static void whereConnectionsMayWrite(Runnable work) {
		HibernateJpaDialect dialect = (HibernateJpaDialect) context.getBean(JpaTransactionManager.class)
			.getJpaDialect();
		dialect.setPrepareConnection(false);
		try {
			work.run();
		}
		finally {
			dialect.setPrepareConnection(true);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whatATransactionThatOnlyReadsIsGivenIsNotSaved(boolean inView) {
		UUID id = customer();
		inView(inView, () -> {
			customers.reading("1 add", (entities) -> entities.persist(new Customer("Grace")));
			customers.reading("2 merge", (entities) -> entities.merge(new Customer("Grace")));
		});
		inView(inView,
				() -> customers.reading("3 remove", (entities) -> entities.remove(entities.find(Customer.class, id))));
		inView(inView, () -> transaction(true).executeWithoutResult(
				(status) -> customers.joining("4 join", (entities) -> entities.persist(new Customer("Grace")))));
		assertThat(told(4)).containsExactly(READS + MARK, READS + MARK, READS + MARK, READS + MARK);
		assertThat(names(id)).containsExactly("Ada");
	}

	/** Reading methods set something for display, too: that is no failure. */
	@Test
	void whatIsChangedInATransactionThatOnlyReadsIsNamed() {
		UUID id = customer();
		Customer detached = customers.find(id);
		inView(true,
				() -> customers.reading("1 rename", (entities) -> entities.find(Customer.class, id).name = "Grace"));
		detached.name = "Grace";
		inView(true, () -> customers.reading("2 merge", (entities) -> entities.merge(detached)));
		inView(true, () -> customers.reading("3 element",
				(entities) -> entities.find(Customer.class, id).tags.add(new Tag("new"))));
		inView(true, () -> customers.reading("4 child",
				(entities) -> entities.find(Customer.class, id).addresses.add(new Address())));
		inView(true, () -> customers.reading("5 read", (entities) -> entities.find(Customer.class, id)));
		assertThat(told(5)).containsExactly("success null" + MARK, "success null" + MARK, "success null" + MARK,
				"success null" + MARK, NOTHING);
		assertThat(names(id)).containsExactly("Ada");
	}

	/** Hibernate keeps no copy then. */
	@Test
	void whereItCannotBeToldWhatWasChangedTheEntrySaysThatNothingCouldBe() {
		UUID id = customer();
		customers.reading("1 rename", (entities) -> entities.find(Customer.class, id).name = "Grace");
		customers.reading("2 value",
				(entities) -> entities.createQuery("select name from Customer", String.class).getResultList());
		customers.reading("3 nothing", (entities) -> {
		});
		customers.without("4 around", (entities) -> transaction(true).executeWithoutResult((status) -> {
			entities.find(Customer.class, id);
			customers.joining("5 within", (same) -> {
			});
		}));
		assertThat(told(5)).containsExactly(MAYBE, NOTHING, NOTHING, NOTHING, MAYBE);
		assertThat(names(id)).containsExactly("Ada");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whatIsSavedAllTheSameIsASuccess(boolean inView) {
		UUID id = customer();
		whereConnectionsMayWrite(() -> inView(inView, () -> {
			customers.reading("1 flush", (entities) -> {
				entities.persist(new Customer("Grace"));
				entities.flush();
			});
			customers.reading("2 mode", (entities) -> {
				session(entities).setHibernateFlushMode(FlushMode.AUTO);
				entities.persist(new Customer("Grace"));
			});
			customers.reading("3 mode within", (entities) -> {
				entities.persist(new Customer("Grace"));
				customers.joining("4 mode", (same) -> session(same).setHibernateFlushMode(FlushMode.AUTO));
			});
			customers.reading("5 removed", (entities) -> {
				entities.remove(entities.find(Customer.class, id));
				entities.flush();
			});
		}));
		assertThat(told(5)).allMatch((each) -> each.startsWith("success null"))
			.noneMatch((each) -> each.contains("notSaved"));
		assertThat(names(id)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whatIsTakenBackIsNotLost(boolean inView) {
		UUID id = customer();
		inView(inView, () -> customers.reading("1 persisted and removed", (entities) -> {
			Customer customer = new Customer("Grace");
			entities.persist(customer);
			entities.remove(customer);
		}));
		inView(inView, () -> customers.reading("2 cleared", (entities) -> {
			entities.persist(new Customer("Grace"));
			entities.clear();
		}));
		inView(inView, () -> customers.reading("3 restored", (entities) -> {
			Customer customer = entities.find(Customer.class, id);
			customer.name = "Grace";
			customer.name = "Ada";
			entities.detach(customer);
		}));
		assertThat(told(3)).containsExactly(NOTHING, NOTHING, NOTHING);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void eachCallIsJudgedByItsOwnWork(boolean inView) {
		inView(inView, () -> customers.reading("1 outer", (entities) -> {
			customers.joining("2 inner", (same) -> same.persist(new Customer("Grace")));
			customers.separately("3 own transaction", (own) -> own.persist(new Customer("Grace")));
		}));
		inView(inView, () -> customers.reading("4 outer", (entities) -> {
			Customer customer = new Customer("Grace");
			entities.persist(customer);
			customers.joining("5 reader", (same) -> same.contains(customer));
			customers.joining("6 rename", (same) -> customer.name = "Alan");
		}));
		assertThat(told(6)).containsExactly(NOTHING, READS + MARK, SAVED, READS + MARK, NOTHING, "success null" + MARK);
	}

	@Test
	void whatWritesWithoutTheSessionIsNoneOfIt() {
		UUID id = customer();
		whereConnectionsMayWrite(() -> customers.reading("1 statement", (entities) -> {
			StatelessSession stateless = session(entities).statelessWithOptions().connection().open();
			stateless.createMutationQuery("update Customer set name = 'Grace'").executeUpdate();
		}));
		assertThat(names(id)).containsExactly("Grace");
		assertThatException().isThrownBy(() -> customers.reading("2 refused",
				(entities) -> context.getBean(JdbcTemplate.class).update("update customer set name = 'Alan'")));
		transaction(false).executeWithoutResult((status) -> customers.joining("3 writes",
				(entities) -> entities.find(Customer.class, id).name = "Alan"));
		assertThat(told(3)).satisfiesExactly((statement) -> assertThat(statement).startsWith("success null {\"bulk\""),
				(refused) -> assertThat(refused).startsWith("failure").doesNotContain("Not saved"),
				(writes) -> assertThat(writes).isEqualTo(SAVED));
	}

	@Test
	void whatIsChangedWithoutATransactionIsNamed() {
		UUID id = customer();
		inView(true,
				() -> customers.without("1 rename", (entities) -> entities.find(Customer.class, id).name = "Grace"));
		inView(true, () -> customers.without("2 add",
				(entities) -> entities.unwrap(SessionImplementor.class).persist(new Customer("Alan"))));
		inView(true, () -> customers.without("3 read", (entities) -> entities.find(Customer.class, id)));
		inView(true, () -> customers.without("4 around", (entities) -> transaction(true)
			.executeWithoutResult((status) -> entities.persist(new Customer("Alan")))));
		customers.without("5 no view", (entities) -> entities.find(Customer.class, id).name = "Grace");
		assertThat(told(5)).containsExactly("success null" + MARK, NONE + MARK, NOTHING, NONE + MARK, NOTHING);
		assertThat(names(id)).containsExactly("Ada");
	}

	/** Whoever goes through very many would compare all of them for each. */
	@Test
	void inALargeSessionOnlyWhatComesAndGoesIsLookedFor() {
		context.getBean(JdbcTemplate.class)
			.execute("insert into customer (id, name) select gen_random_uuid(), 'Many' from generate_series(1, 1001)");
		UUID id = customer();
		inView(true, () -> {
			List<Customer> many = context.getBean(EntityManager.class)
				.createQuery("from Customer", Customer.class)
				.getResultList();
			customers.without("1 rename", (entities) -> many.get(0).name = "Grace");
			customers.reading("2 rename", (entities) -> many.get(0).name = "Alan");
			customers.reading("3 remove", (entities) -> entities.remove(entities.find(Customer.class, id)));
		});
		context.getBean(JdbcTemplate.class).execute("delete from customer where name = 'Many'");
		assertThat(told(3)).satisfiesExactly((rename) -> assertThat(rename).isEqualTo(NOTHING),
				(reading) -> assertThat(reading).isEqualTo(MAYBE), (removed) -> assertThat(removed).startsWith(READS));
		assertThat(names(id)).containsExactly("Ada");
	}

	@Test
	void whatALaterTransactionOfTheSameCallSavesIsSaved() {
		UUID id = customer();
		inView(true, () -> customers.without("1 rename", (entities) -> {
			entities.find(Customer.class, id).name = "Grace";
			customers.joining("2 save", (same) -> {
			});
		}));
		assertThat(told(2)).containsExactly(NOTHING, SAVED);
		assertThat(names(id)).containsExactly("Grace");
	}

	@Test
	void aTransactionThatIsRolledBackWithinACallLeavesNothingUnsaved() {
		inView(true, () -> customers.without("1 around", (entities) -> assertThatException()
			.isThrownBy(() -> transaction(false).executeWithoutResult((status) -> {
				entities.persist(new Customer("Grace"));
				throw new IllegalStateException("as planned");
			}))));
		assertThat(told(1)).containsExactly(NOTHING);
	}

	@Test
	void withoutATransactionThatIsActiveNothingIsOver() {
		UUID id = customer();
		customers.supporting("1 rename", (entities) -> entities.find(Customer.class, id).name = "Grace");
		customers.supporting("2 read", (entities) -> entities.find(Customer.class, id));
		assertThat(told(2)).containsExactly("success null" + MARK, NOTHING);
	}

	/** Nothing would have compared them. */
	@Test
	void valuesThatCannotBeComparedDoNotHinderAReader() {
		UUID id = customer();
		AtomicReference<Customer> read = new AtomicReference<>();
		inView(true, () -> customers.reading("1 read", (entities) -> {
			Customer customer = entities.find(Customer.class, id);
			customer.tags.add(new Tag(null));
			customer.tags.add(new Tag("other"));
			read.set(customer);
		}));
		assertThat(read.get().tags).hasSize(2);
		assertThat(told(1)).singleElement().asString().startsWith("success null");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		DataSource dataSource() {
			return ShopConfiguration.pool(TestDatabase.migrated());
		}

		@Bean
		Customers customers(EntityManager entityManager) {
			return new Customers(entityManager);
		}

	}

	static class Customers {

		private final EntityManager entityManager;

		Customers(EntityManager entityManager) {
			this.entityManager = entityManager;
		}

		@Audited(action = "customer.work", targetName = "#name")
		@Transactional(readOnly = true)
		public void reading(String name, Consumer<EntityManager> work) {
			work.accept(this.entityManager);
		}

		@Audited(action = "customer.work", targetName = "#name")
		@Transactional
		public void joining(String name, Consumer<EntityManager> work) {
			work.accept(this.entityManager);
		}

		@Audited(action = "customer.work", targetName = "#name")
		@Transactional(propagation = Propagation.REQUIRES_NEW)
		public void separately(String name, Consumer<EntityManager> work) {
			work.accept(this.entityManager);
		}

		@Audited(action = "customer.work", targetName = "#name")
		@Transactional(propagation = Propagation.SUPPORTS, readOnly = true)
		public void supporting(String name, Consumer<EntityManager> work) {
			work.accept(this.entityManager);
		}

		@Audited(action = "customer.work", targetName = "#name")
		public void without(String name, Consumer<EntityManager> work) {
			work.accept(this.entityManager);
		}

		@Transactional
		public Customer find(UUID id) {
			Customer customer = this.entityManager.find(Customer.class, id);
			this.entityManager.detach(customer);
			return customer;
		}

	}

	@Entity(name = "Customer")
	static class Customer {

		@Id
		@GeneratedValue(strategy = GenerationType.UUID)
		UUID id;

		String name;

		@ElementCollection
		List<Tag> tags = new ArrayList<>();

		@OneToMany(cascade = CascadeType.ALL, orphanRemoval = true)
		List<Address> addresses = new ArrayList<>();

		Customer() {
		}

		Customer(String name) {
			this.name = name;
		}

	}

	@Entity(name = "Address")
	static class Address {

		@Id
		@GeneratedValue(strategy = GenerationType.UUID)
		UUID id;

	}

	/**
	 * Cannot be compared without a text.
	 */
	@Embeddable
	static class Tag {

		String text;

		Tag() {
		}

		Tag(String text) {
			this.text = text;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Tag tag && this.text.equals(tag.text);
		}

		@Override
		public int hashCode() {
			return this.text.hashCode();
		}

	}

}
