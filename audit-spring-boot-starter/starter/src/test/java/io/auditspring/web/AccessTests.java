package io.auditspring.web;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.web.internal.handler.TrailMapping;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every path and parameter as everybody: nobody, who sees their own, who sees all of a
 * tenant, and who sees all of another one. A path that nobody thought of here fails.
 */
class AccessTests {

	private static final int OK = 200;

	private static final int MALFORMED = 400;

	private static final int NOT_SIGNED_IN = 401;

	private static final int FORBIDDEN = 403;

	private static final int NOT_FOUND = 404;

	/** Stands for the id of bob's entry, of tenant acme. */
	private static final String BOBS = "{bobs}";

	private static ConfigurableApplicationContext context;

	private static String bobs;

	/** Names the newest entry of acme, which is jane's. */
	private static String cursor;

	/**
	 * What is expected of a path.
	 *
	 * @param mapping what it is called by the application
	 * @param method how it is asked
	 * @param path as it is asked for
	 * @param analyst what jane gets, who did something herself
	 * @param manager what carol gets, who reads all of acme
	 * @param other what dora gets, who reads all of umbrella
	 */
	record Expected(String mapping, String method, String path, int analyst, int manager, int other) {

	}

	private static Expected get(String mapping, String path, int analyst, int manager, int other) {
		return new Expected("GET " + mapping, "GET", path, analyst, manager, other);
	}

