package io.auditspring.delivery.internal.outbox;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.capture.internal.origin.RequestSource;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.PurchaseOrderRepository;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.junit.jupiter.api.AfterEach;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.data.transaction.ChainedTransactionManager;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Calls of a shop of its own for each test, with a database and a pool of its own.
 */
abstract class CallsOfAShop {

	static final AtomicBoolean OUT_OF_MEMORY = new AtomicBoolean();

	final DataSource database = TestDatabase.migrated();

	final AuditLog log = new AuditLog(this.database);

	final HikariConfig pool = new HikariConfig();

	ConfigurableApplicationContext context;

	Calls calls;

	@AfterEach
	void stop() {
		this.context.close();
	}

	void start(Class<?> configuration, String... properties) {
		this.pool.setDataSource(this.database);
		this.pool.setConnectionTimeout(20_000);
		ApplicationContextInitializer<GenericApplicationContext> dataSource = (context) -> context
			.registerBean("dataSource", DataSource.class, () -> new Failing(new HikariDataSource(this.pool)));
		this.context = new SpringApplicationBuilder(configuration).web(WebApplicationType.NONE)
			.initializers(dataSource)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.flyway.enabled=false")
			.properties(properties)
			.run();
		this.calls = this.context.getBean(Calls.class);
	}

	TransactionTemplate transaction() {
		return new TransactionTemplate(this.context.getBean(PlatformTransactionManager.class));
	}

	List<String> outcomes(int count) {
		return this.log.await(count).stream().map((entry) -> entry.get("action") + " " + entry.get("outcome")).toList();
	}

	/**
	 * The calls.
	 */
	static class Calls {

		@Autowired
		private PurchaseOrderRepository orders;

		@Autowired
		private DataSource dataSource;

		@Audited("plain")
		public void plain() {
		}

		@Transactional
		@Audited("inTransaction")
		public void inTransaction() {
		}

		@Transactional(propagation = Propagation.NESTED)
		@Audited("nestedRollback")
		public void nestedRollback() {
			TransactionAspectSupport.currentTransactionStatus().setRollbackOnly();
		}

		@Async
		@Audited("async")
		public CompletableFuture<String> async(boolean fail) {
			return result(fail);
		}

		@Async
		@Transactional
		@Audited("asyncTx")
		public CompletableFuture<String> asyncInTransaction(boolean fail) {
			return result(fail);
		}

		@Async
		@Transactional
		@Audited(action = "asyncBuffered", delivery = Delivery.ASYNC)
		public CompletableFuture<String> asyncBuffered() {
			return result(false);
		}

		private static CompletableFuture<String> result(boolean fail) {
			if (fail) {
				throw new IllegalStateException("failed");
			}
			return CompletableFuture.completedFuture("done");
		}

		@Cacheable("cache")
		@Audited("cached")
		public String cached(String key) {
			return key;
		}

		@Transactional
		@Audited(action = "sync", delivery = Delivery.SYNC)
		public void synchronous() {
		}

		@Audited(action = "buffered", delivery = Delivery.ASYNC)
		public void buffered() {
		}

		@Audited("odd")
		public void odd() {
			AuditContext.current().metadata("fine", 1).metadata("odd", new Odd());
		}

		@Audited(action = "odd", delivery = Delivery.ASYNC)
		public void oddBuffered() {
		}

		@Audited("listener")
		public void listened() {
		}

		@Audited("own")
		public void ownEntityManager(EntityManagerFactory factory) {
			try (EntityManager own = factory.createEntityManager()) {
				own.getTransaction().begin();
				own.persist(new PurchaseOrder("own", BigDecimal.ONE));
				own.getTransaction().commit();
			}
		}

		@Transactional
		@Audited("duplicate")
		public void duplicate() {
			new JdbcTemplate(this.dataSource).update("insert into business values (1), (1)");
		}

		@Transactional
		@Audited("withdrawn")
		public void withdrawn() {
			new JdbcTemplate(this.dataSource).update("insert into business values (1)");
			TransactionAspectSupport.currentTransactionStatus().setRollbackOnly();
		}

