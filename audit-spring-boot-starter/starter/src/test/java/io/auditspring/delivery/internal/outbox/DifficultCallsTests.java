package io.auditspring.delivery.internal.outbox;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
import io.auditspring.delivery.internal.buffer.AsyncBuffer;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.PurchaseOrderRepository;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Calls that change the thread, bypass the method, run in somebody else's callbacks or
 * meet a database that does not cooperate.
 */
class DifficultCallsTests {

	private static final AtomicBoolean OUT_OF_MEMORY = new AtomicBoolean();

	private final DataSource database = TestDatabase.newDatabase();

	private final AuditLog log = new AuditLog(this.database);

	private final HikariConfig pool = new HikariConfig();

	private ConfigurableApplicationContext context;

	private Calls calls;

	@AfterEach
	void stop() {
		this.context.close();
	}

	private void start(Class<?> configuration, String... properties) {
		this.pool.setDataSource(this.database);
		this.pool.setConnectionTimeout(5_000);
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

	private TransactionTemplate transaction() {
		return new TransactionTemplate(this.context.getBean(PlatformTransactionManager.class));
	}

	private List<String> outcomes(int count) {
		return this.log.await(count).stream().map((entry) -> entry.get("action") + " " + entry.get("outcome")).toList();
	}

	@Test
	void asynchronousCallsLeaveTheirEntriesWhereverTheyRun() throws Exception {
		start(Shop.class);
		this.calls.async(false).get();
		assertThat(catchThrowable(() -> this.calls.async(true).get())).isNotNull();
		this.calls.asyncInTransaction(false).get();
		assertThat(catchThrowable(() -> this.calls.asyncInTransaction(true).get())).isNotNull();
		this.calls.asyncBuffered().get();
		assertThat(outcomes(5)).containsExactlyInAnyOrder("async success", "async failure", "asyncTx success",
				"asyncTx failure", "asyncBuffered success");
	}

	@Test
	void anAnswerFromTheCacheIsACallToo() {
		start(Shop.class);
		this.calls.cached("k");
		this.calls.cached("k");
		assertThat(outcomes(2)).containsExactly("cached success", "cached success");
	}

	@Test
	void anErrorWhileEntriesAreMovedLosesNothing() {
		start(Shop.class);
		OUT_OF_MEMORY.set(true);
		this.calls.plain();
		this.calls.plain();
		assertThat(outcomes(2)).hasSize(2);
	}

	@Test
	void whatIsRolledBackToASavepointIsAFailure() {
		start(Jdbc.class);
		TransactionTemplate nested = transaction();
		nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
		transaction().executeWithoutResult((status) -> {
			this.calls.plain();
			nested.executeWithoutResult((inner) -> {
				this.calls.inTransaction();
				inner.setRollbackOnly();
			});
			this.calls.nestedRollback();
		});
		assertThat(outcomes(3)).containsExactly("plain success", "inTransaction failure", "nestedRollback failure");
	}

	@Test
	void synchronousDeliveryIsChainedOnReturnWhileTheRelayRuns() {
		start(Shop.class);
		for (int i = 1; i <= 200; i++) {
			this.calls.synchronous();
			assertThat(this.log.count()).isEqualTo(i);
		}
	}

	@Test
	void aValueThatCannotBeWrittenCostsNothingElse() {
		start(Shop.class);
		this.calls.odd();
		assertThat((String) this.log.await(1).get(0).get("metadata")).contains("\"fine\": 1",
				"not representable in JSON");
	}

	@Test
	void callsInAfterCommitListenersNeedNoSecondConnection() throws Exception {
		this.pool.setMaximumPoolSize(3);
		start(Shop.class);
		this.context.getBean(Relay.class).stop();
		this.context.getBean(AsyncBuffer.class).stop();
		ExecutorService threads = Executors.newFixedThreadPool(3);
		CyclicBarrier allHoldAConnection = new CyclicBarrier(3);
		List<Future<?>> futures = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			futures.add(threads.submit(() -> transaction().executeWithoutResult((status) -> {
				touchTheDatabase();
				await(allHoldAConnection);
				this.context.publishEvent("done");
			})));
		}
		for (Future<?> future : futures) {
			future.get();
		}
		threads.shutdown();
		assertThat(this.log.staged()).isEqualTo(3);
	}

