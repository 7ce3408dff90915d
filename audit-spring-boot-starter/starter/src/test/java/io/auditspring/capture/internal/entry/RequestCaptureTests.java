package io.auditspring.capture.internal.entry;

import java.math.BigDecimal;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.ActorResolver;
import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Audited;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.ShopConfiguration;
import jakarta.servlet.http.HttpSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who called and from where, over real HTTP.
 */
class RequestCaptureTests {

	private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private final HttpClient http = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();

	private int before;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(WebShop.class)
			.properties("server.port=0", "spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"audit.request.id-header=X-Request-Id",
					"audit.request.trusted-proxies=10.0.0.0/8, 192.168.1.1, 2001:db8:feed::/48")
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

	private int post(String path, String user, String... headers) throws Exception {
		String port = context.getEnvironment().getProperty("local.server.port");
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
			.header("User-Agent", "test/1.0")
			.POST(HttpRequest.BodyPublishers.noBody());
		if (headers.length > 0) {
			request.headers(headers);
		}
		if (user != null) {
			String credentials = user + ":secret";
			request.header("Authorization",
					"Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
		}
		return this.http.send(request.build(), HttpResponse.BodyHandlers.ofString()).statusCode();
	}

	private Map<String, Object> newEntry() {
		return log.await(this.before + 1).get(this.before);
	}

	@Test
	void theEntryNamesUserAddressProgramAndTrace() throws Exception {
		assertThat(post("/orders", "jane", "traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01")).isEqualTo(200);
		assertThat(newEntry()).containsEntry("actor_type", "user")
			.containsEntry("actor_id", "jane")
			.containsEntry("ip", "127.0.0.1")
			.containsEntry("user_agent", "test/1.0")
			.containsEntry("trace_id", TRACE)
			.containsEntry("outcome", "success");
	}

	@Test
	void theIdThatARequestSaysItHasIsMarkedAsItsOwnWord() throws Exception {
		assertThat(post("/note", "jane", "X-Request-Id", "req-17/a=b")).isEqualTo(200);
		assertThat(newEntry()).containsEntry("trace_id", "req-17/a=b")
			.hasEntrySatisfying("metadata",
					(metadata) -> assertThat(metadata.toString()).contains("\"id\": \"req-17/a=b\""));
		assertThat(
				post("/note", "jane", "X-Request-Id", "req-18", "traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01"))
			.isEqualTo(200);
		assertThat(log.await(this.before + 2).get(this.before + 1)).containsEntry("trace_id", TRACE)
			.hasEntrySatisfying("metadata",
					(metadata) -> assertThat(metadata.toString()).contains("\"id\": \"req-18\""));
	}

	@Test
	void whatCannotBeAnIdIsLeftOut() throws Exception {
		List<String> odd = List.of("", "two words", "x".repeat(201), "<script >");
		for (String id : odd) {
			assertThat(post("/note", "jane", "X-Request-Id", id)).isEqualTo(200);
		}
		assertThat(log.await(this.before + odd.size()).subList(this.before, this.before + odd.size()))
			.allSatisfy((entry) -> assertThat(entry).containsEntry("trace_id", null)
				.containsEntry("metadata", "{\"request\": {\"path\": \"/note\", \"method\": \"POST\"}}"));
	}

	@Test
	void forgedForwardingHeadersNeverChangeTheAddress() throws Exception {
		List<String[]> forgeries = ClientCase.all().stream().map(RequestCaptureTests::headers).toList();
		for (String[] forgery : forgeries) {
			assertThat(post("/note", "jane", forgery)).isEqualTo(200);
		}
		List<Map<String, Object>> entries = log.await(this.before + forgeries.size());
		assertThat(entries.subList(this.before, entries.size())).hasSizeGreaterThan(100)
			.extracting("ip")
			.containsOnly("127.0.0.1");
	}

	// The client refuses to send what is not ASCII.
	private static String[] headers(ClientCase request) {
		List<String> headers = new ArrayList<>();
		for (String name : List.of("Forwarded", "X-Forwarded-For")) {
			request.header(name)
				.stream()
				.filter((value) -> StandardCharsets.US_ASCII.newEncoder().canEncode(value))
				.forEach((value) -> headers.addAll(List.of(name, value)));
		}
		return headers.toArray(String[]::new);
	}

	@Test
	void theSessionIsThereAsADigestOnly() throws Exception {
		assertThat(post("/session", "jane")).isEqualTo(200);
		String session = (String) newEntry().get("session_id");
		String raw = log.jdbc()
			.queryForObject("select message from audit.audit_log order by seq desc limit 1", String.class);
		assertThat(session).matches("[0-9a-f]{32}").isNotEqualTo(raw);
	}

	@Test
	void whatMethodSecurityRefusesIsDeniedWithTheMethodsOwnData() throws Exception {
		assertThat(post("/forbidden", "jane")).isEqualTo(403);
		assertThat(newEntry()).containsEntry("action", "vault.open")
			.containsEntry("outcome", "denied")
			.containsEntry("actor_id", "jane")
			.containsEntry("target_type", "Vault")
			.containsEntry("target_id", "7")
			.containsEntry("metadata", "{\"request\": {\"path\": \"/forbidden\", \"method\": \"POST\"}}");
	}

	@Test
	void anActorResolverGoesBeforeTheSecurityContext() throws Exception {
		assertThat(post("/orders", "jane", "X-Key", "k-1")).isEqualTo(200);
		assertThat(newEntry()).containsEntry("actor_type", "api_key")
			.containsEntry("actor_id", "k-1")
			.containsEntry("actor_name", "the key");
	}

	@Test
	void outsideARequestTheActorIsTheSystemOrWhoeverItActsFor() throws Exception {
		AuditRecorder recorder = context.getBean(AuditRecorder.class);
		AuditContext.runAs(Actor.system("nightly"), () -> {
			recorder.record(AuditRecord.action("job.done").metadata("count", 3).build());
			return null;
		});
		assertThat(newEntry()).containsEntry("actor_type", "system")
			.containsEntry("actor_id", "system")
			.containsEntry("actor_name", "nightly")
			.containsEntry("ip", null)
			.containsEntry("metadata", "{\"count\": 3}");
	}

	/**
	 * The shop on the web.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableMethodSecurity
	static class WebShop extends ShopConfiguration {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) throws Exception {
			return http.csrf((csrf) -> csrf.disable())
				.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

		/** Only finds them: a store of passwords would hash them at the first sign-in. */
		@Bean
		UserDetailsService users() {
			UserDetailsService users = new InMemoryUserDetailsManager(
					User.withUsername("jane").password("{noop}secret").roles("USER").build());
			return users::loadUserByUsername;
		}

		@Bean
		Vault vault() {
			return new Vault();
		}

		@Bean
		Shop shop(OrderService orders, Vault vault, AuditRecorder recorder) {
			return new Shop(orders, vault, recorder);
		}

		@Bean
		ActorResolver keys() {
			return () -> {
				String key = Shop.KEY.get();
				return (key != null) ? Actor.apiKey(key, "the key") : null;
			};
		}

	}

