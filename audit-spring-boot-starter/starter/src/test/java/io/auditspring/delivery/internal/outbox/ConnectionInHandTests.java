package io.auditspring.delivery.internal.outbox;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.hibernate.Session;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jpa.EntityManagerFactoryBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.EntityManagerFactoryUtils;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a thread has in hand is used for its entries; what it has not is not taken for it.
 */
class ConnectionInHandTests {

	/** With one connection, nobody gets a second one. */
	private static HikariDataSource pool;

	private static Counting counting;

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	@BeforeAll
	static void start() {
		PGSimpleDataSource database = (PGSimpleDataSource) TestDatabase.newDatabase();
		log = new AuditLog(database);
		database.setReadOnlyMode("always");
		pool = ShopConfiguration.pool(database);
		pool.setConnectionTimeout(20_000);
		counting = new Counting(pool);
		context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.flyway.enabled=false", "audit.datasource.reserve=0",
					"audit.sync.timeout=1m")
			.run();
		context.getBean(Relay.class).stop();
		pool.getHikariConfigMXBean().setMinimumIdle(1);
		pool.getHikariConfigMXBean().setMaximumPoolSize(1);
		pool.getHikariPoolMXBean().softEvictConnections();
	}

	@AfterAll
	static void stop() {
		context.close();
		pool.close();
	}

	private static int taken(Runnable work) {
		int before = counting.taken.get();
		work.run();
		return counting.taken.get() - before;
	}

	private static TransactionTemplate readOnly(PlatformTransactionManager manager) {
		TransactionTemplate transaction = new TransactionTemplate(manager);
		transaction.setReadOnly(true);
		return transaction;
	}

	private static void record(Delivery mode) {
		context.getBean(AuditRecorder.class).record(AuditRecord.action("any").delivery(mode).build());
	}

	private static void assertNothingFailed() {
		assertThat(context.getBean(DeliveryStatistics.class).lastFailure()).isNull();
	}

	@Test
	void aProxyThatHasTakenNoConnectionYetIsNotMadeToTakeOne() {
		PlatformTransactionManager jdbc = new JdbcTransactionManager(context.getBean(DataSource.class));
		assertThat(taken(() -> readOnly(jdbc).executeWithoutResult((status) -> record(Delivery.TRANSACTIONAL))))
			.isEqualTo(1);
		assertNothingFailed();
	}

	@Test
	void aSessionThatGaveItsConnectionBackIsNotMadeToTakeOne() {
		EntityManagerFactory factory = context.getBean("releasing", EntityManagerFactory.class);
		withView(factory, (view) -> {
			new TransactionTemplate(new JpaTransactionManager(factory)).executeWithoutResult((status) -> {
				record(Delivery.TRANSACTIONAL);
				status.setRollbackOnly();
			});
			assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
		});
		assertNothingFailed();
	}

	@ParameterizedTest
	@EnumSource(value = Delivery.class, names = { "TRANSACTIONAL", "SYNC" })
	void oneThatTheDriverMadeReadOnlyForTheTransactionIsUsed(Delivery mode) {
		EntityManagerFactory factory = context.getBean("entityManagerFactory", EntityManagerFactory.class);
		assertThat(taken(() -> readOnly(new JpaTransactionManager(factory)).executeWithoutResult((status) -> {
			read(EntityManagerFactoryUtils.getTransactionalEntityManager(factory));
			record(mode);
		}))).isEqualTo(1);
		assertNothingFailed();
	}

	@ParameterizedTest
	@ValueSource(strings = { "first", "second" })
	void whereOneCannotBeUsedTheNextOneIs(String broken) {
		pool.getHikariConfigMXBean().setMaximumPoolSize(2);
		withView(context.getBean("entityManagerFactory", EntityManagerFactory.class),
				(one) -> withView(context.getBean("second", EntityManagerFactory.class), (other) -> {
					read(one);
					read(other);
					(broken.equals("first") ? one : other).unwrap(Session.class)
						.doWork((connection) -> connection.unwrap(Connection.class).abort(Runnable::run));
					assertThat(taken(() -> record(Delivery.TRANSACTIONAL))).isZero();
				}));
		assertNothingFailed();
	}

	private static void read(EntityManager view) {
		view.createNativeQuery("select 1").getSingleResult();
	}

	private static void withView(EntityManagerFactory factory, Consumer<EntityManager> work) {
		EntityManager view = factory.createEntityManager();
		TransactionSynchronizationManager.bindResource(factory, new EntityManagerHolder(view));
		try {
			work.accept(view);
		}
		finally {
			TransactionSynchronizationManager.unbindResource(factory);
			view.close();
		}
	}

	/** Counts the connections that are taken from the pool. */
	static final class Counting extends DelegatingDataSource {

		private final AtomicInteger taken = new AtomicInteger();

		Counting(DataSource pool) {
			super(pool);
		}

		@Override
		public Connection getConnection() throws SQLException {
			this.taken.incrementAndGet();
			return super.getConnection();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@AutoConfigurationPackage(basePackageClasses = PurchaseOrder.class)
	static class Application {

		@Bean
		LazyConnectionDataSourceProxy dataSource() {
			return new LazyConnectionDataSourceProxy(counting);
		}

		@Bean
		@Primary
		LocalContainerEntityManagerFactoryBean entityManagerFactory(EntityManagerFactoryBuilder builder,
				DataSource dataSource) {
			return unit(builder, dataSource, "first", "DELAYED_ACQUISITION_AND_HOLD");
		}

		@Bean
		LocalContainerEntityManagerFactoryBean second(EntityManagerFactoryBuilder builder, DataSource dataSource) {
			return unit(builder, dataSource, "second", "DELAYED_ACQUISITION_AND_HOLD");
		}

		@Bean
		LocalContainerEntityManagerFactoryBean releasing(EntityManagerFactoryBuilder builder, DataSource dataSource) {
			return unit(builder, dataSource, "releasing", "DELAYED_ACQUISITION_AND_RELEASE_AFTER_TRANSACTION");
		}

		private static LocalContainerEntityManagerFactoryBean unit(EntityManagerFactoryBuilder builder,
				DataSource dataSource, String name, String mode) {
			return builder.dataSource(dataSource)
				.packages(PurchaseOrder.class)
				.persistenceUnit(name)
				.properties(Map.of("hibernate.hbm2ddl.auto", "update", "hibernate.connection.handling_mode", mode))
				.build();
		}

	}

}