	@Test
	void callersThatHoldAllConnectionsDoNotWaitForAFullBuffer() throws Exception {
		this.pool.setMaximumPoolSize(3);
		start(Shop.class, "audit.async.capacity=1", "audit.batch.size=1", "audit.batch.linger=0");
		this.context.getBean(Relay.class).stop();
		CyclicBarrier allHoldAConnection = new CyclicBarrier(3);
		CountDownLatch ended = new CountDownLatch(3);
		for (int i = 0; i < 3; i++) {
			Thread thread = new Thread(() -> {
				transaction().executeWithoutResult((status) -> {
					touchTheDatabase();
					for (int call = 0; call < 6; call++) {
						this.calls.buffered();
					}
					await(allHoldAConnection);
				});
				ended.countDown();
			});
			thread.setDaemon(true);
			thread.start();
		}
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> ended.getCount() == 0);
		this.context.getBean(Relay.class).start();
		assertThat(outcomes(18)).containsOnly("buffered success");
	}

	@Test
	void aCallInABeforeCommitCallbackIsPartOfTheTransaction() {
		start(Shop.class);
		this.log.jdbc().execute("create table business (a int)");
		this.log.jdbc()
			.execute("alter table audit.audit_outbox add constraint refused check (entries not like '%\"plain\"%')");
		assertThatException().isThrownBy(() -> transaction().executeWithoutResult((status) -> {
			this.context.getBean(EntityManager.class)
				.createNativeQuery("insert into business values (1)")
				.executeUpdate();
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
				@Override
				public void beforeCommit(boolean readOnly) {
					DifficultCallsTests.this.calls.plain();
				}
			});
		}));
		assertThat(this.log.jdbc().queryForObject("select count(*) from business", Long.class)).isZero();
	}

	@Test
	void anEntityManagerOfItsOwnCommitsOnlyWhatItChanged() {
		start(Shop.class);
		EntityManagerFactory factory = this.context.getBean(EntityManagerFactory.class);
		transaction().executeWithoutResult((status) -> {
			this.calls.plain();
			this.calls.ownEntityManager(factory);
			status.setRollbackOnly();
		});
		assertThat(this.log.await(3))
			.extracting((entry) -> entry.get("action") + " " + entry.get("outcome") + " " + entry.get("target_type"))
			.containsExactlyInAnyOrder("own success PurchaseOrder", "plain failure null", "own failure null");
	}

	@Test
	void aCommitThatTheServerRefusesIsAFailureWhateverTheTransactionManagerSays() {
		start(PlainJdbc.class);
		this.log.jdbc()
			.execute("create table business (a int, constraint one unique (a) deferrable initially deferred)");
		assertThatException().isThrownBy(() -> this.calls.duplicate());
		assertThat(outcomes(1)).containsExactly("duplicate failure");
	}

	@Test
	void aSuppressedCallSuppressesTheEntriesOfItsEntitiesToo() {
		start(Shop.class);
		long id = this.context.getBean(OrderService.class).create("A-1", BigDecimal.ONE).getId();
		this.calls.skipped(id);
		this.calls.conditional(id, false);
		this.calls.conditional(id, true);
		assertThat(outcomes(3)).containsExactly("order.create success", "conditional success", "conditional success");
	}

	@Test
	void aCircleOfBeansKeepsItsTransactionsAndItsEntries() {
		start(Circular.class, "spring.main.allow-circular-references=true");
		Self self = this.context.getBean(Self.class);
		assertThat(self.isInTransaction()).isTrue();
		self.callItself();
		assertThat(outcomes(1)).containsExactly("self success");
	}

	@Test
	void anArgumentMayBeCalledLikeABuiltInVariable() {
		start(Shop.class);
		this.calls.named("T1");
		assertThat(this.log.await(1).get(0)).containsEntry("target_id", "T1");
	}

	@Test
	void carelessUseOfTheContextAndABrokenRequestBreakNoCall() {
		start(BrokenRequest.class);
		assertThat(this.calls.careless()).isEqualTo("fine");
		assertThat(outcomes(1)).containsExactly("careless success");
	}

	@Test
	void aBatchThatIsPartlyRefusedIsNotWrittenTwice() {
		start(Shop.class, "audit.batch.linger=300ms");
		this.log.jdbc().execute("create sequence attempts");
		this.log.jdbc().execute("""
				create function refuse() returns trigger language plpgsql as $$
				begin
					if new.action = 'named' then
						raise exception 'poison' using errcode = '22000';
					end if;
					if new.action = 'odd' and nextval('public.attempts') < 2 then
						raise exception 'not now' using errcode = '53100';
					end if;
					return new;
				end $$
				""");
		this.log.jdbc()
			.execute("create trigger refuse before insert on audit.audit_log for each row execute function refuse()");
		this.calls.buffered();
		this.calls.namedBuffered();
		this.calls.oddBuffered();
		assertThat(outcomes(2)).containsExactlyInAnyOrder("buffered success", "odd success");
		assertThat(this.log.jdbc().queryForObject("select count(*) from audit.audit_quarantine", Long.class)).isOne();
	}

	@Test
	void theValuesOfARefusedRowAreInNoEntry() {
		start(Shop.class);
		this.log.jdbc().execute("alter table purchase_order add constraint tokens unique (access_token)");
		this.calls.insert("A-1", "tok-4711");
		assertThatException().isThrownBy(() -> this.calls.insert("A-2", "tok-4711"));
		assertThat(this.log.await(2).get(1)).containsEntry("outcome", "failure")
			.extractingByKey("error")
			.asString()
			.contains("tokens")
			.doesNotContain("tok-4711");
	}

	private void touchTheDatabase() {
		this.context.getBean(EntityManager.class).createNativeQuery("select 1").getSingleResult();
	}

	private static void await(CyclicBarrier barrier) {
		try {
			barrier.await();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
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
