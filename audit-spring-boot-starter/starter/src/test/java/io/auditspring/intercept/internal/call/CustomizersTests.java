package io.auditspring.intercept.internal.call;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.ActorType;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecordCustomizer;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.ShopConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.Order;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.authentication.event.InteractiveAuthenticationSuccessEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What the application adds to every record.
 */
class CustomizersTests {

	private ConfigurableApplicationContext context;

	private AuditLog log;

	private void start(Class<?> configuration) {
		this.context = new SpringApplicationBuilder(configuration).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off")
			.run();
		this.log = new AuditLog(this.context.getBean(DataSource.class));
	}

	@AfterEach
	void stop() {
		this.context.close();
	}

	@Test
	void isAddedToCallsRecordsAndSecurityEvents() {
		start(Adding.class);
		this.context.getBean(OrderService.class).create("A-1", BigDecimal.ONE);
		this.context.getBean(AuditRecorder.class).record(AuditRecord.action("backup.completed").build());
		this.context.publishEvent(new InteractiveAuthenticationSuccessEvent(
				new TestingAuthenticationToken("jane", "n/a", "ROLE_USER"), getClass()));
		List<Map<String, Object>> entries = this.log.await(3);
		assertThat(entries).extracting("action").containsExactly("order.create", "backup.completed", "login");
		assertThat(
				entries)
			.allSatisfy(
					(entry) -> assertThat((String) entry.get("metadata"))
						.contains(
								"\"seen\": \"%s system SUCCESS eu-1\"".formatted(entry.get("action"))
									.replace("login system", "login jane"),
								"\"region\": \"eu-1\"", "\"token\": \"***\""));
		assertThat(entries.get(0)).containsEntry("target_type", "PurchaseOrder")
			.containsEntry("message", "Order A-1 created by system");
	}

	@Test
	void aTargetThatIsAddedGetsItsState() {
		start(Adding.class);
		OrderService orders = this.context.getBean(OrderService.class);
		long id = orders.create("A-1", BigDecimal.ONE).getId();
		orders.addLine(id, "pen");
		assertThat(this.log.await(3)).filteredOn("action", "order.addLine")
			.filteredOn((entry) -> entry.get("duration_micros") != null)
			.singleElement()
			.extracting("target_type", "changes")
			.containsExactly("PurchaseOrder", "{\"lines\": {}, \"status\": {\"to\": \"OPEN\", \"from\": \"NEW\"}}");
	}

	@Test
	void oneThatThrowsAddsNothingAndIsNamed() {
		start(Failing.class);
		this.context.getBean(AuditRecorder.class).record(AuditRecord.action("backup.completed").build());
		this.context.getBean(OrderService.class).create("A-1", BigDecimal.ONE);
		assertThat(this.log.await(2)).allSatisfy((entry) -> assertThat(entry).containsEntry("severity", "info")
			.satisfies((stored) -> assertThat((String) stored.get("metadata"))
				.contains("\"last\": true", "\"customizerErrors\": {\"broken\": \"IllegalStateException\"}")
				.doesNotContain("half", "secret value")));
	}

	@Test
	void theOutcomeAndTheDeliveryStayAndWhatItRecordsIsNotCustomized() {
		start(Recording.class);
		this.context.getBean(AuditRecorder.class).record(AuditRecord.action("first").delivery(Delivery.SYNC).build());
		assertThat(this.log.entries()).extracting("action", "outcome", "metadata")
			.contains(tuple("first", "success", "{\"marked\": true}"));
		assertThat(this.log.await(2)).extracting("action", "metadata").contains(tuple("second", null));
	}

	@Configuration(proxyBeanMethods = false)
	@Import(ShopConfiguration.class)
	static class Adding {

		@Bean
		@Order(2)
		AuditRecordCustomizer second() {
			return (record, builder) -> builder.metadata("seen",
					"%s %s %s %s".formatted(record.action(),
							(record.actor().type() == ActorType.SYSTEM) ? "system" : record.actor().id(),
							record.outcome(), record.metadata().get("region")));
		}

		@Bean
		@Order(1)
		AuditRecordCustomizer first() {
			return (record, builder) -> {
				builder.metadata("region", "eu-1").metadata("token", "s3cr3t");
				if (record.action().equals("order.addLine")) {
					builder.target("PurchaseOrder", null);
				}
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(ShopConfiguration.class)
	static class Failing {

		@Bean
		@Order(1)
		AuditRecordCustomizer broken() {
			return (record, builder) -> {
				builder.metadata("half", "done").severity(Severity.CRITICAL);
				throw new IllegalStateException("secret value");
			};
		}

		@Bean
		@Order(2)
		AuditRecordCustomizer last() {
			return (record, builder) -> builder.metadata("last", true);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(ShopConfiguration.class)
	static class Recording {

		@Bean
		AuditRecordCustomizer recording(ObjectProvider<AuditRecorder> recorder) {
			return (record, builder) -> {
				recorder.getObject().record(AuditRecord.action("second").build());
				builder.metadata("marked", true);
				((AuditRecord.Builder) builder).outcome(Outcome.FAILURE).delivery(Delivery.ASYNC);
			};
		}

	}

}
