package io.auditspring.host;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditTrail;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.PurchaseOrderRepository;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManager;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A host that does everything its own way is not disturbed.
 */
class HostApplicationTests {

	private static ConfigurableApplicationContext start(String... properties) {
		return new SpringApplicationBuilder(HostConfiguration.class).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.jpa.hibernate.ddl-auto=validate",
					"spring.flyway.locations=classpath:host/migration", "spring.jpa.open-in-view=false")
			.properties(properties)
			.run();
	}

	private static void assertThatACallIsAudited(ConfigurableApplicationContext context, String schema) {
		OrderService orders = context.getBean(OrderService.class);
		long id = orders.create("H-1", BigDecimal.ONE).getId();
		orders.pay(id, "acc");
		AuditLog log = new AuditLog(context.getBean(DataSource.class), schema);
		List<Map<String, Object>> entries = log.await(2);
		assertThat(entries).extracting("revision").containsExactly(1L, 2L);
		assertThat(log.jdbc().queryForList("select number from host_revision order by number", Long.class))
			.containsExactly(1L, 2L);
		AuditTrail trail = context.getBean(AuditTrail.class);
		assertThat(trail.trail("PurchaseOrder", id)).extracting(AuditEntry::getAction)
			.containsExactly("order.pay", "order.create");
		assertThat(trail.verify().valid()).isTrue();
	}

	@Test
	void itsMigrationsScanningRepositoriesRevisionEntityAndSchemaValidationWork() {
		try (ConfigurableApplicationContext context = start()) {
			assertThatACallIsAudited(context, "audit");
			assertThat(context.getBean(PurchaseOrderRepository.class).count()).isOne();
			AuditLog log = new AuditLog(context.getBean(DataSource.class));
			assertThat(log.jdbc().queryForList("select script from flyway_schema_history", String.class))
				.containsExactly("V1__host.sql");
			assertThat(log.jdbc()
				.queryForList("select script from audit.audit_schema_history where version = '1'", String.class))
				.containsExactly("V1__tables.sql");
		}
	}

	@Test
	void theAuditEntityCanBeUsedInItsOwnQueries() {
		try (ConfigurableApplicationContext context = start()) {
			assertThatACallIsAudited(context, "audit");
			assertThat(context.getBean(EntityManager.class)
				.createQuery("select e from AuditEntry e where e.action = 'order.pay'", AuditEntry.class)
				.getResultList()).hasSize(1);
		}
	}

	@Test
	void theLedgerMayLiveInAnotherSchema() {
		try (ConfigurableApplicationContext context = start("audit.schema=trail")) {
			assertThatACallIsAudited(context, "trail");
		}
	}

	@Test
	void theLedgerMayShareTheSchemaOfTheHost() {
		try (ConfigurableApplicationContext context = start("audit.schema=public")) {
			assertThatACallIsAudited(context, "public");
		}
	}

	@Test
	void everythingMayBeLazy() {
		try (ConfigurableApplicationContext context = start("spring.main.lazy-initialization=true")) {
			assertThatACallIsAudited(context, "audit");
		}
	}

	@Test
	void openInViewMayBeOnAndAutoCommitOff() {
		try (ConfigurableApplicationContext context = start("spring.jpa.open-in-view=true", "host.auto-commit=false")) {
			assertThatACallIsAudited(context, "audit");
		}
	}

	/**
	 * As Spring's tests do with a context that no class needs for a while, and Spring
	 * Cloud at its endpoint for a restart.
	 */
	@Test
	void pausedOrStoppedAndStartedAgainItGoesOn() {
		try (ConfigurableApplicationContext context = start()) {
			AuditLog log = new AuditLog(context.getBean(DataSource.class));
			leaveTwo(context);
			log.await(2);
			context.pause();
			context.restart();
			leaveTwo(context);
			log.await(4);
			context.stop();
			context.start();
			leaveTwo(context);
			log.await(6);
		}
	}

	private static void leaveTwo(ConfigurableApplicationContext context) {
		context.getBean(OrderService.class).create("P-" + System.nanoTime(), BigDecimal.ONE);
		context.getBean(AuditRecorder.class)
			.record(AuditRecord.action("backup.completed").delivery(Delivery.ASYNC).build());
	}

	@Test
	void droppingItsOwnTablesNeverTouchesTheLedger() {
		DataSource database = TestDatabase.newDatabase();
		for (int run = 1; run <= 2; run++) {
			try (HikariDataSource pool = ShopConfiguration.pool(database);
					ConfigurableApplicationContext context = new SpringApplicationBuilder(ShopConfiguration.class)
						.web(WebApplicationType.NONE)
						.initializers((ConfigurableApplicationContext initialized) -> initialized.getBeanFactory()
							.registerSingleton("dataSource", pool))
						.properties("spring.jpa.hibernate.ddl-auto=create-drop", "spring.main.banner-mode=off")
						.run()) {
				context.getBean(OrderService.class).create("H-1", BigDecimal.ONE);
				new AuditLog(database).await(run);
			}
		}
	}

	/**
	 * The host.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EntityScan(basePackageClasses = { PurchaseOrder.class, HostRevision.class })
	@EnableJpaRepositories(basePackageClasses = PurchaseOrderRepository.class)
	static class HostConfiguration {

		@Bean
		DataSource dataSource(@Value("${host.auto-commit:true}") boolean autoCommit) {
			HikariConfig config = new HikariConfig();
			config.setDataSource(TestDatabase.newDatabase());
			config.setAutoCommit(autoCommit);
			return new HikariDataSource(config);
		}

		@Bean
		OrderService orderService(PurchaseOrderRepository orders, EntityManager entityManager) {
			return new OrderService(orders, entityManager);
		}

	}

}