		@Audited("skipped")
		public void skipped(long id) {
			AuditContext.current().skip();
			save(id, "skipped");
		}

		@Audited(action = "conditional", condition = "#on")
		public void conditional(long id, boolean on) {
			save(id, "conditional " + on);
		}

		private void save(long id, String status) {
			PurchaseOrder order = this.orders.findById(id).orElseThrow();
			order.setStatus(status);
			this.orders.save(order);
		}

		@Audited(action = "named", targetType = "T", targetId = "#target")
		public void named(String target) {
		}

		@Audited(action = "named", delivery = Delivery.ASYNC)
		public void namedBuffered() {
		}

		@Audited("careless")
		public String careless() {
			AuditContext.current().related("Box", null);
			return "fine";
		}

		@Transactional
		@Audited("insert")
		public void insert(String reference, String token) {
			PurchaseOrder order = new PurchaseOrder(reference, BigDecimal.ONE);
			order.setAccessToken(token);
			this.orders.save(order);
		}

	}

	static class Odd {

		public String getName() {
			throw new IllegalStateException("no name");
		}

	}

	static class Listener {

		private final Calls calls;

		Listener(Calls calls) {
			this.calls = calls;
		}

		@TransactionalEventListener
		public void on(String event) {
			this.calls.listened();
		}

	}

	static class Self {

		@Autowired
		private Self self;

		@Transactional
		public boolean isInTransaction() {
			return TransactionSynchronizationManager.isActualTransactionActive();
		}

		@Transactional
		@Audited("self")
		public void audited() {
		}

		void callItself() {
			this.self.audited();
		}

	}

	/**
	 * A data source that runs out of memory once it is asked for the copy interface.
	 */
	static class Failing extends DelegatingDataSource implements AutoCloseable {

		private final HikariDataSource pool;

		Failing(HikariDataSource pool) {
			super(pool);
			this.pool = pool;
		}

		@Override
		public void close() {
			this.pool.close();
		}

		@Override
		public Connection getConnection() throws SQLException {
			Connection connection = super.getConnection();
			return (Connection) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Connection.class },
					(proxy, method, arguments) -> {
						if (method.getName().equals("unwrap") && OUT_OF_MEMORY.compareAndSet(true, false)) {
							throw new OutOfMemoryError("test");
						}
						try {
							return method.invoke(connection, arguments);
						}
						catch (InvocationTargetException ex) {
							throw ex.getCause();
						}
					});
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	@EnableCaching
	static class Shop extends ShopConfiguration {

		@Bean
		Calls calls() {
			return new Calls();
		}

		@Bean
		Listener listener(Calls calls) {
			return new Listener(calls);
		}

		@Bean
		ConcurrentMapCacheManager cacheManager() {
			return new ConcurrentMapCacheManager();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Jdbc extends Shop {

		@Bean
		PlatformTransactionManager transactionManager(DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PlainJdbc extends Shop {

		@Bean
		PlatformTransactionManager transactionManager(DataSource dataSource) {
			return new DataSourceTransactionManager(dataSource);
		}

	}

	/**
	 * Whose manager hands on to others that are no beans.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Chained extends Shop {

		@Bean
		@SuppressWarnings("deprecation")
		PlatformTransactionManager transactionManager(EntityManagerFactory factory) {
			return new ChainedTransactionManager(new JdbcTransactionManager(new HikariDataSource(pool())),
					new JpaTransactionManager(factory));
		}

		private static HikariConfig pool() {
			HikariConfig config = new HikariConfig();
			config.setDataSource(TestDatabase.newDatabase());
			config.setMaximumPoolSize(1);
			return config;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Circular extends Shop {

		@Bean
		Self self() {
			return new Self();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class BrokenRequest extends Shop {

		@Bean
		RequestSource requests() {
			return () -> {
				throw new IllegalStateException("recycled");
			};
		}

	}

}
