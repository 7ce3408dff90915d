package io.auditspring.intercept.internal.call;

import java.math.BigDecimal;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.ShopConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.annotation.EnableTransactionManagement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The entry is part of the transaction, whatever the order of its advisor.
 */
class TransactionOrderTests {

	private static void assertThatEntriesAreInsideTheTransaction(Class<?> configuration) {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(configuration)
			.web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off")
			.run()) {
			OrderService orders = context.getBean(OrderService.class);
			AuditLog log = new AuditLog(context.getBean(DataSource.class));
			long id = orders.create("A-1", BigDecimal.ONE).getId();
			log.await(1);
			log.jdbc()
				.execute("alter table audit.audit_outbox add constraint full_up check (entries not like '%acc-bad%')");
			// The outbox refuses, so the business change must not be committed either.
			assertThatException().isThrownBy(() -> orders.pay(id, "acc-bad"));
			assertThat(orders.read(id).getStatus()).isEqualTo("NEW");
			orders.pay(id, "acc-good");
			assertThatIllegalStateException().isThrownBy(() -> orders.fail(id));
			// What the outbox refused of the failed call is kept, and written when it can
			// be.
			assertThat(log.await(5)).extracting((entry) -> entry.get("action") + " " + entry.get("outcome"))
				.containsExactlyInAnyOrder("order.create success", "order.pay failure", "order.read success",
						"order.pay success", "order.fail failure");
			assertThat(log.entries())
				.filteredOn(
						(entry) -> entry.get("action").equals("order.pay") && entry.get("outcome").equals("success"))
				.singleElement()
				.satisfies((paid) -> assertThat(paid.get("revision")).isNotNull());
		}
	}

	@Test
	void withTheDefaultOrder() {
		assertThatEntriesAreInsideTheTransaction(ShopConfiguration.class);
	}

	@Test
	void withTransactionsOutermost() {
		assertThatEntriesAreInsideTheTransaction(Outermost.class);
	}

	@Test
	void withTransactionsInTheMiddle() {
		assertThatEntriesAreInsideTheTransaction(Middle.class);
	}

	@Test
	void withTransactionsInnermost() {
		assertThatEntriesAreInsideTheTransaction(Innermost.class);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(order = Ordered.HIGHEST_PRECEDENCE)
	@EnableAsync
	static class Outermost extends ShopConfiguration {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(order = 0)
	static class Middle extends ShopConfiguration {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(order = Ordered.LOWEST_PRECEDENCE)
	@EnableAsync
	static class Innermost extends ShopConfiguration {

	}

}
