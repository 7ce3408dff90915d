package io.auditspring.faults;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;

import io.auditspring.shop.PurchaseOrder;
import jakarta.persistence.EntityManager;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * An application to be killed. As a process it puts load on itself and tells on its
 * standard output which calls were answered: each with one write, which is whole in the
 * reader's pipe however the process ends.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EntityScan(basePackageClasses = PurchaseOrder.class)
class FaultyApplication {

	private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);

	@Bean
	OrderDesk orderDesk(EntityManager entityManager) {
		return new OrderDesk(entityManager);
	}

	/**
	 * Starts it within this process, with a spool of its own.
	 * @param url its database
	 * @param properties further properties, as {@code key=value}
	 * @return its context
	 */
	static ConfigurableApplicationContext start(String url, String... properties) {
		return new SpringApplicationBuilder(FaultyApplication.class).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.jpa.hibernate.ddl-auto=update",
					"spring.flyway.enabled=false", "spring.datasource.username=postgres",
					"spring.datasource.url=" + url, "audit.spool.directory=target/faults-spool/" + UUID.randomUUID())
			.properties(properties)
			.run();
	}

	/**
	 * Starts {@code load.<work>} threads for each kind of work, {@code load.calls} calls
	 * in each. The process lives until it is told to stop, whatever they do.
	 * @param args the database, followed by properties
	 */
	public static void main(String[] args) throws InterruptedException {
		ConfigurableApplicationContext context = start(args[0], args);
		Environment environment = context.getEnvironment();
		Map<Work, Integer> threads = new EnumMap<>(Work.class);
		for (Work work : Work.values()) {
			threads.put(work, environment.getProperty("load." + work.name().toLowerCase(), Integer.class, 0));
		}
		Load load = new Load(context.getBean(OrderDesk.class), new Output(),
				environment.getRequiredProperty("load.instance"));
		tell("started");
		load.start(threads, environment.getProperty("load.calls", Integer.class, Integer.MAX_VALUE));
		load.awaitEnd();
		tell("done");
		new CountDownLatch(1).await();
	}

	private static void tell(String what) {
		try {
			OUT.write(("\n@" + what.replace('\n', ' ') + '\n').getBytes(StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Answers on standard output.
	 */
	private static final class Output implements Listener {

		@Override
		public void acknowledged(Work work, String reference) {
			tell("ack " + work + ' ' + reference);
		}

		@Override
		public void failed(Work work, String reference, Throwable failure) {
			tell("failed " + work + ' ' + reference + ' ' + failure);
		}

	}

}
