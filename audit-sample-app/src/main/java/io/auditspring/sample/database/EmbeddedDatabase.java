package io.auditspring.sample.database;

import java.io.IOException;
import java.time.Duration;

import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/**
 * A real PostgreSQL in a temporary directory, gone when the application stops. Steps
 * aside as soon as {@code spring.datasource.url} is set.
 */
@Configuration(proxyBeanMethods = false)
@Conditional(EmbeddedDatabase.NoOtherConfigured.class)
class EmbeddedDatabase {

	private static final Log logger = LogFactory.getLog(EmbeddedDatabase.class);

	/**
	 * The server. Its own shutdown hook is off: it would race with the application's, and
	 * entries that are drained on shutdown would find no database.
	 * @return the running server
	 * @throws IOException if it cannot be started
	 */
	@Bean(destroyMethod = "close")
	EmbeddedPostgres embeddedPostgres() throws IOException {
		return EmbeddedPostgres.builder()
			.setRegisterShutdownHook(false)
			.setPGStartupWait(Duration.ofMinutes(2))
			.start();
	}

	@Bean
	HikariDataSource dataSource(EmbeddedPostgres server) {
		HikariDataSource dataSource = new HikariDataSource();
		dataSource.setJdbcUrl("jdbc:postgresql://localhost:%s/postgres".formatted(server.getPort()));
		dataSource.setUsername("postgres");
		logger.info("Embedded PostgreSQL at %s, for example: psql -h localhost -p %s -U postgres"
			.formatted(dataSource.getJdbcUrl(), server.getPort()));
		return dataSource;
	}

	static final class NoOtherConfigured extends NoneNestedConditions {

		NoOtherConfigured() {
			super(ConfigurationPhase.PARSE_CONFIGURATION);
		}

		@ConditionalOnProperty("spring.datasource.url")
		static final class Url {

		}

	}

}
