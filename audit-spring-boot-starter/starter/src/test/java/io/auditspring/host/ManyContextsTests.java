package io.auditspring.host;

import java.lang.ref.WeakReference;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.TestDatabase;
import io.auditspring.delivery.internal.transaction.AuditTransactions;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.ShopConfiguration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many application contexts in one JVM, as the tests of an application have them.
 */
class ManyContextsTests {

	private static final PGSimpleDataSource DATABASE = (PGSimpleDataSource) TestDatabase.newDatabase();

	private final Set<Thread> before = Thread.getAllStackTraces().keySet();

	@Test
	void openOnesHaveFewThreadsEachAndClosedOnesHaveNone() {
		List<ConfigurableApplicationContext> open = new ArrayList<>();
		int contexts = 4;
		for (int i = 1; i <= contexts; i++) {
			open.add(start());
			assertThat(threads()).as("threads of %d contexts", i).hasSizeLessThanOrEqualTo(4 * i);
		}
		open.forEach((context) -> context.getBean(OrderService.class)
			.create("A-" + System.identityHashCode(context), BigDecimal.ONE));
		assertThat(new AuditLog(DATABASE).await(contexts)).extracting("outcome").containsOnly("success");
		List<WeakReference<AuditTransactions>> closed = open.stream()
			.map((context) -> new WeakReference<>(context.getBean(AuditTransactions.class)))
			.toList();
		open.forEach(ConfigurableApplicationContext::close);
		open.clear();
		Awaitility.await().untilAsserted(() -> assertThat(threads()).isEmpty());
		Awaitility.await().untilAsserted(() -> {
			System.gc();
			assertThat(closed).allMatch((reference) -> reference.get() == null);
		});
	}

	private List<String> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("audit-") && !this.before.contains(thread))
			.map(Thread::getName)
			.collect(Collectors.toList());
	}

	private static ConfigurableApplicationContext start() {
		return new SpringApplicationBuilder(Host.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=update", "spring.main.banner-mode=off",
					"spring.flyway.enabled=false")
			.run();
	}

	@Configuration(proxyBeanMethods = false)
	static class Host extends ShopConfiguration {

		@Bean
		DataSource dataSource() {
			return pool(DATABASE);
		}

	}

}
