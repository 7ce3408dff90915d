package org.example.customers.sales;

import java.util.Map;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import jakarta.persistence.EntityManagerFactory;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceProperties;
import org.springframework.boot.jpa.EntityManagerFactoryBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.transaction.PlatformTransactionManager;

@Configuration(proxyBeanMethods = false)
@EnableJpaRepositories(basePackageClasses = SalesConfiguration.class,
		entityManagerFactoryRef = "salesEntityManagerFactory", transactionManagerRef = "salesTransactionManager")
class SalesConfiguration {

	@Bean
	@Primary
	@ConfigurationProperties("app.sales")
	DataSourceProperties salesDataSourceProperties() {
		return new DataSourceProperties();
	}

	@Bean
	@Primary
	HikariDataSource salesDataSource(DataSourceProperties properties) {
		return properties.initializeDataSourceBuilder().type(HikariDataSource.class).build();
	}

	@Bean
	@Primary
	LocalContainerEntityManagerFactoryBean salesEntityManagerFactory(EntityManagerFactoryBuilder builder,
			DataSource dataSource) {
		return builder.dataSource(dataSource)
			.packages(SalesConfiguration.class)
			.persistenceUnit("sales")
			.properties(Map.of("hibernate.hbm2ddl.auto", "update"))
			.build();
	}

	@Bean
	@Primary
	PlatformTransactionManager salesTransactionManager(EntityManagerFactory factory) {
		return new JpaTransactionManager(factory);
	}

}
