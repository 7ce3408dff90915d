package io.auditspring.approval;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.ApprovalRequiredException;
import io.auditspring.Approvals;
import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.RequiresApproval;
import io.auditspring.TestDatabase;
import io.auditspring.shop.ShopConfiguration;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableReactiveMethodSecurity;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Who may ask for an approval where access control looks at who subscribes.
 */
class ApprovedSubscriptionsTests {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	@Test
	void whoMayNotSubscribeCannotAskEither() throws Exception {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.flyway.enabled=false")
			.run()) {
			Guarded guarded = context.getBean(Guarded.class);
			Approvals approvals = context.getBean(Approvals.class);
			assertThatThrownBy(() -> as("mallory", "ROLE_USER", guarded.pay("A-1")).block(PATIENCE))
				.isInstanceOf(AccessDeniedException.class);
			assertThat(approvals.pending()).isEmpty();
			Mono<String> paying = as("jane", "ROLE_TREASURER", guarded.pay("A-1"));
			assertThatThrownBy(() -> paying.block(PATIENCE)).isInstanceOf(ApprovalRequiredException.class);
			AuditContext.runAs(Actor.user("bob"), () -> approvals.grant(approvals.pending().get(0).id(), "It is due"));
			assertThat(paying.block(PATIENCE)).isEqualTo("paid A-1");
			assertThatThrownBy(() -> paying.block(PATIENCE)).isInstanceOf(ApprovalRequiredException.class);
			assertThat(Guarded.DONE).containsExactly("A-1");
			AuditLog log = new AuditLog(context.getBean(DataSource.class));
			log.settled();
			assertThat(log.entries()).filteredOn("action", "guarded.pay")
				.extracting((entry) -> entry.get("outcome") + " " + entry.get("actor_id"))
				.containsExactly("denied mallory", "denied jane", "success jane", "denied jane");
		}
	}

	private static Mono<String> as(String name, String authority, Mono<String> called) {
		return called.contextWrite(ReactiveSecurityContextHolder.withAuthentication(
				new UsernamePasswordAuthenticationToken(name, null, AuthorityUtils.createAuthorityList(authority))));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableReactiveMethodSecurity
	static class Application {

		@Bean
		DataSource dataSource() {
			return ShopConfiguration.pool(TestDatabase.migrated());
		}

		@Bean
		Guarded guarded() {
			return new Guarded();
		}

	}

	static class Guarded {

		static final List<String> DONE = new CopyOnWriteArrayList<>();

		@Audited(action = "guarded.pay")
		@RequiresApproval
		@PreAuthorize("hasRole('TREASURER')")
		public Mono<String> pay(String account) {
			DONE.add(account);
			return Mono.just("paid " + account);
		}

	}

}
