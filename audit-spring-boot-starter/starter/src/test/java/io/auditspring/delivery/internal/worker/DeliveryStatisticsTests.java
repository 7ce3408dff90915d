package io.auditspring.delivery.internal.worker;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.sql.DataSource;

import io.auditspring.AuditDeliveryException;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.delivery.internal.outbox.Relay;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.ShopConfiguration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Every entry is counted where it went, once.
 */
class DeliveryStatisticsTests {

	private final DataSource database = TestDatabase.migrated();

	private final AuditLog log = new AuditLog(this.database);

	private ConfigurableApplicationContext context;

	private DeliveryStatistics statistics;

	@AfterEach
	void stop() {
		this.context.close();
	}

	private void start(String... properties) {
		ApplicationContextInitializer<GenericApplicationContext> dataSource = (context) -> context
			.registerBean("dataSource", DataSource.class, () -> ShopConfiguration.pool(this.database));
		this.context = new SpringApplicationBuilder(ShopConfiguration.class).web(WebApplicationType.NONE)
			.initializers(dataSource)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.flyway.enabled=false")
			.properties(properties)
			.run();
		this.statistics = this.context.getBean(DeliveryStatistics.class);
	}

	private void record(String action, Delivery mode) {
		this.context.getBean(AuditRecorder.class).record(AuditRecord.action(action).delivery(mode).build());
	}

	private void awaitDelivered(int entries) {
		this.log.await(entries);
		// The counting follows the commit.
		Awaitility.await().untilAsserted(() -> assertThat(this.statistics.delivered()).isEqualTo(entries));
	}

	@Test
	void everyModeIsCountedFromTheCallToTheLedger() {
		start();
		OrderService orders = this.context.getBean(OrderService.class);
		long id = orders.create("A-1", BigDecimal.ONE).getId();
		orders.payAsync(id);
		orders.paySync(id);
		orders.addLine(id, "pen");
		orders.quick(id);
		assertThatIllegalStateException().isThrownBy(() -> orders.fail(id));
		orders.rollbackOnly(id);
		awaitDelivered(9);
		assertThat(this.statistics.recorded(Delivery.TRANSACTIONAL)).isEqualTo(6);
		assertThat(this.statistics.recorded(Delivery.ASYNC)).isEqualTo(2);
		assertThat(this.statistics.recorded(Delivery.SYNC)).isEqualTo(1);
		assertThat(this.statistics.staged()).isEqualTo(7);
		assertThat(this.statistics.quarantined()).isZero();
		assertThat(this.statistics.lastLoss()).isNull();
	}

	@Test
	void batchesAndTheirLagAreObserved() {
		start();
		List<Integer> batches = new CopyOnWriteArrayList<>();
		List<Duration> lags = new CopyOnWriteArrayList<>();
		this.statistics.observe(new DeliveryStatistics.Observer() {
			@Override
			public void batch(int entries) {
				batches.add(entries);
			}

			@Override
			public void lag(Duration lag) {
				lags.add(lag);
			}
		});
		this.context.getBean(Relay.class).stop();
		for (int i = 0; i < 3; i++) {
			record("waits", Delivery.TRANSACTIONAL);
		}
		this.context.getBean(Relay.class).start();
		awaitDelivered(3);
		// They are observed once they are counted.
		Awaitility.await().untilAsserted(() -> assertThat(lags).hasSize(3));
		assertThat(batches).containsExactly(3);
		assertThat(lags).allSatisfy((lag) -> assertThat(lag).isBetween(Duration.ZERO, Duration.ofMinutes(1)));
	}

	@Test
	void whatTheLedgerRefusesIsQuarantinedInEveryMode() {
		start("audit.batch.linger=100ms");
		this.log.jdbc().execute("alter table audit.audit_log add check (action <> 'poison')");
		for (Delivery mode : List.of(Delivery.TRANSACTIONAL, Delivery.ASYNC, Delivery.SYNC)) {
			record("poison", mode);
			record("fine", mode);
		}
		awaitDelivered(3);
		Awaitility.await().until(() -> this.statistics.quarantined() == 3);
		assertThat(this.statistics.lastLoss()).isNull();
	}

	@Test
	void whatCannotBeStoredAtOnceIsCountedByReasonAndKept() {
		start("audit.failure-policy=propagate");
		this.log.jdbc().execute("alter table audit.audit_outbox add check (entries not like '%poison%')");
		assertThatExceptionOfType(AuditDeliveryException.class)
			.isThrownBy(() -> record("poison", Delivery.TRANSACTIONAL));
		assertThat(this.statistics.failed(FailureReason.REFUSED)).isEqualTo(1);
		assertThat(this.statistics.lastFailure()).extracting(DeliveryStatistics.Failure::what)
			.asString()
			.startsWith("PSQLException 23514");
		// The buffer does not need the outbox.
		awaitDelivered(1);
		assertThat(this.statistics.lastLoss()).isNull();
	}

	@Test
	void workersTellThatTheyFailAndThatTheyRecovered() {
		start("audit.relay.poll-interval=20ms");
		WorkerStatus relay = this.context.getBean(Relay.class).status();
		assertThat(relay.isDead()).isFalse();
		this.log.jdbc().execute("alter table audit.audit_outbox rename to away");
		Awaitility.await().until(() -> relay.failingSince() != null);
		assertThat(relay.retries()).isPositive();
		assertThat(relay.lastFailure()).extracting(DeliveryStatistics.Failure::what)
			.asString()
			.isEqualTo("PSQLException 42P01");
		this.log.jdbc().execute("alter table audit.away rename to audit_outbox");
		Awaitility.await().untilAsserted(() -> assertThat(relay.failingSince()).isNull());
	}

}
