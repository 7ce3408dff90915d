package io.auditspring.host;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.query.AuditTrail;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.ShopConfiguration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

/**
 * An application without Envers, Spring Security, a web server and Flyway support of its
 * own. Runs with a class path of its own.
 */
@Tag("bare")
class BareApplicationTests {

	@Test
	void callsAreAuditedWithEverythingButState() {
		assertThat(List.of("org.hibernate.envers.Audited", "org.springframework.security.core.Authentication",
				"jakarta.servlet.Servlet", "org.springframework.web.context.request.RequestContextHolder"))
			.noneMatch((name) -> ClassUtils.isPresent(name, getClass().getClassLoader()));
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(ShopConfiguration.class)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off")
			.run()) {
			OrderService orders = context.getBean(OrderService.class);
			long id = orders.create("A-1", BigDecimal.ONE).getId();
			orders.payAsync(id);
			assertThatIllegalStateException().isThrownBy(() -> orders.fail(id));
			List<Map<String, Object>> entries = new AuditLog(context.getBean(DataSource.class)).await(3);
			assertThat(entries).extracting("action", "outcome", "actor_id", "after_state")
				.containsExactlyInAnyOrder(tuple("order.create", "success", "system", null),
						tuple("order.payAsync", "success", "system", null),
						tuple("order.fail", "failure", "system", null));
			assertThat(context.getBean(AuditTrail.class).verify().valid()).isTrue();
		}
	}

}
