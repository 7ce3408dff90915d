package io.auditspring.security;

import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.authentication.dao.DaoAuthenticationProvider;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.web.filter.RequestContextFilter;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * The same with Spring MVC and an {@code AuthenticationManager} that the application sets
 * up all by itself, as Spring's references show it: no filter of Spring's tells which
 * request is served, and the manager tells nobody whom it refuses.
 */
class OwnMvcTests {

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private final Caller caller = new Caller(context.getEnvironment().getProperty("local.server.port"));

	private int before;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(OwnMvc.class, GuardedShop.class)
			.properties("server.port=0", "audit.security.failed-login-limit=2", "spring.main.banner-mode=off")
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@BeforeEach
	void count() {
		assertThat(context.getBeanProvider(RequestContextFilter.class)).isEmpty();
		this.before = log.settled();
	}

	private List<Map<String, Object>> entries(int count) {
		log.await(this.before + count);
		return log.jdbc().queryForList("""
				select action, outcome, actor_type, actor_id, target_id, error, metadata::text, host(ip_address) as ip,
					user_agent, session_id
				from audit.audit_log
				where seq >= ?
				order by seq
				""", this.before);
	}

	@Test
	void whoSignsInAndOutDoesSoFromSomewhere() {
		this.caller.signIn("jane", "jane-secret");
		String session = this.caller.session();
		this.caller.post("/logout");
		List<Map<String, Object>> entries = entries(2);
		assertThat(entries).extracting("action", "actor_id", "ip", "user_agent", "session_id")
			.containsExactly(tuple("login", "jane", "127.0.0.1", "test/1.0", session),
					tuple("logout", "jane", "127.0.0.1", "test/1.0", session));
		assertThat((String) entries.get(0).get("metadata")).contains("\"path\": \"/login\"");
	}

	@Test
	void whoTriesInVainDoesSoFromSomewhere() {
		this.caller.signIn("jane", "guess");
		assertThat(entries(1)).extracting("action", "outcome", "actor_type", "ip", "user_agent")
			.containsExactly(tuple("login", "failure", "anonymous", "127.0.0.1", "test/1.0"));
	}

	@Test
	void whoIsPutOutIsToldOf() {
		this.caller.signIn("joan", "joan-secret");
		String session = this.caller.session();
		Caller elsewhere = new Caller(context.getEnvironment().getProperty("local.server.port"));
		elsewhere.signIn("joan", "joan-secret");
		this.caller.post("/serve");
		assertThat(entries(3)).extracting("action", "session_id")
			.containsExactly(tuple("login", session), tuple("login", elsewhere.session()),
					tuple("session.ended", session));
	}

	@Test
	void aRefusedRequestCameFromSomewhere() {
		this.caller.post("/admin/serve", Caller.basic("jane", "jane-secret"));
		assertThat(entries(1)).extracting("action", "target_id", "ip")
			.containsExactly(tuple("access.denied", "POST /admin/serve", "127.0.0.1"));
	}

	@Test
	void aLoginByAControllerIsALoginAndAVainOneAFailedOne() {
		assertThat(this.caller.ask("session", "jane-secret")).isEqualTo(200);
		String session = this.caller.session();
		assertThat(this.caller.ask("code", "jane-secret")).isBetween(400, 499);
		this.caller.ask("once", "guess");
		assertThat(entries(3)).extracting("action", "outcome", "actor_id", "ip", "session_id")
			.containsExactly(tuple("login", "success", "jane", "127.0.0.1", session),
					tuple("login", "failure", "jane", "127.0.0.1", session),
					tuple("login", "failure", "jane", "127.0.0.1", session));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableWebMvc
	static class OwnMvc {

		@Bean
		AuthenticationManager manager(UserDetailsService users) {
			return new ProviderManager(new DaoAuthenticationProvider(users));
		}

	}

}
