package io.auditspring.capture.internal.entry;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.GeoLocator;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.ShopConfiguration;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What reaches an application behind a proxy, over real HTTP. The proxy is this test.
 */
class ProxiedRequestTests {

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private final HttpClient http = HttpClient.newHttpClient();

	private int before;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(ProxiedShop.class)
			.properties("server.port=0", "server.servlet.context-path=/shop", "spring.jpa.hibernate.ddl-auto=create",
					"spring.main.banner-mode=off", "audit.request.trusted-proxies=127.0.0.0/8, 10.0.0.0/8",
					"audit.request.device-header=X-Device", "audit.geolocation.timeout=1m")
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

	private List<Map<String, Object>> entriesOf(int count, String path, String... headers) throws Exception {
		String port = context.getEnvironment().getProperty("local.server.port");
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/shop" + path));
		if (headers.length > 0) {
			request.headers(headers);
		}
		this.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
		return log.await(this.before + count).subList(this.before, this.before + count);
	}

	private Map<String, Object> entryOf(String path, String... headers) throws Exception {
		return entriesOf(1, path, headers).get(0);
	}

	@Test
	void theClientIsWhoTheProxySays() throws Exception {
		assertThat(entryOf("/orders/7", "X-Forwarded-For", "1.1.1.1, 203.0.113.9, 10.0.0.2")).containsEntry("ip",
				"203.0.113.9");
	}

	@Test
	void severalLinesOfAHeaderAreOneList() throws Exception {
		assertThat(entryOf("/orders/7", "Forwarded", "for=1.1.1.1", "Forwarded", "for=\"[2001:db8::9]:4711\"",
				"Forwarded", "for=10.0.0.2"))
			.containsEntry("ip", "2001:db8::9");
	}

	@Test
	void theClientIsLocated() throws Exception {
		assertThat(entryOf("/orders/7", "X-Forwarded-For", "203.0.113.9")).containsEntry("geolocation",
				"{\"of\": \"203.0.113.9\"}");
	}

	@Test
	void whereNothingIsKnownThereIsNoLocation() throws Exception {
		assertThat(entryOf("/orders/7")).containsEntry("ip", "127.0.0.1").containsEntry("geolocation", null);
	}

	@Test
	void theDeviceIsWhatTheConfiguredHeaderSays() throws Exception {
		assertThat(entryOf("/orders/7", "X-Device", "d-41")).containsEntry("device_fingerprint", "d-41");
	}

	@Test
	void whatTheClientSendsIsLimitedInLength() throws Exception {
		assertThat(entryOf("/" + "a".repeat(1000), "X-Device", "d".repeat(1000), "User-Agent", "u".repeat(1000)))
			.containsEntry("device_fingerprint", "d".repeat(512))
			.containsEntry("user_agent", "u".repeat(512))
			.containsEntry("metadata", request("/" + "a".repeat(511)));
	}

	@Test
	void thePathIsTheTemplateWithoutTheQuery() throws Exception {
		assertThat(entryOf("/orders/7?token=abc")).containsEntry("metadata", request("/orders/{id}"));
	}

	@Test
	void whereNoHandlerMatchesThePathHasNeitherQueryNorParameters() throws Exception {
		assertThat(entryOf("/none;jsessionid=A1/at;v=2/all?token=abc")).containsEntry("action", "request.unmatched")
			.containsEntry("metadata", request("/none/at/all"));
	}

	@Test
	void aCallThatBeginsInAFilterKnowsTheTemplateInTheEnd() throws Exception {
		List<Map<String, Object>> entries = entriesOf(2, "/orders/7?around");
		assertThat(entries).extracting("action").containsExactly("order.shown", "order.ping");
		assertThat(entries).extracting("metadata").containsOnly(request("/orders/{id}"));
	}

	@Test
	void everyEntryOfACallSaysWhatWasRequested() throws Exception {
		long id = context.getBean(OrderService.class).create("A-1", BigDecimal.ONE).getId();
		this.before = log.await(this.before + 1).size();
		List<Map<String, Object>> entries = entriesOf(3, "/orders/" + id + "/lines");
		assertThat(entries).extracting("target_type").containsExactlyInAnyOrder(null, "PurchaseOrder", "OrderLine");
		assertThat(entries).extracting("metadata").containsOnly(request("/orders/{id}/lines"));
	}

	@Test
	void theApplicationsOwnMemberGoesBefore() throws Exception {
		assertThat(entryOf("/own")).containsEntry("metadata", "{\"request\": \"r-1\"}");
	}

	private static String request(String path) {
		return "{\"request\": {\"path\": \"%s\", \"method\": \"GET\"}}".formatted(path);
	}

	/**
	 * The shop behind a proxy, without sign-in.
	 */
	@Configuration(proxyBeanMethods = false)
	static class ProxiedShop extends ShopConfiguration {

		@Bean
		GeoLocator locator() {
			return (address) -> address.isLoopbackAddress() ? null : Map.of("of", address);
		}

		@Bean
		SecurityFilterChain everybody(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().permitAll()).build();
		}

		@Bean
		HttpFirewall lenient() {
			StrictHttpFirewall firewall = new StrictHttpFirewall();
			firewall.setAllowSemicolon(true);
			return firewall;
		}

		@Bean
		Shop shop(OrderService orders, AuditRecorder recorder) {
			return new Shop(orders, recorder);
		}

		@Bean
		Doorman doorman(OrderService orders, AuditRecorder recorder) {
			return new Doorman(orders, recorder);
		}

	}

	/**
	 * Audits before a handler is chosen.
	 */
	static class Doorman extends HttpFilter {

		private static final long serialVersionUID = 1L;

		private final transient OrderService orders;

		private final transient AuditRecorder recorder;

		Doorman(OrderService orders, AuditRecorder recorder) {
			this.orders = orders;
			this.recorder = recorder;
		}

		@Override
		protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws IOException, ServletException {
			if ("around".equals(request.getQueryString())) {
				audited(() -> {
					chain.doFilter(request, response);
					return "done";
				});
				return;
			}
			if (!request.getRequestURI().matches("/shop/(orders/.*|own)")) {
				this.recorder.record(AuditRecord.action("request.unmatched").build());
			}
			chain.doFilter(request, response);
		}

		private void audited(Callable<String> work) throws ServletException {
			try {
				this.orders.ping(work);
			}
			catch (Exception ex) {
				throw new ServletException(ex);
			}
		}

	}

	/**
	 * The shop's requests.
	 */
	@RestController
	static class Shop {

		private final OrderService orders;

		private final AuditRecorder recorder;

		Shop(OrderService orders, AuditRecorder recorder) {
			this.orders = orders;
			this.recorder = recorder;
		}

		@GetMapping("/orders/{id}")
		void show(@PathVariable long id) {
			this.recorder.record(AuditRecord.action("order.shown").target("PurchaseOrder", id).build());
		}

		@GetMapping("/orders/{id}/lines")
		void addLine(@PathVariable long id) {
			this.orders.addLine(id, "book");
		}

		@GetMapping("/own")
		void own() {
			this.recorder.record(AuditRecord.action("own").metadata("request", "r-1").build());
		}

	}

}
