package io.auditspring.delivery;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.PurchaseOrderRepository;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * A pool of four, and four requests at once whose sessions stay open for the view: each
 * has read something and holds a connection when it makes its audited call. None waits
 * for a second one.
 */
class HeldConnectionTests {

	private static final int POOL = 4;

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	@BeforeAll
	static void start() {
		DataSource database = TestDatabase.newDatabase();
		log = new AuditLog(database);
		context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.initializers((context) -> context.getBeanFactory().registerSingleton("database", new Database(database)))
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off")
			.run();
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@ParameterizedTest
	@EnumSource
	void nobodyWaitsForASecondConnection(Kind kind) throws Exception {
		for (Delivery mode : List.of(Delivery.TRANSACTIONAL, Delivery.ASYNC, Delivery.SYNC)) {
			int before = (int) log.count();
			CyclicBarrier barrier = new CyclicBarrier(POOL);
			ExecutorService requests = Executors.newFixedThreadPool(POOL);
			List<Future<?>> answers = new ArrayList<>();
			for (int i = 0; i < POOL; i++) {
				String reference = kind + "-" + mode + "-" + i;
				answers.add(requests.submit(() -> request(barrier, () -> kind.call.accept(new Call(reference, mode)))));
			}
			for (Future<?> answer : answers) {
				answer.get(30, TimeUnit.SECONDS);
			}
			requests.shutdown();
			List<Map<String, Object>> entries = log.await(before + POOL * kind.entries);
			assertThat(entries).filteredOn((entry) -> "failure".equals(entry.get("outcome")))
				.allMatch((entry) -> "order.fail".equals(entry.get("action")));
		}
		assertThat(context.getBean(DeliveryStatistics.class).lastFailure()).isNull();
	}

	private static Void request(CyclicBarrier barrier, Runnable call) throws Exception {
		EntityManagerFactory factory = context.getBean(EntityManagerFactory.class);
		EntityManager view = factory.createEntityManager();
		TransactionSynchronizationManager.bindResource(factory, new EntityManagerHolder(view));
		try {
			context.getBean(PurchaseOrderRepository.class).count();
			barrier.await(10, TimeUnit.SECONDS);
			call.run();
		}
		finally {
			TransactionSynchronizationManager.unbindResource(factory);
			view.close();
		}
		return null;
	}

	private static void record(Call call) {
		context.getBean(AuditRecorder.class)
			.record(AuditRecord.action("note").targetName(call.reference()).delivery(call.mode()).build());
	}

	private static TransactionTemplate transaction(int propagation, boolean readOnly) {
		TransactionTemplate transaction = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
		transaction.setPropagationBehavior(propagation);
		transaction.setReadOnly(readOnly);
		return transaction;
	}

	record Call(String reference, Delivery mode) {

	}

	/** What a request does. */
	enum Kind {

		WITHOUT_TRANSACTION(1, HeldConnectionTests::record),

		IN_A_TRANSACTION(1,
				(call) -> transaction(TransactionDefinition.PROPAGATION_REQUIRED, false)
					.executeWithoutResult((status) -> record(call))),

		IN_A_READ_ONLY_TRANSACTION(1, (call) -> transaction(TransactionDefinition.PROPAGATION_REQUIRED, true)
			.executeWithoutResult((status) -> {
				context.getBean(PurchaseOrderRepository.class).count();
				record(call);
			})),

		ROLLED_BACK(1, (call) -> transaction(TransactionDefinition.PROPAGATION_REQUIRED, false)
			.executeWithoutResult((status) -> {
				context.getBean(AuditRecorder.class)
					.record(AuditRecord.action("order.fail").delivery(call.mode()).build());
				status.setRollbackOnly();
			})),

		AUDITED_CALL(1, (call) -> context.getBean(OrderService.class).create(call.reference(), BigDecimal.ONE)),

		FAILING_CALL(2, (call) -> {
			PurchaseOrder order = context.getBean(OrderService.class).create(call.reference(), BigDecimal.ONE);
			assertThatIllegalStateException().isThrownBy(() -> context.getBean(OrderService.class).fail(order.getId()));
		});

		private final int entries;

		private final Consumer<Call> call;

		Kind(int entries, Consumer<Call> call) {
			this.entries = entries;
			this.call = call;
		}

	}

	record Database(DataSource dataSource) {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@AutoConfigurationPackage(basePackageClasses = PurchaseOrder.class)
	static class Application {

		@Bean
		OrderService orderService(PurchaseOrderRepository orders, EntityManager entityManager) {
			return new OrderService(orders, entityManager);
		}

		@Bean
		HikariDataSource pool(Database database) {
			HikariDataSource pool = ShopConfiguration.pool(database.dataSource());
			pool.setMaximumPoolSize(POOL);
			pool.setConnectionTimeout(3_000);
			return pool;
		}

	}

}
