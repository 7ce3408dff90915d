package io.auditspring.actuate;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.auditspring.Actor;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.TestDatabase;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What of entries is copied to OpenTelemetry, and that the trail does without it.
 */
class OpenTelemetryCopyTests {

	private static ConfigurableApplicationContext start(Class<?> application, String... properties) {
		return new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties("spring.datasource.url=" + ((PGSimpleDataSource) TestDatabase.migrated()).getUrl(),
					"spring.datasource.username=postgres", "spring.flyway.enabled=false",
					"spring.application.name=shop")
			.properties(properties)
			.run();
	}

	private static void record(ConfigurableApplicationContext context, Delivery delivery) {
		context.getBean(AuditRecorder.class)
			.record(AuditRecord.action("invoice.pay")
				.actor(Actor.user("kari"))
				.target("Invoice", "42")
				.outcome(Outcome.DENIED)
				.severity(Severity.CRITICAL)
				.message("Kari Nordmann may not")
				.delivery(delivery)
				.build());
	}

	@Test
	void anEntryIsCopiedOnceItIsInTheLedger() {
		try (ConfigurableApplicationContext context = start(Application.class, "audit.opentelemetry.copy=true")) {
			Records records = context.getBean(Records.class);
			for (Delivery delivery : List.of(Delivery.SYNC, Delivery.ASYNC)) {
				records.all.clear();
				record(context, delivery);
				await().until(() -> !records.all.isEmpty());
				LogRecordData copy = records.all.get(0);
				assertThat(copy.getEventName()).isEqualTo("audit.entry");
				assertThat(copy.getBodyValue().asString()).isEqualTo("invoice.pay");
				assertThat(copy.getSeverity()).isEqualTo(io.opentelemetry.api.logs.Severity.FATAL);
				assertThat(copy.getAttributes().asMap())
					.containsEntry(AttributeKey.stringKey("audit.outcome"), "denied")
					.containsEntry(AttributeKey.stringKey("audit.actor.id"), "kari")
					.containsEntry(AttributeKey.stringKey("audit.target.id"), "42")
					.containsEntry(AttributeKey.stringKey("audit.service"), "shop");
				assertThat(copy.toString()).doesNotContain("Nordmann");
				assertThat(context.getBean(JdbcTemplate.class)
					.queryForObject("select count(*) from audit.audit_log where id::text = ?", Integer.class,
							copy.getAttributes().get(AttributeKey.stringKey("audit.entry.id"))))
					.isEqualTo(1);
			}
		}
	}

	@Test
	void nothingIsCopiedUnlessItIsAskedFor() {
		try (ConfigurableApplicationContext context = start(Application.class)) {
			record(context, Delivery.SYNC);
			assertThat(context.getBean(Records.class).all).isEmpty();
		}
	}

	@Test
	void anExporterThatFailsHarmsNoEntry() {
		try (ConfigurableApplicationContext context = start(BrokenApplication.class, "audit.opentelemetry.copy=true")) {
			record(context, Delivery.SYNC);
			record(context, Delivery.SYNC);
			assertThat(context.getBean(JdbcTemplate.class)
				.queryForObject("select count(*) from audit.audit_log where action = 'invoice.pay'", Integer.class))
				.isEqualTo(2);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Records records() {
			return new Records();
		}

		@Bean
		OpenTelemetry openTelemetry(Records records) {
			return OpenTelemetrySdk.builder()
				.setLoggerProvider(SdkLoggerProvider.builder()
					.addLogRecordProcessor(SimpleLogRecordProcessor.create(records))
					.build())
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class BrokenApplication {

		@Bean
		OpenTelemetry openTelemetry() {
			return OpenTelemetrySdk.builder()
				.setLoggerProvider(SdkLoggerProvider.builder().addLogRecordProcessor((context, record) -> {
					throw new IllegalStateException("Nobody listens");
				}).build())
				.build();
		}

	}

	/** Keeps what is exported. */
	static class Records implements LogRecordExporter {

		final List<LogRecordData> all = new CopyOnWriteArrayList<>();

		@Override
		public CompletableResultCode export(Collection<LogRecordData> records) {
			this.all.addAll(records);
			return CompletableResultCode.ofSuccess();
		}

		@Override
		public CompletableResultCode flush() {
			return CompletableResultCode.ofSuccess();
		}

		@Override
		public CompletableResultCode shutdown() {
			return CompletableResultCode.ofSuccess();
		}

	}

}
