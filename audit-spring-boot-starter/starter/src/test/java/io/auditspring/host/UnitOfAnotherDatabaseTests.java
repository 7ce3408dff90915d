package io.auditspring.host;

import java.math.BigDecimal;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.TestDatabase;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.PersistenceContext;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jpa.EntityManagerFactoryBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application whose entities are in another database than the primary one, which holds
 * what Spring Batch or plain JDBC writes, and the ledger.
 */
class UnitOfAnotherDatabaseTests {

	@Test
	void theTrailIsReadInTheLedgersDatabase() {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Configured.class)
			.web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.flyway.enabled=false")
			.run()) {
			context.getBean(Clerk.class).place("C");
			new AuditLog(context.getBean(DataSource.class)).await(1);
			assertThat(context.getBean(AuditTrail.class).find(AuditQuery.all()).getContent()).singleElement()
				.satisfies((entry) -> assertThat(entry.getAction()).isEqualTo("clerk"));
			assertThat(context.getBeanNamesForType(EntityManagerFactory.class)).hasSize(1);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableTransactionManagement
	static class Configured {

		@Bean
		@Primary
		DataSource dataSource() {
			return ShopConfiguration.pool(TestDatabase.newDatabase());
		}

		@Bean
		DataSource orders() {
			return ShopConfiguration.pool(TestDatabase.newDatabase());
		}

		@Bean
		LocalContainerEntityManagerFactoryBean entityManagerFactory(EntityManagerFactoryBuilder builder,
				@Qualifier("orders") DataSource orders) {
			return builder.dataSource(orders)
				.packages(PurchaseOrder.class)
				.properties(Map.of("hibernate.hbm2ddl.auto", "create"))
				.build();
		}

		@Bean
		JpaTransactionManager transactionManager(EntityManagerFactory factory) {
			return new JpaTransactionManager(factory);
		}

		@Bean
		Clerk clerk() {
			return new Clerk();
		}

	}

	static class Clerk {

		@PersistenceContext
		private EntityManager entities;

		@Audited("clerk")
		@Transactional
		public void place(String reference) {
			this.entities.persist(new PurchaseOrder(reference, BigDecimal.ONE));
		}

	}

}