	/**
	 * Something that not everybody may open.
	 */
	static class Vault {

		@PreAuthorize("hasRole('ADMIN')")
		@Audited(action = "vault.open", targetType = "Vault", targetId = "#id")
		@Transactional
		public void open(long id) {
			throw new IllegalStateException("must not be reached");
		}

	}

	/**
	 * The shop's requests.
	 */
	@RestController
	static class Shop {

		static final ThreadLocal<String> KEY = new ThreadLocal<>();

		private final OrderService orders;

		private final Vault vault;

		private final AuditRecorder recorder;

		Shop(OrderService orders, Vault vault, AuditRecorder recorder) {
			this.orders = orders;
			this.vault = vault;
			this.recorder = recorder;
		}

		@PostMapping("/orders")
		void create(@RequestHeader(name = "X-Key", required = false) String key) {
			KEY.set(key);
			try {
				this.orders.create(UUID.randomUUID().toString(), BigDecimal.ONE);
			}
			finally {
				KEY.remove();
			}
		}

		@PostMapping("/note")
		void note() {
			this.recorder.record(AuditRecord.action("noted").build());
		}

		@PostMapping("/session")
		void session(HttpSession session) {
			this.recorder.record(AuditRecord.action("session.used").message(session.getId()).build());
		}

		@PostMapping("/forbidden")
		void forbidden() {
			this.vault.open(7);
		}

	}

}