	static final List<Expected> EXPECTED = List.of(get("/audit", "/audit", OK, OK, OK),
			get("/audit/", "/audit/", OK, OK, OK),
			get("/audit/embed/targets/{type}/{id}", "/audit/embed/targets/Order/bob", OK, OK, OK),
			get("/audit/embed/target", "/audit/embed/target?targetType=Order&targetId=bob%2F1", OK, OK, OK),
			get("/audit/api/entries", "/audit/api/entries", OK, OK, OK),
			get("/audit/api/entries", "/audit/api/entries?actor=bob", OK, OK, OK),
			get("/audit/api/entries", "/audit/api/entries?impersonator=bob&-id=" + BOBS, OK, OK, OK),
			get("/audit/api/entries", "/audit/api/entries?id=" + BOBS, OK, OK, OK),
			get("/audit/api/entries", "/audit/api/entries?tenant=acme", OK, OK, OK),
			get("/audit/api/entries", "/audit/api/entries?tenant=umbrella", OK, OK, OK),
			get("/audit/api/entries", "/audit/api/entries?tenant=acme&tenant=umbrella", OK, OK, OK),
			get("/audit/api/entries", "/audit/api/entries?actor=jane&actor=bob", OK, OK, OK),
			get("/audit/api/entries", "/audit/api/entries?-action=jane.done&q=done", OK, OK, OK),
			get("/audit/api/entries", "/audit/api/entries?cursor={cursor}", OK, OK, MALFORMED),
			get("/audit/api/entries", "/audit/api/entries?targetType=Order&targetId=bob%2F1", OK, OK, OK),
			get("/audit/api/entries/{id}", "/audit/api/entries/" + BOBS, NOT_FOUND, OK, NOT_FOUND),
			get("/audit/api/entries/{id}/proof", "/audit/api/entries/" + BOBS + "/proof", FORBIDDEN, FORBIDDEN,
					FORBIDDEN),
			get("/audit/api/entries", "/audit/api/entries?fields=summary", OK, OK, OK),
			get("/audit/api/entries/count", "/audit/api/entries/count?tenant=acme&actor=bob", OK, OK, OK),
			get("/audit/api/entries/{id}/context", "/audit/api/entries/" + BOBS + "/context", NOT_FOUND, OK, NOT_FOUND),
			get("/audit/api/facets", "/audit/api/facets", OK, OK, OK),
			get("/audit/api/facets", "/audit/api/facets?field=tenant&field=actor&tenant=acme", OK, OK, OK),
			get("/audit/api/facets", "/audit/api/facets?field=hash", MALFORMED, MALFORMED, MALFORMED),
			get("/audit/api/targets/{type}/{id}", "/audit/api/targets/Order/bob", OK, OK, OK),
			get("/audit/api/targets/{type}/{id}/state", "/audit/api/targets/Order/bob/state", FORBIDDEN, NOT_FOUND,
					NOT_FOUND),
			get("/audit/api/state", "/audit/api/state?targetType=Order&targetId=bob%2F1", FORBIDDEN, NOT_FOUND,
					NOT_FOUND),
			get("/audit/api/statistics", "/audit/api/statistics", OK, OK, OK),
			get("/audit/api/statistics", "/audit/api/statistics?tenant=acme&actor=bob", OK, OK, OK),
			get("/audit/api/suggestions", "/audit/api/suggestions?attribute=action", OK, OK, OK),
			get("/audit/api/suggestions", "/audit/api/suggestions?attribute=actor&tenant=acme", OK, OK, OK),
			get("/audit/api/suggestions", "/audit/api/suggestions?attribute=hash", MALFORMED, MALFORMED, MALFORMED),
			get("/audit/api/reader", "/audit/api/reader", OK, OK, OK),
			get("/audit/api/export", "/audit/api/export?format=csv", OK, OK, OK),
			get("/audit/api/export", "/audit/api/export?format=csv&fields=action,hash,seq,metadata", OK, OK, OK),
			get("/audit/api/export", "/audit/api/export?format=ecs&actor=bob", OK, OK, OK),
			get("/audit/api/export", "/audit/api/export?format=ndjson", FORBIDDEN, FORBIDDEN, FORBIDDEN),
			get("/audit/api/export", "/audit/api/export?format=ndjson&chain=main", FORBIDDEN, FORBIDDEN, FORBIDDEN),
			get("/audit/api/ledger", "/audit/api/ledger", FORBIDDEN, FORBIDDEN, FORBIDDEN),
			get("/audit/api/chains/{chain}/checkpoint", "/audit/api/chains/main/checkpoint", FORBIDDEN, FORBIDDEN,
					FORBIDDEN),
			get("/audit/api/chains/{chain}/tile/{level}/{*path}", "/audit/api/chains/main/tile/0/000.p/1", FORBIDDEN,
					FORBIDDEN, FORBIDDEN),
			get("/audit/api/verification", "/audit/api/verification", FORBIDDEN, FORBIDDEN, FORBIDDEN),
			get("/audit/api/verification/progress", "/audit/api/verification/progress", FORBIDDEN, FORBIDDEN,
					FORBIDDEN),
			new Expected("POST /audit/api/verification", "POST", "/audit/api/verification", FORBIDDEN, FORBIDDEN,
					FORBIDDEN),
			new Expected("DELETE /audit/api/verification", "DELETE", "/audit/api/verification", FORBIDDEN, FORBIDDEN,
					FORBIDDEN),
			new Expected("POST /audit/api/verification/cancellation", "POST", "/audit/api/verification/cancellation",
					FORBIDDEN, FORBIDDEN, FORBIDDEN),
			get("/audit/api/approvals", "/audit/api/approvals", FORBIDDEN, FORBIDDEN, FORBIDDEN),
			new Expected("POST /audit/api/approvals/{id}/grant", "POST",
					"/audit/api/approvals/01a2257b-d936-7e6c-bb39-26e863b37804/grant", FORBIDDEN, FORBIDDEN, FORBIDDEN),
			new Expected("POST /audit/api/approvals/{id}/reject", "POST",
					"/audit/api/approvals/01a2257b-d936-7e6c-bb39-26e863b37804/reject", FORBIDDEN, FORBIDDEN,
					FORBIDDEN),
			// What it sends is for a test of its own; its headers come at once.
			new Expected("GET /audit/api/live", "HEAD", "/audit/api/live", OK, OK, OK));

	private final Visitor nobody = Visitor.anonymous(context);

