package io.auditspring.host;

import java.math.BigDecimal;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.TestDatabase;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.PurchaseOrderRepository;
import io.auditspring.shop.ShopConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.MessageSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;
import org.springframework.context.support.StaticMessageSource;
import org.springframework.core.task.TaskDecorator;
import org.springframework.data.domain.AuditorAware;
import org.springframework.data.jpa.repository.config.EnableJpaAuditing;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.security.access.hierarchicalroles.RoleHierarchy;
import org.springframework.security.access.hierarchicalroles.RoleHierarchyImpl;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.core.session.SessionRegistry;
import org.springframework.security.core.session.SessionRegistryImpl;
import org.springframework.transaction.PlatformTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that has two or more of everything.
 */
class ForeignBeansTests {

	@ParameterizedTest
	@ValueSource(strings = { "false", "true" })
	void twoOfEverythingAreNoObstacle(String lazy) {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(TwoOfEverything.class)
			.web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.jpa.hibernate.ddl-auto=create",
					"spring.flyway.enabled=false", "management.health.db.enabled=false",
					"spring.main.lazy-initialization=" + lazy)
			.run()) {
			context.getBean(OrderService.class).create("T-1", BigDecimal.ONE);
			List<Map<String, Object>> entries = new AuditLog(context.getBean(DataSource.class)).await(1);
			assertThat(entries.get(0)).containsEntry("actor_id", "chosen");
		}
	}

	/**
	 * Two of everything.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EntityScan(basePackages = "io.auditspring.shop")
	@EnableJpaRepositories(basePackageClasses = PurchaseOrderRepository.class)
	@EnableJpaAuditing(auditorAwareRef = "chosen")
	static class TwoOfEverything {

		@Bean
		OrderService orderService(PurchaseOrderRepository orders, EntityManager entityManager) {
			return new OrderService(orders, entityManager);
		}

		@Bean
		@Primary
		DataSource dataSource() {
			return ShopConfiguration.pool(TestDatabase.newDatabase());
		}

		@Bean
		@Lazy
		DataSource reports() {
			return TestDatabase.newDatabase();
		}

		@Bean
		@Primary
		PlatformTransactionManager transactionManager(EntityManagerFactory factory) {
			return new JpaTransactionManager(factory);
		}

		@Bean
		PlatformTransactionManager jdbcTransactionManager(DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

		@Bean
		@Primary
		AuditorAware<String> preferred() {
			return () -> Optional.of("preferred");
		}

		@Bean
		@Lazy
		AuditorAware<String> chosen() {
			return () -> Optional.of("chosen");
		}

		@Bean
		MessageSource messageSource() {
			return new StaticMessageSource();
		}

		@Bean
		MessageSource otherMessages() {
			return new StaticMessageSource();
		}

		@Bean
		@Primary
		JsonMapper oneMapper() {
			return JsonMapper.shared();
		}

		@Bean
		JsonMapper otherMapper() {
			return new JsonMapper();
		}

		@Bean
		MeterRegistry oneRegistry() {
			return new SimpleMeterRegistry();
		}

		@Bean
		MeterRegistry otherRegistry() {
			return new SimpleMeterRegistry();
		}

		@Bean
		Clock oneClock() {
			return Clock.systemUTC();
		}

		@Bean
		Clock otherClock() {
			return Clock.systemDefaultZone();
		}

		@Bean
		ThreadPoolTaskExecutor oneExecutor() {
			return new ThreadPoolTaskExecutor();
		}

		@Bean
		ThreadPoolTaskExecutor otherExecutor() {
			return new ThreadPoolTaskExecutor();
		}

		@Bean
		ThreadPoolTaskScheduler oneScheduler() {
			return new ThreadPoolTaskScheduler();
		}

		@Bean
		ThreadPoolTaskScheduler otherScheduler() {
			return new ThreadPoolTaskScheduler();
		}

		@Bean
		TaskDecorator oneDecorator() {
			return (task) -> task;
		}

		@Bean
		TaskDecorator otherDecorator() {
			return (task) -> task;
		}

		@Bean
		RoleHierarchy oneHierarchy() {
			return RoleHierarchyImpl.fromHierarchy("ROLE_A > ROLE_B");
		}

		@Bean
		RoleHierarchy otherHierarchy() {
			return RoleHierarchyImpl.fromHierarchy("ROLE_B > ROLE_C");
		}

		@Bean
		SessionRegistry oneSessionRegistry() {
			return new SessionRegistryImpl();
		}

		@Bean
		SessionRegistry otherSessionRegistry() {
			return new SessionRegistryImpl();
		}

		@Bean
		AuthenticationTrustResolver oneTrustResolver() {
			return new AuthenticationTrustResolverImpl();
		}

		@Bean
		AuthenticationTrustResolver otherTrustResolver() {
			return new AuthenticationTrustResolverImpl();
		}

	}

}
