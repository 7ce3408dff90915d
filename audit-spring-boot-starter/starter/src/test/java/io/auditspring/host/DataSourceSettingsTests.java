package io.auditspring.host;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.TestDatabase;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.PurchaseOrderRepository;
import jakarta.persistence.EntityManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What an application may say of its connections.
 */
@ExtendWith(OutputCaptureExtension.class)
class DataSourceSettingsTests {

	private final DataSource database = TestDatabase.newDatabase();

	private ConfigurableApplicationContext start(String... properties) {
		return new SpringApplicationBuilder(Shop.class).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.flyway.enabled=false", "spring.application.name=shop",
					"management.health.db.enabled=false", "spring.datasource.username=postgres",
					"spring.datasource.url=" + ((PGSimpleDataSource) this.database).getURL())
			.properties(properties)
			.run();
	}

	@Test
	void aSchemaARoleALazyProxyAndManagementBeans() {
		JdbcTemplate jdbc = new JdbcTemplate(this.database);
		String name = ((PGSimpleDataSource) this.database).getDatabaseName();
		for (String statement : List.of("create role \"Shop-%1$s\"", "grant \"Shop-%1$s\" to postgres",
				"grant create on database %1$s to \"Shop-%1$s\"",
				"create schema \"Shop\" authorization \"Shop-%1$s\"")) {
			jdbc.execute(statement.formatted(name));
		}
		try (ConfigurableApplicationContext context = start("spring.datasource.hikari.schema=Shop",
				"spring.datasource.hikari.connection-init-sql=set role \"Shop-" + name + "\"",
				"spring.datasource.connection-fetch=lazy", "spring.jpa.hibernate.ddl-auto=create",
				"spring.jmx.enabled=true", "spring.datasource.hikari.register-mbeans=true",
				"management.endpoints.jmx.exposure.include=*")) {
			context.getBean(OrderService.class).create("D-1", BigDecimal.ONE);
			List<Map<String, Object>> entries = new AuditLog(this.database).await(1);
			assertThat(entries.get(0)).containsEntry("action", "order.create").containsEntry("outcome", "success");
			assertThat(entries.get(0).get("after_state")).isNotNull();
		}
		assertThat(
				jdbc.queryForList("select distinct tableowner from pg_tables where schemaname = 'audit'", String.class))
			.containsExactly("Shop-" + name);
		assertThat(jdbc.queryForObject("select count(*) from \"Shop\".purchase_order", Long.class)).isOne();
	}

	@Test
	void connectionsThatMayOnlyReadAreRefusedClearly(CapturedOutput output) {
		assertThatThrownBy(() -> start("spring.datasource.hikari.read-only=true")).rootCause()
			.hasMessageContaining("read-only");
		assertThat(output).contains("APPLICATION FAILED TO START", "Make connections that may write");
	}

	/**
	 * An application whose data source Spring Boot makes.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EntityScan(basePackageClasses = PurchaseOrderRepository.class)
	@EnableJpaRepositories(basePackageClasses = PurchaseOrderRepository.class)
	static class Shop {

		@Bean
		OrderService orderService(PurchaseOrderRepository orders, EntityManager entityManager) {
			return new OrderService(orders, entityManager);
		}

	}

}
