package io.auditspring.delivery.internal.outbox;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.TestDatabase;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.PurchaseOrderRepository;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jpa.EntityManagerFactoryBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Who began a transaction may have had another proxy of the data source in hand than we
 * have.
 */
class WrappedDataSourcesTests {

	@ParameterizedTest
	@EnumSource
	void thePersistenceUnitHasAProxyOfItsOwn(Proxy proxy) {
		run(proxy, (context) -> {
			context.getBean(Relay.class).stop();
			OrderService orders = context.getBean(OrderService.class);
			long id = orders.create("A-1", BigDecimal.ONE).getId();
			JdbcTemplate jdbc = new JdbcTemplate(context.getBean(HikariDataSource.class));
			assertThat(jdbc.queryForList("select xmin::text from audit.audit_outbox", String.class))
				.isEqualTo(jdbc.queryForList("select xmin::text from purchase_order", String.class));
			assertThatIllegalStateException().isThrownBy(() -> orders.fail(id));
			context.getBean(Relay.class).start();
			List<Map<String, Object>> entries = new AuditLog(context.getBean(HikariDataSource.class)).await(2);
			assertThat(entries).extracting("outcome").containsExactly("success", "failure");
			assertThat(entries.get(0).get("after_state")).asString().contains("A-1");
			assertThat(context.getBean(AuditTrail.class).find(AuditQuery.all())).hasSize(2);
		});
	}

	@Test
	void theTransactionManagerSeesThroughTheProxy() {
		DataSource bean = new TransactionAwareDataSourceProxy(TestDatabase.newDatabase());
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withBean(DataSource.class, () -> bean)
			.run((context) -> {
				context.getBean(Relay.class).stop();
				JdbcTemplate jdbc = new JdbcTemplate(bean);
				jdbc.execute("create table thing (id int)");
				new TransactionTemplate(new JdbcTransactionManager(bean)).executeWithoutResult((status) -> {
					jdbc.update("insert into thing values (1)");
					context.getBean(AuditRecorder.class).record(AuditRecord.action("thing.add").build());
				});
				assertThat(jdbc.queryForList("select xmin::text from audit.audit_outbox", String.class))
					.isEqualTo(jdbc.queryForList("select xmin::text from thing", String.class));
			});
	}

	private static void run(Proxy proxy, Consumer<ApplicationContext> test) {
		try (HikariDataSource pool = ShopConfiguration.pool(TestDatabase.newDatabase());
				ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
					.web(WebApplicationType.NONE)
					.initializers(
							(starting) -> starting.getBeanFactory().registerSingleton("given", new Given(pool, proxy)))
					.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
							"spring.flyway.enabled=false")
					.run()) {
			test.accept(context);
		}
	}

	/** What is between the persistence unit and the pool. */
	enum Proxy {

		LAZY(LazyConnectionDataSourceProxy::new),

		TRANSACTION_AWARE(TransactionAwareDataSourceProxy::new),

		ADVISED((pool) -> (DataSource) new ProxyFactory(pool).getProxy()),

		SEVERAL((pool) -> new LazyConnectionDataSourceProxy((DataSource) new ProxyFactory(pool).getProxy()));

		private final UnaryOperator<DataSource> around;

		Proxy(UnaryOperator<DataSource> around) {
			this.around = around;
		}

	}

	record Given(HikariDataSource pool, Proxy proxy) {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@AutoConfigurationPackage(basePackageClasses = PurchaseOrder.class)
	static class Application {

		@Bean(destroyMethod = "")
		HikariDataSource pool(Given given) {
			return given.pool();
		}

		@Bean
		LocalContainerEntityManagerFactoryBean entityManagerFactory(EntityManagerFactoryBuilder builder, Given given) {
			return builder.dataSource(given.proxy().around.apply(given.pool()))
				.packages(PurchaseOrder.class)
				.properties(Map.of("hibernate.hbm2ddl.auto", "create"))
				.build();
		}

		@Bean
		OrderService orderService(PurchaseOrderRepository orders, EntityManager entityManager) {
			return new OrderService(orders, entityManager);
		}

	}

}
