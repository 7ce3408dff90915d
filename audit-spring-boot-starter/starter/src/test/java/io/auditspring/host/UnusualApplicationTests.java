package io.auditspring.host;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.TestDatabase;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.PurchaseOrderRepository;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManagerFactory;
import org.hibernate.Interceptor;
import org.hibernate.SessionFactory;
import org.hibernate.resource.jdbc.spi.StatementInspector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.CustomScopeConfigurer;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AdviceMode;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What other starters have stumbled over, each in a public issue, all in one application.
 */
@ExtendWith(OutputCaptureExtension.class)
class UnusualApplicationTests {

	private static ConfigurableApplicationContext start(Class<?> application, String... properties) {
		return new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.flyway.enabled=false",
					"management.health.db.enabled=false", "spring.application.name=unusual")
			.properties(properties)
			.run();
	}

	@Test
	void whatOthersStumbledOver(CapturedOutput output) {
		try (ConfigurableApplicationContext context = start(Unusual.class, "spring.aop.proxy-target-class=false",
				"spring.main.allow-circular-references=true", "audit.schema=ENC(tidua)")) {
			context.getBean(Desk.class).place("by an interface");
			context.getBean(Scoped.class).place("scoped");
			context.getBean(Left.class).place("in a circle");
			List<Map<String, Object>> entries = new AuditLog(context.getBean(DataSource.class), "audit").await(3);
			assertThat(entries).extracting("action", "outcome")
				.containsExactly(tuple("by interface", "success"), tuple("scoped", "success"),
						tuple("circle", "success"));
			assertThat(entries).extracting("after_state").doesNotContainNull();
			assertThat(context.getBean(CountingManager.class).begun).isGreaterThanOrEqualTo(3);
			assertThat(output).doesNotContain("is not eligible for getting processed by all BeanPostProcessors");
		}
	}

	/**
	 * Nothing weaves here, so that only the repositories have transactions.
	 */
	@Test
	void transactionsThatAreToBeWoven() {
		try (ConfigurableApplicationContext context = start(Woven.class, "spring.jpa.hibernate.ddl-auto=create")) {
			context.getBean(OrderService.class).create("W", BigDecimal.ONE);
			List<Map<String, Object>> entries = new AuditLog(context.getBean(DataSource.class)).await(2);
			assertThat(entries).extracting("outcome").containsExactly("success", "success");
			assertThat(entries).extracting("operation_id").containsOnly(entries.get(0).get("operation_id"));
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableTransactionManagement(mode = AdviceMode.ASPECTJ)
	static class Woven extends ShopConfiguration {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(exclude = { HibernateJpaAutoConfiguration.class, FlywayAutoConfiguration.class })
	@EnableJpaRepositories(basePackageClasses = PurchaseOrderRepository.class, entityManagerFactoryRef = "unit",
			transactionManagerRef = "transactions")
	@EnableTransactionManagement
	static class Unusual {

		private final DataSource database = TestDatabase.newDatabase();

		// As Testcontainers' @ServiceConnection does
		@Bean
		JdbcConnectionDetails connectionDetails() {
			String url = new JdbcTemplate(this.database)
				.execute((java.sql.Connection connection) -> connection.getMetaData().getURL());
			return new JdbcConnectionDetails() {

				@Override
				public String getUsername() {
					return "postgres";
				}

				@Override
				public String getPassword() {
					return "";
				}

				@Override
				public String getJdbcUrl() {
					return url;
				}

			};
		}

		@Bean
		LocalContainerEntityManagerFactoryBean unit(DataSource dataSource) {
			LocalContainerEntityManagerFactoryBean unit = new LocalContainerEntityManagerFactoryBean();
			unit.setDataSource(dataSource);
			unit.setPersistenceUnitName("own");
			unit.setPackagesToScan(PurchaseOrder.class.getPackageName());
			unit.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
			unit.setJpaPropertyMap(Map.of("hibernate.hbm2ddl.auto", "create", "hibernate.session_factory.interceptor",
					new Interceptor() {
					}, "hibernate.session_factory.statement_inspector", (StatementInspector) (sql) -> sql));
			return unit;
		}

		@Bean
		SessionFactory sessionFactory(EntityManagerFactory unit) {
			return unit.unwrap(SessionFactory.class);
		}

		@Bean
		PlatformTransactionManager transactions(EntityManagerFactory unit) {
			return new CountingManager(unit);
		}

		// As Spring Cloud's refresh scope
		@Bean
		static CustomScopeConfigurer scopes() {
			CustomScopeConfigurer scopes = new CustomScopeConfigurer();
			scopes.addScope("refreshed", new SimpleThreadScope());
			return scopes;
		}

		// As Jasypt
		@Bean
		static BeanFactoryPostProcessor decryption(ConfigurableEnvironment environment) {
			return (beanFactory) -> {
				Object encrypted = environment.getProperty("audit.schema");
				assertThat(encrypted).isEqualTo("ENC(tidua)");
				environment.getPropertySources()
					.addFirst(new MapPropertySource("decrypted", Map.of("audit.schema", "audit")));
			};
		}

		@Bean
		Desk desk(PurchaseOrderRepository orders) {
			return new DeskOfClerks(orders);
		}

		@Bean
		@Scope(scopeName = "refreshed", proxyMode = ScopedProxyMode.TARGET_CLASS)
		Scoped scoped(PurchaseOrderRepository orders) {
			return new Scoped(orders);
		}

		@Bean
		Left left() {
			return new Left();
		}

		@Bean
		Right right() {
			return new Right();
		}

	}

	static class CountingManager extends JpaTransactionManager {

		private static final long serialVersionUID = 1L;

		private int begun;

		CountingManager(EntityManagerFactory factory) {
			super(factory);
		}

		@Override
		protected void doBegin(Object transaction, org.springframework.transaction.TransactionDefinition definition) {
			this.begun++;
			super.doBegin(transaction, definition);
		}

	}

	interface Desk {

		void place(String reference);

	}

	static final class DeskOfClerks implements Desk {

		private final PurchaseOrderRepository orders;

		DeskOfClerks(PurchaseOrderRepository orders) {
			this.orders = orders;
		}

		@Override
		@Audited("by interface")
		@Transactional
		public void place(String reference) {
			this.orders.save(new PurchaseOrder(reference, BigDecimal.ONE));
		}

	}

	static class Scoped {

		private final PurchaseOrderRepository orders;

		Scoped(PurchaseOrderRepository orders) {
			this.orders = orders;
		}

		@Audited("scoped")
		@Transactional
		public void place(String reference) {
			this.orders.save(new PurchaseOrder(reference, BigDecimal.ONE));
		}

	}

	static class Left {

		@Autowired
		private Right right;

		@Autowired
		private PurchaseOrderRepository orders;

		@Audited("circle")
		@Transactional
		public void place(String reference) {
			assertThat(this.right.left).isNotNull();
			this.orders.save(new PurchaseOrder(reference, BigDecimal.ONE));
		}

	}

	static class Right {

		@Autowired
		private Left left;

	}

}
