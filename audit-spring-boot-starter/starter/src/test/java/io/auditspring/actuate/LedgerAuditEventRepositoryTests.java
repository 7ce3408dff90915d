package io.auditspring.actuate;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.shop.ShopConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.AuditEventRepository;
import org.springframework.boot.actuate.audit.InMemoryAuditEventRepository;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.actuate.security.AuthenticationAuditListener;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.authentication.event.AuthenticationFailureBadCredentialsEvent;
import org.springframework.security.authentication.event.AuthenticationSuccessEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Audit events of Spring Boot Actuator.
 */
class LedgerAuditEventRepositoryTests {

	private static ConfigurableApplicationContext run(Class<?> application) {
		return new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off")
			.run();
	}

	@Test
	void anEventBecomesAnEntryAndIsFoundAgain() {
		try (ConfigurableApplicationContext context = run(ShopConfiguration.class)) {
			AuditLog log = new AuditLog(context.getBean(DataSource.class));
			Instant before = Instant.now().minusSeconds(60);
			context.publishEvent(new AuditApplicationEvent("jane", "CACHE_CLEARED",
					Map.of("cache", "prices", "password", "open sesame")));
			context.publishEvent(new AuditApplicationEvent("joan", "IMPORT_FAILURE", Map.of()));
			context.getBean(AuditRecorder.class).record(AuditRecord.action("salary.read").category("hr").build());
			assertThat(log.await(3)).extracting("action", "category", "actor_id", "outcome")
				.containsExactly(tuple("CACHE_CLEARED", "actuator", "jane", "success"),
						tuple("IMPORT_FAILURE", "actuator", "joan", "failure"),
						tuple("salary.read", "hr", "system", "success"));
			assertThat(log.entries().get(0).get("metadata").toString()).contains("prices").doesNotContain("sesame");
			AuditEventRepository events = context.getBean(AuditEventRepository.class);
			assertThat(events.find(null, before, null)).extracting(AuditEvent::getType)
				.containsExactly("CACHE_CLEARED", "IMPORT_FAILURE");
			assertThat(events.find("jane", null, null)).singleElement()
				.satisfies((event) -> assertThat(event.getData()).containsEntry("cache", "prices"));
			assertThat(events.find(null, null, "IMPORT_FAILURE")).hasSize(1);
			assertThat(events.find(null, Instant.now().plusSeconds(60), null)).isEmpty();
		}
	}

	@Test
	void anEventThatIsNamedLikeTheLedgersOwnIsToldApart() {
		try (ConfigurableApplicationContext context = run(ShopConfiguration.class)) {
			context.publishEvent(new AuditApplicationEvent("jane", "audit.hold", Map.of()));
			assertThat(new AuditLog(context.getBean(DataSource.class)).await(1)).extracting("action")
				.containsExactly("actuator.audit.hold");
			assertThat(context.getBean(AuditEventRepository.class).find(null, null, "audit.hold")).hasSize(1);
		}
	}

	@Test
	void whatSpringSecurityTellsIsRecordedOnceAndFoundToo() {
		try (ConfigurableApplicationContext context = run(ShopConfiguration.class)) {
			AuditLog log = new AuditLog(context.getBean(DataSource.class));
			UsernamePasswordAuthenticationToken guess = UsernamePasswordAuthenticationToken.unauthenticated("mallory",
					"guess");
			context
				.publishEvent(new AuthenticationFailureBadCredentialsEvent(guess, new BadCredentialsException("No")));
			context.publishEvent(new AuthenticationSuccessEvent(
					UsernamePasswordAuthenticationToken.authenticated("jane", "secret", List.of())));
			Map<String, Object> entry = log.await(1).get(0);
			String tried = (String) entry.get("actor_id");
			assertThat(entry).containsEntry("action", "login").containsEntry("actor_type", "anonymous");
			assertThat(tried).startsWith("hmac:");
			assertThat(context.getBean(AuditEventRepository.class).find(tried, null, "login")).hasSize(1);
		}
	}

	@Test
	void theApplicationsOwnRepositoryStaysWithItsListeners() {
		try (ConfigurableApplicationContext context = run(OwnRepository.class)) {
			assertThat(context.getBean(AuditEventRepository.class)).isInstanceOf(InMemoryAuditEventRepository.class);
			assertThat(context.getBeansOfType(AuthenticationAuditListener.class)).hasSize(1);
			assertThat(context.getBeansOfType(SilentAuthenticationListener.class)).isEmpty();
		}
	}

	/**
	 * A shop that keeps its events in memory.
	 */
	@Configuration(proxyBeanMethods = false)
	static class OwnRepository extends ShopConfiguration {

		@Bean
		InMemoryAuditEventRepository events() {
			return new InMemoryAuditEventRepository();
		}

	}

}
