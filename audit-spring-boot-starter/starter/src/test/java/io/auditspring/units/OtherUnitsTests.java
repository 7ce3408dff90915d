package io.auditspring.units;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;

import javax.sql.DataSource;

import io.auditspring.AuditIgnore;
import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.StateCapture;
import io.auditspring.TestDatabase;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import jakarta.persistence.PersistenceConfiguration;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.LocalEntityManagerFactoryBean;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.orm.jpa.hibernate.HibernateTransactionManager;
import org.springframework.orm.jpa.hibernate.LocalSessionFactoryBean;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What changes in other persistence units than the one whose transactions are audited:
 * there is no state of it, and entries say so. The stock is another database, the gate
 * another pool of the same one, and the mart has no container's factory; the yard is
 * another database, and the house the audited data source itself, of which Spring makes a
 * session factory of Hibernate.
 */
@ExtendWith(OutputCaptureExtension.class)
class OtherUnitsTests {

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private static Desk desk;

	private static String start;

	private int before;

	@BeforeAll
	static void start(CapturedOutput output) {
		context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.flyway.enabled=false",
					"spring.jpa.hibernate.ddl-auto=create", "audit.capture.max-entities=3",
					"audit.capture.ignored-entities=Own*", "logging.level.io.auditspring.capture=info")
			.run();
		start = output.getAll();
		log = new AuditLog(context.getBean(DataSource.class));
		desk = context.getBean(Desk.class);
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@BeforeEach
	void begin() {
		this.before = log.settled();
		for (String unit : List.of("stock", "gate", "mart", "yard", "house")) {
			in(unit, (entities) -> entities.createQuery("from Customer", Customer.class)
				.getResultList()
				.forEach(entities::remove));
		}
	}

	private List<Map<String, Object>> entries(int count) {
		return log.await(this.before + count).subList(this.before, this.before + count);
	}

	private void assertThatOne(String metadata) {
		assertThat(entries(1)).singleElement()
			.satisfies((entry) -> assertThat(entry).containsEntry("outcome", "success")
				.containsEntry("before_state", null)
				.containsEntry("after_state", null)
				.containsEntry("metadata", metadata));
	}

	private static String counted(int customers) {
		return "{\"withoutState\": {\"Customer\": %d}}".formatted(customers);
	}

	private static TransactionTemplate transaction(String unit) {
		return new TransactionTemplate(context.getBean(unit + "Transactions", PlatformTransactionManager.class));
	}

	private static EntityManager entities(String unit) {
		return Set.of("stock", "gate", "mart").contains(unit)
				? SharedEntityManagerCreator
					.createSharedEntityManager(context.getBean(unit + "Unit", EntityManagerFactory.class))
				: context.getBean(unit + "Unit", SessionFactory.class).getCurrentSession();
	}

	private static void in(String unit, Consumer<EntityManager> work) {
		transaction(unit).executeWithoutResult((status) -> work.accept(entities(unit)));
	}

	@Test
	void theStartSaysOnceOfEachUnitWhatIsOnlyCounted() {
		assertThat(start.split("The audit trail shows no state of \\[Customer]", -1)).hasSize(6);
	}

	@ParameterizedTest
	@ValueSource(strings = { "stock", "gate", "mart", "yard", "house" })
	void whatChangesInATransactionOfTheCallIsCounted(String unit) {
		desk.work(() -> in(unit, (entities) -> {
			entities.persist(new Customer(1));
			entities.persist(new Customer(2));
			entities.persist(new Ignored(1));
			entities.persist(new Owned(1));
			entities.flush();
			entities.remove(entities.find(Ignored.class, 1));
			entities.remove(entities.find(Owned.class, 1));
		}));
		assertThatOne(counted(2));
	}

	@Test
	void updatesDeletesAndCollectionsAreCounted() {
		in("stock", (entities) -> {
			for (long id = 1; id <= 3; id++) {
				entities.persist(new Customer(id));
			}
		});
		desk.inStock(() -> {
			EntityManager entities = entities("stock");
			entities.find(Customer.class, 1).blocked = true;
			entities.find(Customer.class, 2).tags.add("new");
			entities.remove(entities.find(Customer.class, 3));
		});
		assertThatOne(counted(3));
	}

	@ParameterizedTest
	@ValueSource(strings = { "stock", "gate", "mart", "yard", "house" })
	void whatIsRolledBackIsNotCounted(String unit) {
		desk.work(() -> {
			transaction(unit).executeWithoutResult((status) -> {
				for (long id = 1; id <= 5; id++) {
					entities(unit).persist(new Customer(id));
				}
				entities(unit).flush();
				status.setRollbackOnly();
			});
			in(unit, (entities) -> entities.persist(new Customer(2)));
		});
		assertThatOne(counted(1));
	}