	@BeforeAll
	static void start() {
		context = WebFixture.application(OwnPrincipals.class).profiles("tenants", "no-csrf").run();
		record("acme", AuditRecord.action("bob.done").actor(Actor.user("bob")).target("Order", "bob"));
		record("acme", AuditRecord.action("bob.done").actor(Actor.user("bob")).target("Order", "bob/1"));
		record("acme", AuditRecord.action("jane.done").actor(Actor.user("jane")).target("Order", "jane"));
		record("umbrella", AuditRecord.action("secret.done").actor(Actor.user("jane")).target("Order", "dora"));
		record(null, AuditRecord.action("platform.done"));
		AuditLog log = new AuditLog(context.getBean(DataSource.class));
		log.await(5);
		bobs = String.valueOf(log.jdbc()
			.queryForObject("select id::text from audit.audit_log where target_id = 'bob' and action = 'bob.done'",
					String.class));
		cursor = Visitor.anonymous(context)
			.as("carol")
			.with("X-Tenant", "acme")
			.json("/audit/api/entries?limit=1&-action=audit.read")
			.path("next")
			.stringValue();
	}

	/**
	 * What an application has that reads a token itself, and tells Spring Security of a
	 * person by a type of its own.
	 */
	@Configuration(proxyBeanMethods = false)
	static class OwnPrincipals {

		@Bean
		Filter tokens() {
			return (request, response, chain) -> {
				String token = ((HttpServletRequest) request).getHeader("X-Token");
				if (token != null) {
					SecurityContextHolder.getContext()
						.setAuthentication(new UsernamePasswordAuthenticationToken(new Person(token), null,
								AuthorityUtils.createAuthorityList("ROLE_USER")));
				}
				chain.doFilter(request, response);
			};
		}

	}

	/**
	 * Somebody whose type tells nothing to anybody but the application.
	 *
	 * @param token who
	 */
	record Person(String token) {

	}

	private static void record(String tenant, AuditRecord.Builder record) {
		MockHttpServletRequest request = new MockHttpServletRequest();
		if (tenant != null) {
			request.addHeader("X-Tenant", tenant);
		}
		RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(request));
		try {
			context.getBean(AuditRecorder.class).record(record.build());
		}
		finally {
			RequestContextHolder.resetRequestAttributes();
		}
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@Test
	void everyMappingIsExpected() {
		Set<String> mapped = context.getBean(TrailMapping.class)
			.getHandlerMethods()
			.entrySet()
			.stream()
			.flatMap((entry) -> entry.getKey()
				.getMethodsCondition()
				.getMethods()
				.stream()
				.flatMap((
						method) -> entry.getKey().getPatternValues().stream().map((pattern) -> method + " " + pattern)))
			// What the page loads tells nothing, and is for everybody.
			.filter((mapping) -> !mapping.equals("GET /audit/page/{*path}"))
			.collect(Collectors.toCollection(TreeSet::new));
		Set<String> expected = EXPECTED.stream().map(Expected::mapping).collect(Collectors.toCollection(TreeSet::new));
		assertThat(expected).isEqualTo(mapped);
	}

	@TestFactory
	Stream<DynamicTest> everyPathAsEverybody() {
		return EXPECTED.stream()
			.flatMap((expected) -> Stream.of(test("nobody", this.nobody, expected, NOT_SIGNED_IN, Set.of()),
					test("analyst", this.nobody.as("jane").with("X-Tenant", "acme"), expected, expected.analyst(),
							Set.of("jane.done")),
					test("manager", this.nobody.as("carol").with("X-Tenant", "acme"), expected, expected.manager(),
							Set.of("jane.done", "bob.done")),
					test("other tenant", this.nobody.as("dora").with("X-Tenant", "umbrella"), expected,
							expected.other(), Set.of("secret.done"))));
	}

	private static DynamicTest test(String who, Visitor visitor, Expected expected, int status, Set<String> may) {
		return DynamicTest.dynamicTest(who + ": " + expected.method() + " " + expected.path(), () -> {
			HttpResponse<String> answer = visitor.send(expected.method(),
					expected.path().replace(BOBS, bobs).replace("{cursor}", cursor));
			assertThat(answer.statusCode()).isEqualTo(status);
			for (String action : List.of("bob.done", "jane.done", "secret.done", "platform.done")) {
				if (!may.contains(action)) {
					assertThat(withoutReadings(answer.body())).doesNotContain(action);
				}
			}
			if (!may.contains("bob.done")) {
				assertThat(withoutReadings(answer.body())).doesNotContain("bob", "\"ledger\":");
			}
			headersAreSafe(answer);
		});
	}

