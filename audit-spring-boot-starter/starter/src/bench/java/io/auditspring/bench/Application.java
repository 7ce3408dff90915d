package io.auditspring.bench;

import java.util.Map;
import java.util.TreeMap;

import javax.sql.DataSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * An application that has JPA, a database and nothing to do with the web.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class Application {

	/**
	 * Starts it.
	 * @param dataSource its database
	 * @param properties what differs from other applications
	 * @param sources further configuration
	 * @return the application
	 */
	static ConfigurableApplicationContext start(DataSource dataSource, Map<String, String> properties,
			Class<?>... sources) {
		Map<String, Object> all = new TreeMap<>(Map.of("spring.jpa.hibernate.ddl-auto", "update",
				"spring.jpa.open-in-view", "false", "spring.main.banner-mode", "off", "spring.application.name",
				"bench", "logging.level.root", "warn", "spring.jpa.properties.hibernate.jdbc.batch_size", "50",
				"spring.flyway.enabled", "false", "audit.spool.directory",
				System.getProperty("java.io.tmpdir") + "/audit-bench-spool-" + ProcessHandle.current().pid()));
		all.putAll(properties);
		return new SpringApplicationBuilder(Application.class).sources(sources)
			.web(WebApplicationType.NONE)
			.properties(all)
			.initializers((context) -> context.getBeanFactory().registerSingleton("dataSource", dataSource))
			.run();
	}

}