	@Test
	void beyondTheLimitTheyAreNotToldApart() {
		desk.work(() -> in("stock", (entities) -> {
			for (long id = 1; id <= 5; id++) {
				entities.persist(new Customer(id));
			}
		}));
		// Each of those once more with its collection.
		assertThatOne(counted(7));
	}

	@ParameterizedTest
	@ValueSource(strings = { "stock", "gate", "mart", "yard", "house" })
	void ofALargerTransactionACallCountsItsOwn(String unit) {
		in(unit, (entities) -> {
			entities.persist(new Customer(1));
			desk.work(() -> entities.persist(new Customer(2)));
			entities.persist(new Customer(3));
			entities.persist(new Customer(4));
		});
		assertThatOne(counted(1));
	}

	@ParameterizedTest
	@ValueSource(strings = { "stock", "gate", "mart", "yard" })
	void itIsCountedBesideWhatHasState(String unit) {
		desk.inShop(() -> {
			SharedEntityManagerCreator
				.createSharedEntityManager(context.getBean("entityManagerFactory", EntityManagerFactory.class))
				.persist(new PurchaseOrder("A" + unit, null));
			in(unit, (entities) -> entities.persist(new Customer(1)));
		});
		assertThat(entries(1)).singleElement().satisfies((entry) -> {
			assertThat(entry).containsEntry("target_type", "PurchaseOrder").containsEntry("metadata", counted(1));
			assertThat(entry.get("after_state")).isNotNull();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "stock", "gate", "mart", "yard" })
	void itIsCountedThoughTheOtherTransactionIsCommittedLater(String unit) {
		in(unit, (entities) -> desk.inShop(() -> entities.persist(new Customer(1))));
		assertThatOne(counted(1));
	}

	@ParameterizedTest
	@ValueSource(strings = { "stock", "gate", "mart", "yard" })
	void whatWasLeftThereBeforeIsNotItsOwn(String unit) {
		in(unit, (entities) -> {
			entities.persist(new Customer(1));
			desk.inShop(() -> entities.persist(new Customer(2)));
		});
		assertThatOne(counted(1));
	}

	@Test
	void whatNobodyCapturesBelongsToTheCallAround() {
		desk.inStock(() -> desk.silently(() -> entities("stock").persist(new Customer(1))));
		assertThat(entries(2)).extracting((entry) -> entry.get("action"), (entry) -> entry.get("metadata"))
			.containsExactlyInAnyOrder(tuple("desk.silently", null), tuple("desk.in-stock", counted(1)));
	}

	@Test
	void nothingIsStagedInAnotherDatabase() {
		desk.work(() -> {
			EntityManager own = context.getBean("stockUnit", EntityManagerFactory.class).createEntityManager();
			own.getTransaction().begin();
			own.persist(new Customer(1));
			own.getTransaction().commit();
			own.close();
		});
		assertThatOne(counted(1));
	}

	@ParameterizedTest
	@ValueSource(strings = { "stock", "gate", "mart", "yard", "house" })
	void aCallThatFailsCountsNothing(String unit) {
		assertThatException().isThrownBy(() -> desk.work(() -> in(unit, (entities) -> {
			entities.persist(new Customer(1));
			entities.flush();
			throw new IllegalStateException("as planned");
		})));
		assertThat(entries(1)).singleElement()
			.satisfies(
					(entry) -> assertThat(entry).containsEntry("outcome", "failure").containsEntry("metadata", null));
	}

	@ParameterizedTest
	@ValueSource(strings = { "stock", "gate", "mart", "yard" })
	void whatACallThatFailsHasCommittedElsewhereIsCounted(String unit) {
		assertThatException().isThrownBy(() -> desk.inShop(() -> {
			in(unit, (entities) -> entities.persist(new Customer(1)));
			throw new IllegalStateException("as planned");
		}));
		assertThat(entries(1)).singleElement()
			.satisfies((entry) -> assertThat(entry).containsEntry("outcome", "failure")
				.containsEntry("metadata", counted(1)));
	}

	@Configuration(proxyBeanMethods = false)
	@Import(ShopConfiguration.class)
	static class Application {

		@Bean
		Desk desk() {
			return new Desk();
		}

		@Bean(defaultCandidate = false)
		@Qualifier("stock")
		DataSource stock() {
			return ShopConfiguration.pool(TestDatabase.newDatabase());
		}

		@Bean(defaultCandidate = false)
		@Qualifier("gate")
		DataSource gate(DataSource dataSource) throws java.sql.SQLException {
			return ShopConfiguration.pool(dataSource.unwrap(com.zaxxer.hikari.HikariDataSource.class).getDataSource());
		}

		@Bean(defaultCandidate = false)
		@Qualifier("yard")
		DataSource yard() {
			return ShopConfiguration.pool(TestDatabase.newDatabase());
		}

		@Bean(defaultCandidate = false)
		@Qualifier("stock")
		LocalContainerEntityManagerFactoryBean stockUnit(@Qualifier("stock") DataSource database) {
			return unit("stock", database);
		}

		@Bean(defaultCandidate = false)
		@Qualifier("gate")
		LocalContainerEntityManagerFactoryBean gateUnit(@Qualifier("gate") DataSource database) {
			return unit("gate", database);
		}

		@Bean(defaultCandidate = false)
		@Qualifier("mart")
		LocalEntityManagerFactoryBean martUnit(@Qualifier("stock") DataSource database) {
			LocalEntityManagerFactoryBean unit = new LocalEntityManagerFactoryBean(
					new PersistenceConfiguration("mart").managedClass(Customer.class)
						.managedClass(Ignored.class)
						.managedClass(Owned.class)
						.property("hibernate.hbm2ddl.auto", "update"));
			unit.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
			unit.setDataSource(database);
			return unit;
		}

		private static LocalContainerEntityManagerFactoryBean unit(String name, DataSource database) {
			LocalContainerEntityManagerFactoryBean unit = new LocalContainerEntityManagerFactoryBean();
			unit.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
			unit.setDataSource(database);
			unit.setManagedTypes(PersistenceManagedTypes.of(Customer.class.getName(), Ignored.class.getName(),
					Owned.class.getName()));
			unit.setPersistenceUnitName(name);
			unit.setJpaPropertyMap(Map.of("hibernate.hbm2ddl.auto", "update"));
			return unit;
		}

		@Bean(defaultCandidate = false)
		@Qualifier("yard")
		LocalSessionFactoryBean yardUnit(@Qualifier("yard") DataSource database) {
			return sessionFactory(database);
		}

		@Bean(defaultCandidate = false)
		@Qualifier("house")
		LocalSessionFactoryBean houseUnit(DataSource database) {
			return sessionFactory(database);
		}

		private static LocalSessionFactoryBean sessionFactory(DataSource database) {
			LocalSessionFactoryBean factory = new LocalSessionFactoryBean();
			factory.setDataSource(database);
			factory.setAnnotatedClasses(Customer.class, Ignored.class, Owned.class);
			Properties properties = new Properties();
			properties.setProperty("hibernate.hbm2ddl.auto", "update");
			factory.setHibernateProperties(properties);
			return factory;
		}

		@Bean(defaultCandidate = false)
		JpaTransactionManager stockTransactions(@Qualifier("stock") EntityManagerFactory unit) {
			return new JpaTransactionManager(unit);
		}

		@Bean(defaultCandidate = false)
		JpaTransactionManager gateTransactions(@Qualifier("gate") EntityManagerFactory unit) {
			return new JpaTransactionManager(unit);
		}

		@Bean(defaultCandidate = false)
		JpaTransactionManager martTransactions(@Qualifier("mart") EntityManagerFactory unit) {
			return new JpaTransactionManager(unit);
		}

		@Bean(defaultCandidate = false)
		HibernateTransactionManager yardTransactions(@Qualifier("yard") SessionFactory unit) {
			return new HibernateTransactionManager(unit);
		}

		@Bean(defaultCandidate = false)
		HibernateTransactionManager houseTransactions(@Qualifier("house") SessionFactory unit) {
			return new HibernateTransactionManager(unit);
		}

	}

	static class Desk {

		@Audited("desk.work")
		public void work(Runnable work) {
			work.run();
		}

		@Audited("desk.in-stock")
		@Transactional("stockTransactions")
		public void inStock(Runnable work) {
			work.run();
		}

		@Audited("desk.in-shop")
		@Transactional("transactionManager")
		public void inShop(Runnable work) {
			work.run();
		}

		@Audited(action = "desk.silently", state = StateCapture.NONE)
		public void silently(Runnable work) {
			work.run();
		}

	}

	@Entity(name = "Customer")
	static class Customer {

		@Id
		private long id;

		private boolean blocked;

		@ElementCollection
		private Set<String> tags = new LinkedHashSet<>();

		Customer() {
		}

		Customer(long id) {
			this.id = id;
		}

	}

	@Entity(name = "Ignored")
	@AuditIgnore
	static class Ignored {

		@Id
		private long id;

		Ignored() {
		}

		Ignored(long id) {
			this.id = id;
		}

	}

	@Entity(name = "Owned")
	static class Owned {

		@Id
		private long id;

		Owned() {
		}

		Owned(long id) {
			this.id = id;
		}

	}

}