	/**
	 * What a reader asked for is in the entries about their reading, and theirs to see.
	 */
	private static String withoutReadings(String body) {
		return body.replaceAll("\"(parameters|related|selection|detail)\":(\\{[^}]*}|\\[[^]]*]|\"[^\"]*\")", "")
			.replaceAll("(?m)^.*audit\\.read.*$", "");
	}

	private static void headersAreSafe(HttpResponse<String> answer) {
		Map<String, List<String>> headers = answer.headers().map();
		assertThat(headers.get("X-Content-Type-Options")).containsExactly("nosniff");
		assertThat(headers.get("X-Frame-Options")).containsExactly("DENY");
		assertThat(headers.get("Referrer-Policy")).containsExactly("no-referrer");
		assertThat(headers.get("Content-Security-Policy")).singleElement()
			.asString()
			.contains("default-src 'none'", "frame-ancestors 'none'");
		assertThat(String.valueOf(headers.get("Cache-Control"))).containsAnyOf("no-store", "private");
	}

	@Test
	void whoKnowsTheTagOfAForeignEntryLearnsNothing() {
		Visitor carol = this.nobody.as("carol").with("X-Tenant", "acme");
		String path = "/audit/api/entries/" + bobs;
		String tag = carol.get(path).headers().firstValue("ETag").orElseThrow();
		assertThat(carol.with("If-None-Match", tag).status(path)).isEqualTo(304);
		assertThat(this.nobody.as("jane").with("X-Tenant", "acme").with("If-None-Match", tag).status(path))
			.isEqualTo(NOT_FOUND);
		assertThat(this.nobody.with("If-None-Match", tag).status(path)).isEqualTo(NOT_SIGNED_IN);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/audit/api/entries", "/audit/api/export?format=csv", "/audit/api/facets",
			"/audit/api/live", "/audit/api/statistics" })
	void whomNothingTellsFromOthersHasNothingOfTheirOwn(String path) {
		Visitor stranger = this.nobody.with("X-Token", "seven").with("X-Tenant", "acme");
		assertThat(stranger.send("HEAD", path).statusCode()).isEqualTo(FORBIDDEN);
	}

	@Test
	void whomNothingTellsFromOthersReadsWhatToDoAboutIt() {
		assertThat(this.nobody.with("X-Token", "seven").get("/audit/api/entries").body())
			.contains("audit.actor.id-property", "ActorResolver");
	}

	@ParameterizedTest
	@ValueSource(strings = { "//audit/api/entries", "/audit//api/entries", "/audit/api/entries/",
			"/audit;a=b/api/entries", "/audit/api/entries;actor=bob", "/audit/./api/entries", "/audit/x/../api/entries",
			"/audit/api/%65ntries", "/audit/api%2Fentries", "/audit/api/targets/Order/bob%2F1", "/audit/api/entries%00",
			"/AUDIT/api/entries", "/audit/page/..%2f..%2f..%2fV1__tables.sql", "/audit/page/../api/entries" })
	void noOtherSpellingOfAPathShowsMore(String path) {
		assertThat(this.nobody.get(path).body()).doesNotContain("done");
		assertThat(this.nobody.status(path)).isNotEqualTo(OK);
		assertThat(withoutReadings(this.nobody.as("jane").with("X-Tenant", "acme").get(path).body()))
			.doesNotContain("bob.done", "secret.done", "create table");
	}

	@ParameterizedTest
	@ValueSource(strings = { "POST", "PUT", "PATCH", "DELETE" })
	void nothingIsWritten(String method) {
		assertThat(this.nobody.as("carol").with("X-Tenant", "acme").send(method, "/audit/api/entries").statusCode())
			.isEqualTo(405);
	}

	@Test
	void whoAsksWhatMayBeAskedLearnsNothing() {
		HttpResponse<String> answer = this.nobody.send("OPTIONS", "/audit/api/entries");
		assertThat(answer.body()).isEmpty();
		assertThat(answer.headers().firstValue("Allow")).hasValue("GET,HEAD,OPTIONS");
	}

}
