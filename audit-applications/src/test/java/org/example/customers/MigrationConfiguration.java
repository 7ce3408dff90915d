package org.example.customers;

import javax.sql.DataSource;

import org.flywaydb.core.Flyway;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Flyway for each database, in place of the one that Spring Boot would run.
 */
@Configuration(proxyBeanMethods = false)
class MigrationConfiguration {

	@Bean(initMethod = "migrate")
	Flyway salesMigration(DataSource dataSource) {
		return Flyway.configure().dataSource(dataSource).locations("classpath:sales").baselineOnMigrate(true).load();
	}

	@Bean(initMethod = "migrate")
	Flyway logisticsMigration(@Qualifier("logisticsDataSource") DataSource dataSource) {
		return Flyway.configure()
			.dataSource(dataSource)
			.locations("classpath:logistics")
			.baselineOnMigrate(true)
			.load();
	}

}
