package io.auditspring.actuate;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Batches of the relay are observations where that is wanted.
 */
class ObservedBatchesTests {

	private static ConfigurableApplicationContext start(String... properties) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.datasource.url=" + ((PGSimpleDataSource) TestDatabase.migrated()).getUrl(),
					"spring.datasource.username=postgres", "spring.flyway.enabled=false",
					"spring.application.name=shop", "audit.relay.poll-interval=20ms")
			.properties(properties)
			.run();
	}

	private static void recordTwo(ConfigurableApplicationContext context) {
		new TransactionTemplate(context.getBean(PlatformTransactionManager.class)).executeWithoutResult((status) -> {
			for (int i = 0; i < 2; i++) {
				context.getBean(AuditRecorder.class)
					.record(AuditRecord.action("invoice.pay").delivery(Delivery.TRANSACTIONAL).build());
			}
		});
		await().until(() -> context.getBean(JdbcTemplate.class)
			.queryForObject("select count(*) from audit.audit_log where action = 'invoice.pay'", Integer.class) == 2);
	}

	@Test
	void aBatchIsAnObservation() {
		try (ConfigurableApplicationContext context = start("audit.relay.observed=true")) {
			recordTwo(context);
			Handler handler = context.getBean(Handler.class);
			await().untilAsserted(() -> assertThat(handler.stopped).singleElement()
				.satisfies(
						(observation) -> assertThat(observation.getHighCardinalityKeyValue("audit.entries").getValue())
							.isEqualTo("2")));
		}
	}

	@Test
	void whoseFailureHarmsNoEntry() {
		try (ConfigurableApplicationContext context = start("audit.relay.observed=true")) {
			context.getBean(Handler.class).broken = true;
			recordTwo(context);
		}
	}

	@Test
	void thereIsNoneUnlessItIsAskedFor() {
		try (ConfigurableApplicationContext context = start()) {
			recordTwo(context);
			assertThat(context.getBean(Handler.class).stopped).isEmpty();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Handler handler() {
			return new Handler();
		}

		// Spring Boot gives it the handler.
		@Bean
		ObservationRegistry observationRegistry() {
			return ObservationRegistry.create();
		}

	}

	/** Keeps observations of batches. */
	static class Handler implements ObservationHandler<Observation.Context> {

		final List<Observation.Context> stopped = new CopyOnWriteArrayList<>();

		volatile boolean broken;

		@Override
		public void onStart(Observation.Context context) {
			if (this.broken) {
				throw new IllegalStateException("Nobody traces");
			}
		}

		@Override
		public void onStop(Observation.Context context) {
			this.stopped.add(context);
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return "audit.relay".equals(context.getName());
		}

	}

}
