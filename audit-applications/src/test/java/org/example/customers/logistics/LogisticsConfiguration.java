package org.example.customers.logistics;

import java.util.Map;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import jakarta.persistence.EntityManagerFactory;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceProperties;
import org.springframework.boot.jpa.EntityManagerFactoryBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.transaction.PlatformTransactionManager;

@Configuration(proxyBeanMethods = false)
@EnableJpaRepositories(basePackageClasses = LogisticsConfiguration.class,
		entityManagerFactoryRef = "logisticsEntityManagerFactory",
		transactionManagerRef = "logisticsTransactionManager")
class LogisticsConfiguration {

	@Bean
	@ConfigurationProperties("app.logistics")
	DataSourceProperties logisticsDataSourceProperties() {
		return new DataSourceProperties();
	}

	@Bean
	HikariDataSource logisticsDataSource(@Qualifier("logisticsDataSourceProperties") DataSourceProperties properties) {
		return properties.initializeDataSourceBuilder().type(HikariDataSource.class).build();
	}

	@Bean
	LocalContainerEntityManagerFactoryBean logisticsEntityManagerFactory(EntityManagerFactoryBuilder builder,
			@Qualifier("logisticsDataSource") DataSource dataSource) {
		return builder.dataSource(dataSource)
			.packages(LogisticsConfiguration.class)
			.persistenceUnit("logistics")
			.properties(Map.of("hibernate.hbm2ddl.auto", "update"))
			.build();
	}

	@Bean
	PlatformTransactionManager logisticsTransactionManager(
			@Qualifier("logisticsEntityManagerFactory") EntityManagerFactory factory) {
		return new JpaTransactionManager(factory);
	}

}
