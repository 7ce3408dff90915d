package io.auditspring.sample.database;

import javax.sql.DataSource;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class EmbeddedDatabaseTests {

	private final ApplicationContextRunner context = new ApplicationContextRunner()
		.withUserConfiguration(EmbeddedDatabase.class)
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class));

	@Test
	void anotherDatabaseIsUsedWhereOneIsConfigured() {
		this.context.withPropertyValues("spring.datasource.url=jdbc:postgresql://database.example/back_office")
			.run((context) -> assertThat(context).doesNotHaveBean(EmbeddedPostgres.class)
				.hasSingleBean(DataSource.class));
	}

	@Test
	void otherwiseOneIsStarted() {
		this.context.run(
				(context) -> assertThat(context).hasSingleBean(EmbeddedPostgres.class).hasSingleBean(DataSource.class));
	}

}
