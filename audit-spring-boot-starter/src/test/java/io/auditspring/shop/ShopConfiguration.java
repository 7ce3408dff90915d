package io.auditspring.shop;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.TestDatabase;
import jakarta.persistence.EntityManager;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A small host application: entities audited by Envers, a repository, a service.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class ShopConfiguration {

	@Bean
	@org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean
	DataSource dataSource() {
		return pool(TestDatabase.newDatabase());
	}

	public static HikariDataSource pool(DataSource database) {
		HikariConfig config = new HikariConfig();
		config.setDataSource(database);
		config.setMaximumPoolSize(10);
		return new HikariDataSource(config);
	}

	@Bean
	OrderService orderService(PurchaseOrderRepository orders, EntityManager entityManager) {
		return new OrderService(orders, entityManager);
	}

}
