package io.auditspring.bench.host;

import java.lang.management.ManagementFactory;
import java.util.Map;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;

/**
 * An application that knows nothing of auditing; it says how long it took to start, and
 * what it holds then.
 */
@SpringBootApplication
public class HostApplication {

	public static void main(String[] arguments) {
		long begun = System.nanoTime();
		new SpringApplicationBuilder(HostApplication.class).web(WebApplicationType.SERVLET)
			.properties(Map.of("spring.datasource.url", arguments[0], "spring.datasource.username", "postgres",
					"spring.jpa.hibernate.ddl-auto", "update", "server.port", "0", "spring.application.name", "host",
					"logging.level.root", "warn", "spring.main.banner-mode", "off", "spring.flyway.enabled", "false",
					"spring.kafka.bootstrap-servers", "localhost:1"))
			// Needs Kotlin, which the tests do not have.
			.properties("springdoc.api-docs.enabled=false")
			.run();
		long millis = (System.nanoTime() - begun) / 1_000_000;
		int classes = ManagementFactory.getClassLoadingMXBean().getLoadedClassCount();
		System.gc();
		long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
		System.out.println("started " + millis + " " + classes + " " + heap / 1024);
		System.exit(0);
	}

}
