package io.auditspring.delivery;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.TestDatabase;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.query.AuditTrail;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.ShopConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many callers at once: every call has its entry, and the chain has no gap.
 */
class ConcurrentDeliveryTests {

	private static final int THREADS = 8;

	private static final int CALLS = 1_000;

	private final DataSource database = TestDatabase.migrated();

	private final AuditLog log = new AuditLog(this.database);

	private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

	private ConfigurableApplicationContext context;

	private long id;

	@BeforeEach
	void start() {
		this.context = start("create");
		this.id = this.context.getBean(OrderService.class).create("A-1", BigDecimal.TEN).getId();
		this.log.await(1);
	}

	@AfterEach
	void stop() {
		this.threads.shutdownNow();
		this.context.close();
	}

	private ConfigurableApplicationContext start(String ddl, String... properties) {
		ApplicationContextInitializer<GenericApplicationContext> pool = (context) -> context.registerBean("dataSource",
				DataSource.class, () -> ShopConfiguration.pool(this.database));
		return new SpringApplicationBuilder(ShopConfiguration.class).web(WebApplicationType.NONE)
			.initializers(pool)
			.properties("spring.jpa.hibernate.ddl-auto=" + ddl, "spring.main.banner-mode=off")
			.properties(properties)
			.run();
	}

	private void callFromAllThreads(int calls, LongConsumer... works) throws Exception {
		List<Future<?>> running = new ArrayList<>();
		for (int i = 0; i < THREADS; i++) {
			LongConsumer work = works[i % works.length];
			running.add(this.threads.submit(() -> {
				for (int call = 0; call < calls; call++) {
					work.accept(this.id);
				}
			}));
		}
		for (Future<?> future : running) {
			future.get();
		}
	}

	private void assertChainOf(int entries) {
		this.log.await(entries);
		List<ChainVerification> chains = this.context.getBean(AuditTrail.class).verify().chains();
		assertThat(chains).singleElement().satisfies((chain) -> {
			assertThat(chain.problems()).isEmpty();
			assertThat(chain.entries()).isEqualTo(entries);
		});
		assertThat(this.log.jdbc()
			.queryForObject("select max(seq) + 1 = count(*) and count(distinct id) = count(*) from audit.audit_log",
					Boolean.class))
			.isTrue();
	}

	@Test
	@Tag("thorough")
	void transactionalDeliveryKeepsEachOfEightThousandCalls() throws Exception {
		callFromAllThreads(CALLS, this.context.getBean(OrderService.class)::read);
		assertChainOf(THREADS * CALLS + 1);
	}

	@Test
	@Tag("thorough")
	void asynchronousDeliveryKeepsEachOfEightThousandCalls() throws Exception {
		callFromAllThreads(CALLS, this.context.getBean(OrderService.class)::quick);
		assertChainOf(THREADS * CALLS + 1);
	}

	@Test
	void twoInstancesShareOneChain() throws Exception {
		try (ConfigurableApplicationContext other = start("none", "audit.service-name=other")) {
			OrderService here = this.context.getBean(OrderService.class);
			OrderService there = other.getBean(OrderService.class);
			callFromAllThreads(CALLS / 2, here::quick, there::quick, here::read, there::read);
			assertChainOf(THREADS * CALLS / 2 + 1);
		}
		assertThat(this.log.jdbc()
			.queryForList("select distinct service from audit.audit_log where service is not null", String.class))
			.containsExactly("other");
	}

	@Test
	void aGracefulStopWritesWhatIsStillBuffered() throws Exception {
		callFromAllThreads(CALLS / 10, this.context.getBean(OrderService.class)::quick);
		this.context.close();
		assertThat(this.log.count()).isEqualTo(THREADS * CALLS / 10 + 1);
	}

	@Test
	void aStopDoesNotWaitForABatchToFill() throws Exception {
		try (ConfigurableApplicationContext patient = start("none", "audit.batch.linger=1h")) {
			patient.getBean(OrderService.class).quick(this.id);
		}
		assertThat(this.log.entries()).last().extracting("action").isEqualTo("order.quick");
	}

	@Test
	void aFullBufferMakesCallersWaitAndLosesNothing() throws Exception {
		try (ConfigurableApplicationContext small = start("none", "audit.async.capacity=2", "audit.batch.size=3",
				"audit.batch.linger=0")) {
			callFromAllThreads(CALLS / 10, small.getBean(OrderService.class)::quick);
			assertChainOf(THREADS * CALLS / 10 + 1);
		}
	}

	@Test
	void aFullBufferMayLetCallersWriteThemselves() throws Exception {
		try (ConfigurableApplicationContext small = start("none", "audit.async.capacity=1",
				"audit.async.overflow=sync")) {
			callFromAllThreads(CALLS / 20, small.getBean(OrderService.class)::quick);
			assertChainOf(THREADS * CALLS / 20 + 1);
		}
	}

	@Test
	void whatIsDiscardedIsCountedInTheLedger() throws Exception {
		try (ConfigurableApplicationContext small = start("none", "audit.async.capacity=1",
				"audit.async.overflow=discard", "audit.batch.size=1")) {
			callFromAllThreads(CALLS / 10, small.getBean(OrderService.class)::quick);
		}
		Long discarded = this.log.jdbc().queryForObject("""
				select coalesce(sum((metadata ->> 'count')::bigint), 0)
				from audit.audit_log
				where action = 'audit.discarded'
				""", Long.class);
		Long kept = this.log.jdbc()
			.queryForObject("select count(*) from audit.audit_log where action = 'order.quick'", Long.class);
		assertThat(discarded).isPositive();
		assertThat(kept + discarded).isEqualTo(THREADS * CALLS / 10);
	}

}
