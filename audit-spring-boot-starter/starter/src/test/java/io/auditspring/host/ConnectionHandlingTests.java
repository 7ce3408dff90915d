package io.auditspring.host;

import java.math.BigDecimal;
import java.util.List;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.AuditSetupException;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.PurchaseOrderRepository;
import io.auditspring.shop.ShopConfiguration;
import org.hibernate.resource.jdbc.spi.PhysicalConnectionHandlingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * However Hibernate holds on to its connections.
 */
class ConnectionHandlingTests {

	private static ConfigurableApplicationContext start(PhysicalConnectionHandlingMode mode, String... properties) {
		return new SpringApplicationBuilder(ShopConfiguration.class).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.jpa.hibernate.ddl-auto=create",
					"spring.flyway.enabled=false", "spring.jpa.properties.hibernate.connection.handling_mode=" + mode)
			.properties(properties)
			.run();
	}

	private static List<String> statusAfterPaying(ConfigurableApplicationContext context) {
		OrderService orders = context.getBean(OrderService.class);
		long id = orders.create("C-1", BigDecimal.ONE).getId();
		orders.pay(id, "acc-1");
		return new JdbcTemplate(context.getBean(DataSource.class)).queryForList("select status from purchase_order",
				String.class);
	}

	@ParameterizedTest
	@EnumSource(names = { "IMMEDIATE_ACQUISITION_AND_HOLD", "DELAYED_ACQUISITION_AND_HOLD",
			"DELAYED_ACQUISITION_AND_RELEASE_AFTER_TRANSACTION" })
	void whatCommitsIsRecorded(PhysicalConnectionHandlingMode mode) {
		try (ConfigurableApplicationContext context = start(mode)) {
			assertThat(statusAfterPaying(context)).containsExactly("PAID");
			assertThat(new AuditLog(context.getBean(DataSource.class)).await(2)).extracting("outcome")
				.containsOnly("success");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "DELAYED_ACQUISITION_AND_RELEASE_AFTER_STATEMENT",
			"DELAYED_ACQUISITION_AND_RELEASE_BEFORE_TRANSACTION_COMPLETION" })
	void whatWouldNotBeCommittedIsRefused(PhysicalConnectionHandlingMode mode) {
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> start(mode).close())
			.havingRootCause()
			.isInstanceOf(AuditSetupException.class)
			.withMessageContaining("hibernate.connection.handling_mode=" + mode)
			.satisfies((failure) -> assertThat(((AuditSetupException) failure).getRemedy())
				.contains("DELAYED_ACQUISITION_AND_RELEASE_AFTER_TRANSACTION", "JTA"));
	}

	@Test
	void nothingIsLostByThat() {
		try (ConfigurableApplicationContext context = start(
				PhysicalConnectionHandlingMode.DELAYED_ACQUISITION_AND_RELEASE_AFTER_STATEMENT,
				"audit.enabled=false")) {
			PurchaseOrderRepository orders = context.getBean(PurchaseOrderRepository.class);
			orders.save(new PurchaseOrder("C-1", BigDecimal.ONE));
			assertThat(orders.count()).isZero();
		}
	}

}
