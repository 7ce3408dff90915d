package io.auditspring.capture.internal.origin;

import java.math.BigDecimal;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Audited;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.ShopConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A caller whom nobody authenticated is anonymous, and neither a user nor the system.
 */
class AnonymousCallersTests {

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private final HttpClient http = HttpClient.newHttpClient();

	private int before;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(OpenShop.class)
			.properties("server.port=0", "spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.flyway.enabled=false")
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@BeforeEach
	void count() {
		this.before = (int) log.count();
	}

	private Map<String, Object> newEntry() {
		return log.await(this.before + 1).get(this.before);
	}

	private void post(String path) throws Exception {
		String port = context.getEnvironment().getProperty("local.server.port");
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
			.POST(HttpRequest.BodyPublishers.noBody())
			.build();
		assertThat(this.http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(200);
	}

	// "unguarded" knows no anonymous user, as an application without Spring Security.
	@ParameterizedTest
	@ValueSource(
			strings = { "/orders", "/unguarded/orders", "/tasks", "/unguarded/tasks", "/monos", "/unguarded/monos" })
	void withinARequest(String path) throws Exception {
		post(path);
		assertThat(newEntry()).containsEntry("actor_type", "anonymous")
			.containsEntry("actor_id", "anonymous")
			.containsEntry("ip", "127.0.0.1");
	}

	// No thread is the request's: its context says it.
	@Test
	void withinAReactiveRequest() {
		Tasks tasks = context.getBean(Tasks.class);
		ReactiveRequests requests = new ReactiveRequests(new TrustedProxies(List.of(), null), null, null, null);
		requests.filter(MockServerWebExchange.from(MockServerHttpRequest.get("/reactive;jsessionid=1/monos")
			.remoteAddress(new InetSocketAddress("192.0.2.7", 4711))
			.header("User-Agent", "curl")), (exchange) -> tasks.mono().then()).block(Duration.ofSeconds(60));
		assertThat(newEntry()).containsEntry("actor_type", "anonymous")
			.containsEntry("ip", "192.0.2.7")
			.containsEntry("user_agent", "curl");
	}

	@Test
	void aReactiveRequestIsShownByItsTemplate() {
		Tasks tasks = context.getBean(Tasks.class);
		ReactiveRequests requests = new ReactiveRequests(new TrustedProxies(List.of(), null), null, null, null);
		requests.filter(MockServerWebExchange.from(MockServerHttpRequest.get("/doors/4711")), (exchange) -> {
			exchange.getAttributes()
				.put("org.springframework.web.reactive.HandlerMapping.bestMatchingPattern", "/doors/{code}");
			return tasks.mono().then();
		}).block(Duration.ofSeconds(60));
		assertThat((String) newEntry().get("metadata")).contains("/doors/{code}");
	}

	@Test
	void whatNobodyAsksForReactivelyIsTheSystems() {
		context.getBean(Tasks.class).mono().block(Duration.ofSeconds(60));
		assertThat(newEntry()).containsEntry("actor_type", "system");
	}

	@Test
	void whatNoRequestCausedIsTheSystems() {
		context.getBean(OrderService.class).create("B-" + System.nanoTime(), BigDecimal.ONE);
		assertThat(newEntry()).containsEntry("actor_type", "system").containsEntry("actor_id", "system");
	}

	@ParameterizedTest
	@EnumSource(ActorType.class)
	void everyKindOfActorIsKeptAndReadAgain(ActorType type) {
		Actor actor = (type == ActorType.SYSTEM) ? Actor.system() : new Actor(type, "kind-" + type, null, null);
		context.getBean(AuditRecorder.class).record(AuditRecord.action("kept").actor(actor).build());
		newEntry();
		assertThat(context.getBean(AuditTrail.class).find(AuditQuery.all()).iterator().next().getActorType())
			.isEqualTo(type);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	static class OpenShop extends ShopConfiguration {

		@Bean
		@Order(1)
		SecurityFilterChain unguarded(HttpSecurity http) throws Exception {
			return http.securityMatcher("/unguarded/**")
				.csrf((csrf) -> csrf.disable())
				.anonymous((anonymous) -> anonymous.disable())
				.build();
		}

		@Bean
		@Order(2)
		SecurityFilterChain guarded(HttpSecurity http) throws Exception {
			return http.csrf((csrf) -> csrf.disable())
				.authorizeHttpRequests((requests) -> requests.anyRequest().permitAll())
				.build();
		}

		@Bean
		Tasks tasks() {
			return new Tasks();
		}

		@Bean
		Counter counter(OrderService orders, Tasks tasks) {
			return new Counter(orders, tasks);
		}

	}

	static class Tasks {

		@Async
		@Audited("task")
		public void task() {
		}

		@Audited("mono")
		public Mono<String> mono() {
			return Mono.just("done");
		}

	}

	@RestController
	static class Counter {

		private final OrderService orders;

		private final Tasks tasks;

		Counter(OrderService orders, Tasks tasks) {
			this.orders = orders;
			this.tasks = tasks;
		}

		@PostMapping({ "/orders", "/unguarded/orders" })
		void order() {
			this.orders.create("A-" + System.nanoTime(), BigDecimal.ONE);
		}

		@PostMapping({ "/tasks", "/unguarded/tasks" })
		void task() {
			this.tasks.task();
		}

		@PostMapping({ "/monos", "/unguarded/monos" })
		Mono<String> mono() {
			return this.tasks.mono();
		}

	}

}
