package io.auditspring.web;

import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.HttpStatusEntryPoint;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever is refused below the path of the trail, and by whomever, is told in one shape;
 * and only there. The application has ideas of its own about errors.
 */
class ProblemsTests {

	private static ConfigurableApplicationContext context;

	private final Visitor nobody = Visitor.anonymous(context);

	private final Visitor carol = this.nobody.as("carol");

	@BeforeAll
	static void start() {
		context = WebFixture.application(Shop.class, OwnIdeas.class)
			.properties("server.compression.enabled=true",
					"server.compression.mime-types=application/json,application/x-ndjson,text/csv",
					"server.tomcat.max-http-form-post-size=1KB", "server.tomcat.max-swallow-size=-1",
					"spring.servlet.multipart.max-file-size=1KB")
			.run();
		for (int i = 0; i < 30; i++) {
			context.getBean(AuditRecorder.class)
				.record(AuditRecord.action("order.pay").actor(Actor.user("jane")).message("x".repeat(100)).build());
		}
		new AuditLog(context.getBean(DataSource.class)).await(30);
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	private static void isProblem(HttpResponse<String> answer, int status) {
		assertThat(answer.statusCode()).isEqualTo(status);
		assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
		assertThat(answer.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
		assertThat(answer.headers().allValues("X-Content-Type-Options")).containsExactly("nosniff");
		JsonNode problem = new JsonMapper().readTree(answer.body());
		assertThat(problem.propertyNames()).contains("type", "title", "status", "detail")
			.isSubsetOf("type", "title", "status", "detail", "parameter");
		assertThat(problem.get("status").intValue()).isEqualTo(status);
		assertThat(problem.get("detail").stringValue()).isNotBlank();
	}

	@ParameterizedTest
	@CsvSource({ "GET, /audit/api/entries/17, 400", "GET, /audit/api/entries/17/proof, 400",
			"GET, /audit/api/entries?colour=red, 400", "GET, /audit/api/targets/Order/4%252F2, 400",
			"GET, /audit/api/nothing, 404", "GET, /audit/nothing, 404", "GET, /audit/page/nothing.js, 404",
			"POST, /audit/api/verification, 403", "DELETE, /audit/api/verification, 403",
			"PROPFIND, /audit/api/entries, 400" })
	void everyErrorHasOneShape(String method, String path, int status) {
		isProblem(this.carol.send(method, path), status);
	}

	/** As no client of Java's sends it. */
	@Test
	void whatIsNoAddressIsToldAlike() throws Exception {
		URI address = this.nobody.address();
		try (Socket socket = new Socket(address.getHost(), address.getPort())) {
			socket.getOutputStream()
				.write("GET /audit/api/entries?q=%zz HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n".getBytes());
			assertThat(new String(socket.getInputStream().readAllBytes())).startsWith("HTTP/1.1 400")
				.contains("application/problem+json", "\"status\":400");
		}
	}

	@Test
	void whoMayNotReadIsToldAlike() {
		isProblem(this.nobody.get("/audit/api/entries"), 401);
		isProblem(this.nobody.with("Authorization", "Basic bm9ib2R5Om5vdGhpbmc=").get("/audit/api/entries"), 401);
		isProblem(this.nobody.as("jane").get("/audit/api/ledger"), 403);
		isProblem(this.nobody.get("/audit/api/entries/17/proof"), 401);
		isProblem(this.nobody.as("jane").get("/audit/api/entries/17/proof"), 403);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			{                       | 400
			"why"                   | 400
			{"justification":{}}    | 400
			{"justification":null}  | 409
			null                    | 409
			""")
	void aDecisionThatCannotBeReadIsNoFailureOfOurs(String body, int status) throws Exception {
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI
				.create(this.carol.address() + "/audit/api/approvals/01a2257b-d936-7e6c-bb39-26e863b37804/grant"))
			.headers(this.carol.with("X-Without-Csrf", "yes").headers().toArray(String[]::new))
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(body));
		isProblem(HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString()), status);
	}

	@Test
	void whatIsAskedForInAnotherWayThanThereIsSaysInWhich() {
		HttpResponse<String> answer = this.carol.with("X-Without-Csrf", "yes").send("PUT", "/audit/api/entries");
		isProblem(answer, 405);
		assertThat(answer.headers().firstValue("Allow").orElse("")).contains("GET");
	}

	@ParameterizedTest
	@CsvSource({ "sends, 413", "sends, 415", "sends, 429", "sends, 500", "sends, 503", "sets, 413", "sets, 415",
			"sets, 418", "sets, 500", "sets, 502", "sets, 503", "throws, 500" })
	void whatFiltersOfTheApplicationRefuseIsToldAlike(String way, int status) {
		HttpResponse<String> answer = this.carol.with("X-Trouble", way + " " + status).get("/audit/api/entries");
		isProblem(answer, status);
		assertThat(answer.body()).doesNotContain("trouble");
		assertThat(this.carol.with("X-Trouble", way + " " + status).get("/shop/open").body())
			.doesNotContain("about:blank");
	}

	@ParameterizedTest
	@ValueSource(strings = { "application/x-www-form-urlencoded", "multipart/form-data; boundary=part" })
	void aRequestThatIsTooLargeIsToldAlike(String type) throws Exception {
		String content = type.startsWith("multipart")
				? "--part\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n%s\r\n--part--\r\n"
				: "a=%s";
		for (Visitor visitor : new Visitor[] { this.carol, this.carol.with("X-Without-Csrf", "yes") }) {
			HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(visitor.address() + "/audit/api/entries"))
				.headers(visitor.headers().toArray(String[]::new))
				.header("Content-Type", type)
				.POST(HttpRequest.BodyPublishers.ofString(content.formatted("x".repeat(5000))));
			HttpResponse<String> answer = HttpClient.newHttpClient()
				.send(request.build(), HttpResponse.BodyHandlers.ofString());
			isProblem(answer, 413);
		}
	}

	/** As many applications answer who uses tokens: by a status and nothing else. */
	@Test
	void aRefusalWithoutWordsGetsSome() {
		isProblem(this.nobody.with("X-Tokens", "yes").get("/audit/api/entries"), 401);
		assertThat(this.nobody.with("X-Tokens", "yes").get("/shop/closed").body()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			/audit/api/entries           | application/xml
			/audit/api/entries           | application/json;q=0, */*
			/audit/api/entries           | nonsense
			/audit/api/export?format=csv | application/json
			/audit/api/export?format=ecs | text/csv
			/audit/api/live              | application/json
			/audit/                      | application/json
			""")
	void aFormatThatThereIsNotIsRefused(String path, String accept) {
		isProblem(this.carol.with("Accept", accept).get(path), 406);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			/audit/api/entries           | application/json
			/audit/api/entries           | text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
			/audit/api/entries           | application/*;q=0.1
			/audit/api/export?format=csv | text/csv;header=present
			/audit/api/export?format=csv | text/*
			/audit/api/export?format=ecs | application/x-ndjson
			/audit/                      | text/html
			""")
	void aFormatThatThereIsIsNot(String path, String accept) {
		assertThat(this.carol.with("Accept", accept).get(path).statusCode()).isEqualTo(200);
	}

	@Test
	void norAreThePagesOwnFiles() {
		Matcher script = Pattern.compile("page/[^\"]+/app\\.js").matcher(this.carol.get("/audit/").body());
		assertThat(script.find()).isTrue();
		assertThat(this.carol.with("Accept", "text/javascript").get("/audit/" + script.group()).statusCode())
			.isEqualTo(200);
	}

	@Test
	void errorsElsewhereAreTheApplications() {
		assertThat(this.carol.get("/shop/nothing").body()).isEqualTo("The shop's own idea of NoResourceFoundException");
		assertThat(this.carol.get("/shop/open").body()).isEqualTo("open");
		assertThat(this.carol.send("POST", "/shop/open").body()).contains("\"path\":\"/shop/open\"");
		assertThat(this.carol.get("/auditors").body()).isEqualTo("The shop's own idea of NoResourceFoundException");
		assertThat(this.carol.with("Accept", "application/xml").get("/shop/open").statusCode()).isEqualTo(200);
	}

	@ParameterizedTest
	@CsvSource({ "entries?colour=red, colour", "entries?q=a&q=b, q", "entries/17, id", "entries/17/proof, id",
			"entries/17/proof?format=tlog-proof, id", "entries?id=1, id", "entries?-id=1, -id",
			"entries?operation=1, operation", "export?format=csv&fields=action&fields=id, fields",
			"export?format=csv&fields=action;colour, fields", "export?format=ecs&fields=action, fields",
			"entries?cursor=abc, cursor", "statistics?interval=1, interval",
			"statistics?interval=P200000000D, interval", "statistics?from=2026-02-01&to=2026-01-01, from",
			"statistics?limit=1, limit", "export?format=csv&cursor=abc, cursor", "export?format=xlsx, format",
			"suggestions?attribute=x, attribute", "state?targetType=a&targetId=b&at=noon, at",
			"targets/Order/7/state?at=noon, at" })
	void theWrongParameterIsNamed(String path, String parameter) {
		HttpResponse<String> answer = this.carol.get("/audit/api/" + path);
		isProblem(answer, 400);
		assertThat(new JsonMapper().readTree(answer.body()).path("parameter").stringValue()).isEqualTo(parameter);
	}

	@ParameterizedTest
	@ValueSource(strings = { "carol", "jane" })
	void aPageLeadsToTheNext(String reader) {
		Visitor visitor = this.nobody.as(reader);
		URI page = URI.create("/audit/api/entries?action=order.pay&limit=20&q=" + "x".repeat(20) + "&from=2020-01-01");
		HttpResponse<String> first = visitor.get(page.toString());
		String link = first.headers().firstValue("Link").orElseThrow();
		assertThat(link).matches("<\\./entries\\?[!-=?-~]*>; rel=\"next\"");
		URI next = page.resolve(link.substring(1, link.indexOf('>')));
		assertThat(next.getPath()).isEqualTo("/audit/api/entries");
		HttpResponse<String> second = visitor.get(next.toString());
		assertThat(new JsonMapper().readTree(second.body()).get("entries")).hasSize(10);
		assertThat(second.headers().firstValue("Link")).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "entries", "export?format=csv", "export?format=ecs", "export?format=ndjson" })
	void answersAreCompressedWhereTheServerCompresses(String path) throws Exception {
		String id = this.carol.json("/audit/api/entries?action=order.pay&limit=1").at("/entries/0/id").stringValue();
		for (String each : new String[] { path, "entries/" + id }) {
			HttpRequest.Builder request = HttpRequest
				.newBuilder(URI.create(this.carol.address() + "/audit/api/" + each));
			request.headers(this.carol.headers().toArray(String[]::new)).header("Accept-Encoding", "gzip");
			HttpResponse<InputStream> answer = HttpClient.newHttpClient()
				.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
			boolean large = !each.startsWith("entries/");
			assertThat(answer.statusCode()).isEqualTo(200);
			assertThat(answer.headers().firstValue("Content-Encoding").orElse("")).isEqualTo(large ? "gzip" : "");
			if (large) {
				assertThat(new String(new GZIPInputStream(answer.body()).readAllBytes())).contains("order.pay");
			}
			else {
				assertThat(answer.headers().firstValue("ETag").orElseThrow()).startsWith("W/\"");
			}
		}
	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Shop {

		@GetMapping("/shop/open")
		String open() {
			return "open";
		}

		@Bean
		Filter trouble() {
			return (request, response, chain) -> {
				String[] trouble = String.valueOf(((HttpServletRequest) request).getHeader("X-Trouble")).split(" ");
				HttpServletResponse answer = (HttpServletResponse) response;
				switch (trouble[0]) {
					case "sends" -> answer.sendError(Integer.parseInt(trouble[1]));
					case "sets" -> answer.setStatus(Integer.parseInt(trouble[1]));
					case "throws" -> throw new IllegalStateException("trouble");
					default -> chain.doFilter(request, response);
				}
			};
		}

		@Bean
		@Order(0)
		SecurityFilterChain tokens(HttpSecurity http) throws Exception {
			return http.securityMatcher((request) -> request.getHeader("X-Tokens") != null)
				.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.exceptionHandling((refusals) -> refusals
					.authenticationEntryPoint(new HttpStatusEntryPoint(HttpStatus.UNAUTHORIZED)))
				.build();
		}

		@Bean
		@Order(1)
		SecurityFilterChain withoutCsrf(HttpSecurity http) throws Exception {
			return http.securityMatcher((request) -> request.getHeader("X-Without-Csrf") != null)
				.csrf((csrf) -> csrf.disable())
				.httpBasic((basic) -> {
				})
				.build();
		}

	}

	@ControllerAdvice
	static class OwnIdeas extends ResponseEntityExceptionHandler {

		@Override
		protected ResponseEntity<Object> handleExceptionInternal(Exception ex, Object body, HttpHeaders headers,
				HttpStatusCode status, WebRequest request) {
			return ResponseEntity.status(status).body("The shop's own idea of " + ex.getClass().getSimpleName());
		}

	}

}
