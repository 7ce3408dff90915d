package io.auditspring.web;

import java.lang.reflect.Proxy;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.Outcome;
import io.auditspring.RequestContext;
import io.auditspring.Severity;
import io.auditspring.query.AuditTrail;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.http.ResponseEntity;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The trail over real HTTP: what is answered, and to whom.
 */
class AuditApiTests {

	private static final String UNKNOWN = "00000000-0000-7000-8000-000000000000";

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private final Visitor nobody = Visitor.anonymous(context);

	private final Visitor carol = this.nobody.as("carol");

	private final Visitor jane = this.nobody.as("jane");

	@BeforeAll
	static void start() {
		context = WebFixture.application().properties("spring.jackson.property-naming-strategy=SNAKE_CASE").run();
		log = new AuditLog(context.getBean(DataSource.class));
		AuditRecorder recorder = context.getBean(AuditRecorder.class);
		for (int i = 0; i < 5; i++) {
			recorder.record(AuditRecord.action("order.pay")
				.actor(Actor.user("jane", "Jane"))
				.target("Order", "4/2")
				.message("Paid " + i)
				.related("Invoice", i)
				.build());
		}
		recorder.record(AuditRecord.action("order.refund")
			.actor(Actor.user("bob"))
			.target("Order", "7")
			.severity(Severity.WARNING)
			.outcome(Outcome.DENIED)
			.category("money")
			.metadata("part", Map.of("of", 7))
			.metadata("list", List.of("a", "b"))
			.request(RequestContext.from("192.0.2.7").withSessionId("SESSION"))
			.build());
		recorder
			.record(AuditRecord.action("key.used").actor(Actor.apiKey("jane", "A key that is called jane")).build());
		recorder.record(AuditRecord.action("night.run").build());
		recorder.record(AuditRecord.action("ticket.close").actor(Actor.user("mia").impersonatedBy("support")).build());
		log.await(9);
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@Test
	void anEntryHasTheNamesOfTheContractWhateverTheApplicationsJsonLooksLike() {
		JsonNode entry = this.carol.json("/audit/api/entries?action=order.refund").get("entries").get(0);
		assertThat(entry.propertyNames()).containsExactlyInAnyOrder("id", "chain", "seq", "recordedAt", "occurredAt",
				"service", "tenant", "operationId", "actor", "action", "category", "severity", "outcome", "target",
				"related", "message", "justification", "error", "before", "after", "changes", "changeSummary",
				"metadata", "ipAddress", "userAgent", "sessionId", "deviceFingerprint", "geolocation", "traceId",
				"revision", "durationMicros", "prevHash", "hash");
		assertThat(entry.get("outcome").stringValue()).isEqualTo("denied");
	}

	/** A stand-in for a trail that ends early, for which it takes 100,000 entries. */
	@ParameterizedTest
	@CsvSource({ "carol,ROLE_AUDITOR", "jane,ROLE_USER" })
	void whereAPageEndedEarlyTheNextOneGoesOn(String who, String authority) {
		AuditTrail real = context.getBean(AuditTrail.class);
		Deque<Instant> ends = new ArrayDeque<>(List.of(Instant.now().plusSeconds(60), Instant.EPOCH));
		AuditTrail early = (AuditTrail) Proxy.newProxyInstance(AuditTrail.class.getClassLoader(),
				new Class<?>[] { AuditTrail.class },
				(proxy, method, arguments) -> (method.getName().equals("look") && !ends.isEmpty())
						? new AuditTrail.Look(List.of(), ScrollPosition.keyset(), ends.poll())
						: method.invoke(real, arguments));
		AuditApi api = new AuditApi(early, context.getBean(Readers.class), context.getBean(ReadAuditing.class),
				() -> false);
		Authentication reader = new TestingAuthenticationToken(who, "", authority);
		SecurityContextHolder.getContext().setAuthentication(reader);
		try {
			JsonNode first = look(api, reader, Map.of());
			assertThat(first.path("entries")).isEmpty();
			assertThat(Instant.parse(first.path("lookedUntil").stringValue())).isAfter(Instant.now());
			String next = first.path("next").stringValue();
			String last = look(api, reader, Map.of()).path("next").stringValue();
			JsonNode second = look(api, reader, Map.of("cursor", next, "action", "order.pay"));
			assertThat(second.path("entries")).hasSize(5);
			assertThat(second.has("lookedUntil")).isFalse();
			assertThat(look(api, reader, Map.of("cursor", last, "action", "order.pay")).path("entries")).isEmpty();
		}
		finally {
			SecurityContextHolder.clearContext();
		}
	}

	private static JsonNode look(AuditApi api, Authentication reader, Map<String, String> parameters) {
		MultiValueMap<String, String> asked = new LinkedMultiValueMap<>();
		parameters.forEach(asked::add);
		ResponseEntity<byte[]> answer = api.entries(reader, asked,
				new MockHttpServletRequest("GET", "/audit/api/entries"));
		JsonNode page = new JsonMapper().readTree(answer.getBody());
		assertThat(answer.getHeaders().getFirst("Link"))
			.satisfies((link) -> assertThat(link == null).isEqualTo(page.path("next").isNull()));
		return page;
	}

	@Test
	void pagesFollowEachOtherByTheirCursors() {
		List<String> messages = new ArrayList<>();
		JsonNode page = this.carol.json("/audit/api/entries?action=order.pay&limit=2");
		while (true) {
			page.get("entries").forEach((entry) -> messages.add(entry.get("message").stringValue()));
			if (page.get("next").isNull()) {
				break;
			}
			page = this.carol
				.json("/audit/api/entries?action=order.pay&limit=2&cursor=" + page.get("next").stringValue());
		}
		assertThat(messages).containsExactly("Paid 4", "Paid 3", "Paid 2", "Paid 1", "Paid 0");
	}

	@ParameterizedTest
	@CsvSource({ "actor=bob, order.refund", "impersonator=support, ticket.close",
			"impersonator=none&impersonator=support&actor=mia, ticket.close",
			"action=ticket.close&action=night.run&-impersonator=support, night.run", "severity=WARNING, order.refund",
			"outcome=denied, order.refund", "category=money, order.refund", "targetType=Order&targetId=7, order.refund",
			"q=BOB, order.refund", "related=Invoice:3, order.pay", "action=night.run, night.run",
			"actorType=system&action=night.run, night.run", "minSeverity=warning, order.refund",
			"targetId=7, order.refund", "action=order.ref*, order.refund", "action=*.run, night.run",
			"metadata=part.of:7, order.refund", "metadata=part.of:7&metadata=list:b, order.refund",
			"session=cb66ec751f958acf43b6fec80a2002e8, order.refund", "category=money&category=none, order.refund",
			"outcome=denied&outcome=failure, order.refund", "action=order.refund&action=none, order.refund",
			"action=*.run&action=none, night.run", "severity=warning&severity=critical, order.refund",
			"targetType=Order&-action=order.pay&-action=night.run, order.refund",
			"targetType=Order&targetType=None&targetId=7, order.refund", "actor=bo*, order.refund",
			"actor=*ob, order.refund", "targetType=Ord*&outcome=denied, order.refund", "targetId=4*, order.pay",
			"targetId=7&targetId=none, order.refund", "targetType=Order&targetId=7&targetId=8, order.refund",
			"targetType=Order&-action=order.p*, order.refund", "targetType=Order&-outcome=success, order.refund",
			"targetType=Order&-severity=info, order.refund", "targetType=Order&-targetId=4*, order.refund",
			"targetType=Order&-actor=jane, order.refund", "targetType=Order&-q=paid, order.refund",
			"targetType=Order&-ip=192.0.2.0/24, order.pay",
			"-targetType=Order&action=night.run&action=order.pay, night.run", "ip=192.0.2.0/24, order.refund",
			"ip=192.0.2.7, order.refund", "ip=192.0.2.8&ip=192.0.2.6/31, order.refund",
			"session=cb66ec751f958acf43b6fec80a2002e8&session=none, order.refund",
			"related=Invoice:3&-related=Invoice:4, order.pay", "targetType=Order&-category=money, order.pay",
			"chain=main&chain=none&category=money, order.refund",
			"category=money&occurredFrom=2020-01-01&occurredTo=2100-01-01, order.refund",
			"targetType=Order&-minSeverity=warning, order.pay",
			"-actorType=user&-actorType=system&action=key.used&action=night.run, key.used",
			"targetType=Order&-metadata=part.of:7, order.pay" })
	void everyFilterNarrows(String filter, String action) {
		assertThat(this.carol.actions("/audit/api/entries?" + filter)).containsOnly(action);
	}

	@Test
	void entriesAreFoundByTheirIdsAndLeftOutByThem() {
		JsonNode all = this.carol.json("/audit/api/entries?action=order.pay").get("entries");
		String first = all.get(0).get("id").stringValue();
		String second = all.get(1).get("id").stringValue();
		for (String path : List.of("entries?id=" + first, "entries?id=%s&id=%s&-id=%s".formatted(first, second, second),
				"entries?action=order.pay&id=" + first)) {
			assertThat(this.carol.json("/audit/api/" + path).get("entries")).singleElement()
				.satisfies((entry) -> assertThat(entry.get("id").stringValue()).isEqualTo(first));
		}
		assertThat(this.carol.json("/audit/api/entries?action=order.pay&-id=" + first).get("entries")).hasSize(4);
		assertThat(this.carol.json("/audit/api/entries/count?id=" + first).toString()).contains("\"count\":1");
		assertThat(this.carol.get("/audit/api/export?format=ndjson&id=" + first)
			.body()
			.lines()
			.filter((line) -> line.contains("\"salt\""))).hasSize(1);
		assertThat(this.nobody.as("bob").json("/audit/api/entries?id=" + first).get("entries")).isEmpty();
		assertThat(this.jane.json("/audit/api/entries?id=" + first).get("entries")).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "ip=10.0.0.0/8", "ip=2001:db8::/32", "occurredTo=2020-01-01", "occurredFrom=2100-01-01",
			"actor=nobo*", "actor=j*e", "targetId=*", "targetId=2026-*", "targetType=Order&targetId=8&targetId=9",
			"changed=status", "category=money&-category=m*&-category=money",
			"category=money&-session=none&-ip=192.0.2.7" })
	void whatNoEntryHasIsNotFound(String filter) {
		assertThat(this.carol.json("/audit/api/entries?" + filter).path("entries")).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "ip=10.0.0.0/33, ip, 0 to 32", "ip=2001:db8::/129, ip, 0 to 128", "ip=10.0.0.0/x, ip, network",
			"-ip=nowhere, -ip, address", "actor=a*b&actor=c*, actor, star", "-action=*, -action, star",
			"-from=2026-01-01, -from, There is no parameter", "without=audit.read, without, There is no parameter",
			"-outcome=success&-outcome=failure&-outcome=denied, -outcome, leaves out all",
			"occurredFrom=2026-01-01&occurredFrom=2026-01-02, occurredFrom, once is enough",
			"occurredTo=yesterday, occurredTo, occurredTo", "-severity=loud, -severity, loud",
			"-operation=1, -operation, UUID" })
	void theMalformedParameterIsNamed(String filter, String parameter, String reason) {
		HttpResponse<String> refused = this.carol.get("/audit/api/entries?" + filter);
		assertThat(refused.statusCode()).isEqualTo(400);
		assertThat(refused.body()).contains("\"parameter\":\"" + parameter + "\"", reason);
	}

	@Test
	void pagesCanBeginWithTheOldest() {
		HttpResponse<String> first = this.carol
			.get("/audit/api/entries?action=order.pay&action=none&order=asc&limit=3");
		assertThat(first.body()).containsSubsequence("Paid 0", "Paid 1", "Paid 2").doesNotContain("Paid 3");
		String link = first.headers().firstValue("Link").orElseThrow();
		assertThat(link).contains("action=order.pay&action=none&order=asc&limit=3&cursor=");
		String next = link.substring(link.indexOf("./") + 2, link.indexOf('>'));
		assertThat(this.carol.get("/audit/api/" + next).body()).containsSubsequence("Paid 3", "Paid 4")
			.doesNotContain("Paid 2");
		assertThat(this.jane.get("/audit/api/entries?action=order.pay&order=asc&limit=2").body())
			.containsSubsequence("Paid 0", "Paid 1");
		assertThat(this.carol.get("/audit/api/export?format=csv&action=order.pay&order=asc").body())
			.containsSubsequence("Paid 0", "Paid 4");
	}

	@Test
	void whatWasAskedForIsNotedAsItWasAsked() {
		this.carol.get("/audit/api/entries?action=none&action=nothing&actor=bob");
		log.settled();
		JsonNode noted = this.carol.json("/audit/api/entries?action=audit.read&metadata=parameters.action:nothing");
		assertThat(noted.at("/entries/0/metadata/parameters").toString())
			.isEqualTo("{\"action\":[\"none\",\"nothing\"],\"actor\":\"bob\"}");
	}

	@Test
	void aTargetHasItsTrail() {
		assertThat(this.carol.actions("/audit/api/targets/Order/7")).containsExactly("order.refund");
		assertThat(this.carol.actions("/audit/api/targets/Order/8")).isEmpty();
	}

	@Test
	void anEntryIsAnsweredOnceAndThenKnown() {
		String id = this.carol.json("/audit/api/entries?actor=bob").get("entries").get(0).get("id").stringValue();
		HttpResponse<String> first = this.carol.get("/audit/api/entries/" + id);
		assertThat(first.statusCode()).isEqualTo(200);
		String tag = first.headers().firstValue("ETag").orElseThrow();
		assertThat(this.carol.with("If-None-Match", tag).status("/audit/api/entries/" + id)).isEqualTo(304);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					entries?colour=red       | There is no parameter 'colour'
					entries?actorType=robot  | actorType takes one of
					entries?limit=0          | limit
					entries?limit=1001       | limit
					entries?limit=many       | limit takes a number
					entries?from=yesterday   | from takes a time
					entries?to=%2B999999999-01-01T00:00:00Z | to takes a time
					entries?cursor=abc       | cursor takes what 'next'
					entries?cursor=AX__________AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA | cursor takes what 'next'
					entries?severity=loud    | severity takes one of
					entries?minSeverity=loud | minSeverity takes one of
					entries?action=a*b       | A pattern has one star
					entries?related=Invoice  | related takes Type:id
					entries?ip=localhost     | is not an IP address
					entries?q=%23            | has no word to search for
					entries?operation=1      | operation takes a UUID
					entries?q=one&q=two      | given 2 times
					entries?order=newest     | order takes asc
					statistics?order=asc     | There is no parameter 'order'
					live?order=asc           | There is no parameter 'order'
					entries?metadata=version | metadata takes name:value
					entries?metadata=a..b:1  | Metadata is found by a name
					entries?severity=info&severity=loud | severity takes one of
					entries?actor=1&actor=2&actor=3&actor=4&actor=5&actor=6&actor=7&actor=8&actor=9&actor=10&actor=11&actor=12&actor=13&actor=14&actor=15&actor=16&actor=17&actor=18&actor=19&actor=20&actor=21 | up to 20
					entries?actor=a%00b      | NUL
					entries/17               | id takes a UUID
					targets/Order/7/state?at=noon | at takes a time
					state?targetType=Order&targetId=7&at=noon | at takes a time
					state?targetType=Order   | targetId is missing
					state?targetId=7         | targetType is missing
					state?targetType=Order&targetId=7&actor=jane | There is no parameter 'actor'
					""")
	void whatIsMalformedIsNamed(String path, String detail) {
		HttpResponse<String> answer = this.carol.get("/audit/api/" + path);
		assertThat(answer.statusCode()).isEqualTo(400);
		assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
		assertThat(answer.body()).contains("\"status\":400").contains(detail);
	}

	@ParameterizedTest
	@CsvSource({ "entries?q=%23, q", "entries?related=Invoice, related", "statistics?ip=localhost, ip",
			"entries?severity=loud, severity", "entries?action=*a*, action", "state?targetType=Order, targetId" })
	void whatIsMalformedIsSaidInSuchAWayThatAFormCanShowIt(String path, String parameter) {
		JsonNode problem = this.carol.json("/audit/api/" + path);
		assertThat(problem.path("status").intValue()).isEqualTo(400);
		assertThat(problem.path("parameter").stringValue()).isEqualTo(parameter);
	}

	@Test
	void anIdWithSlashesIsAskedForByParameters() {
		assertThat(this.carol.actions("/audit/api/entries?targetType=Order&targetId=4%2F2")).hasSize(5);
		HttpResponse<String> state = this.carol.get("/audit/api/state?targetType=Order&targetId=4%2F2");
		assertThat(state.statusCode()).isEqualTo(404);
		assertThat(state.body()).contains("Order 4/2 has no recorded state");
		assertThat(this.jane.status("/audit/api/state?targetType=Order&targetId=4%2F2")).isEqualTo(403);
		// What neither the server nor Spring Security's firewall lets through.
		for (String encoded : List.of("4%2F2", "4%252F2", "4%5C2")) {
			assertThat(this.carol.status("/audit/api/targets/Order/%s/state".formatted(encoded))).isEqualTo(400);
		}
	}

	@Test
	void anUnknownEntryIsNotFound() {
		assertThat(this.carol.status("/audit/api/entries/" + UNKNOWN)).isEqualTo(404);
		assertThat(this.carol.status("/audit/api/targets/Order/7/state")).isEqualTo(404);
	}

	@Test
	void theChainIsVerified() {
		JsonNode verification = this.carol.json("/audit/api/verification");
		assertThat(verification.get("valid").booleanValue()).isTrue();
		assertThat(verification.get("chains").get(0).get("chain").stringValue()).isEqualTo("main");
	}

	@Test
	void anExportIsCompleteAndDefused() {
		context.getBean(AuditRecorder.class)
			.record(AuditRecord.action("=cmd|' /C calc'!A0")
				.category("csv")
				.message("a \"quoted\", divided\r\nline")
				.delivery(Delivery.SYNC)
				.build());
		HttpResponse<String> answer = this.carol.get("/audit/api/export?format=csv&category=csv");
		assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/csv");
		assertThat(answer.body()).startsWith("chain,seq,id,recordedAt,")
			.contains(",'=cmd|' /C calc'!A0,csv,info,success,")
			.contains(",\"a \"\"quoted\"\", divided\r\nline\",")
			.endsWith("\r\n");
		assertThat(answer.body().split("\r\n")).hasSize(3);
		assertThat(this.carol.get("/audit/api/export?format=csv&category=none").body()).matches("chain,seq[^\r]*\r\n");
		assertThat(this.jane.get("/audit/api/export?format=csv").body()).contains("order.pay")
			.doesNotContain("order.refund", "night.run");
		assertThat(this.nobody.status("/audit/api/export?format=csv")).isEqualTo(401);
		assertThat(this.carol.status("/audit/api/export?format=xlsx")).isEqualTo(400);
	}

	/** Seen by a spreadsheet, whatever stands before it that nobody sees. */
	@ParameterizedTest
	@ValueSource(strings = { "=1+1", "＝1+1", "＋1", "－1", "＠SUM(A1)", " =1", "\u00a0=1", "\ufeff=1", "\u200b=1",
			"\u2060\u200d+1", "\u3000＝1", "\u0001=1", "\u202e=1", "﹦1", "⁺1", "\tx" })
	void aCellThatCouldBeAFormulaIsDefused(String text) {
		String category = "defused" + text.hashCode();
		context.getBean(AuditRecorder.class)
			.record(AuditRecord.action("formula").category(category).message(text).delivery(Delivery.SYNC).build());
		assertThat(this.carol.get("/audit/api/export?format=csv&category=" + category).body()).contains("'" + text);
	}

	/**
	 * Where a spreadsheet separates cells by something else than commas, what is in
	 * quotes is not together either.
	 */
	@ParameterizedTest
	@CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
			x;=1+1;y      ~ x;'=1+1;y
			x;+1;-2       ~ x;'+1;'-2
			x| @SUM(A1)   ~ x| '@SUM(A1)
			x;"=1+1;y     ~ x;""'=1+1;y
			x;\u200b＝1  ~ x;\u200b'＝1
			`x\t=1`      ~ `x\t'=1`
			`\t=1`       ~ `'\t'=1`
			`x\n=1`      ~ `x\n'=1`
			a; b - c=1    ~ a; b - c=1
			""")
	void aCellThatCouldBeSeveralIsDefused(String text, String defused) {
		String category = "several" + text.hashCode();
		context.getBean(AuditRecorder.class)
			.record(AuditRecord.action("formula").category(category).message(text).delivery(Delivery.SYNC).build());
		assertThat(this.carol.get("/audit/api/export?format=csv&category=" + category).body()).contains(defused);
	}

	@Test
	void otherCellsAreLeftAlone() {
		context.getBean(AuditRecorder.class)
			.record(AuditRecord.action("plain").category("plain").message("a = 1").delivery(Delivery.SYNC).build());
		assertThat(this.carol.get("/audit/api/export?format=csv&category=plain").body()).contains(",a = 1,")
			.doesNotContain("'");
	}

	static Stream<Arguments> paths() {
		return Stream
			.of("entries", "entries?actor=jane", "entries?limit=1", "entries/" + UNKNOWN, "entries/17",
					"targets/Order/7", "targets/Order/7/state", "verification", "entries?colour=red")
			.map(Arguments::of);
	}

	@ParameterizedTest
	@MethodSource("paths")
	void nobodyReadsAnythingUnnamed(String path) {
		HttpResponse<String> answer = this.nobody.get("/audit/api/" + path);
		assertThat(answer.statusCode()).isEqualTo(401);
		assertThat(answer.body()).doesNotContain("order.").contains("Sign in");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "?actor=bob", "?actor=jane&actor=", "?targetType=Order", "?q=order", "?limit=1000",
			"?from=2000-01-01", "?actor=system" })
	void othersReadWhatTheyDidAndNothingElse(String parameters) {
		HttpResponse<String> answer = this.jane.get("/audit/api/entries" + parameters);
		assertThat(answer.body()).doesNotContain("\"id\":\"bob\"", "order.refund", "night.run", "key.used");
	}

	@Test
	void ownEntriesAreFound() {
		assertThat(this.jane.actions("/audit/api/entries")).hasSize(5).containsOnly("order.pay");
		assertThat(this.jane.actions("/audit/api/targets/Order/7")).isEmpty();
	}

	@Test
	void othersDoNotLearnWhichEntriesThereAre() {
		String foreign = this.carol.json("/audit/api/entries?actor=bob").get("entries").get(0).get("id").stringValue();
		assertThat(this.jane.status("/audit/api/entries/" + foreign)).isEqualTo(404);
		assertThat(this.jane.status("/audit/api/targets/Order/7/state")).isEqualTo(403);
		assertThat(this.jane.status("/audit/api/verification")).isEqualTo(403);
	}

	@Test
	void othersDoNotLearnHowMuchOthersDo() {
		List<String> messages = new ArrayList<>();
		JsonNode page = this.jane.json("/audit/api/entries?action=order.pay&limit=2");
		while (!page.get("entries").isEmpty()) {
			page.get("entries").forEach((entry) -> {
				messages.add(entry.get("message").stringValue());
				for (String place : List.of("seq", "revision", "prevHash", "hash")) {
					assertThat(entry.get(place).isNull()).as(place).isTrue();
				}
				assertThat(this.jane.json("/audit/api/entries/" + entry.get("id").stringValue()).get("seq").isNull())
					.isTrue();
			});
			if (page.get("next").isNull()) {
				break;
			}
			String cursor = page.get("next").stringValue();
			// Id and time, which are told anyway.
			JsonNode last = page.get("entries").get(page.get("entries").size() - 1);
			assertThat(cursor).isEqualTo(cursor(last));
			page = this.jane.json("/audit/api/entries?action=order.pay&limit=2&cursor=" + cursor);
		}
		assertThat(messages).containsExactly("Paid 4", "Paid 3", "Paid 2", "Paid 1", "Paid 0");
	}

	@Test
	void aCursorOfAnEntryThatIsNotOnesOwnIsNone() {
		String cursor = cursor(this.carol.json("/audit/api/entries?actor=bob").get("entries").get(0));
		assertThat(this.jane.status("/audit/api/entries?cursor=" + cursor)).isEqualTo(400);
		assertThat(this.carol.status("/audit/api/entries?cursor=" + cursor)).isEqualTo(200);
	}

	/** The cursor that names an entry. */
	private static String cursor(JsonNode entry) {
		UUID id = UUID.fromString(entry.get("id").stringValue());
		Instant recordedAt = Instant.parse(entry.get("recordedAt").stringValue());
		return Base64.getUrlEncoder()
			.withoutPadding()
			.encodeToString(ByteBuffer.allocate(25)
				.put((byte) 2)
				.putLong(ChronoUnit.MICROS.between(Instant.EPOCH, recordedAt))
				.putLong(id.getMostSignificantBits())
				.putLong(id.getLeastSignificantBits())
				.array());
	}

	/** By trying places, one would find that of an own entry in a few dozen requests. */
	@Test
	void aCursorThatTellsAPlaceIsForThoseWhoSeePlaces() {
		String next = this.carol.json("/audit/api/entries?limit=1").get("next").stringValue();
		HttpResponse<String> answer = this.jane.get("/audit/api/entries?cursor=" + next);
		assertThat(answer.statusCode()).isEqualTo(400);
		assertThat(answer.body()).contains("\"parameter\":\"cursor\"");
	}

	@Test
	void readingIsAudited() {
		this.jane.get("/audit/api/entries?actor=bob&q=readingIsAudited");
		Awaitility.await().until(() -> log.staged() == 0);
		List<String> readings = log.jdbc().queryForList("""
				select metadata::text from audit.audit_log
				where action = 'audit.read' and actor_id = 'jane'
				""", String.class);
		assertThat(readings).anySatisfy((reading) -> assertThat(reading).contains("\"read\": \"entries\"",
				"\"actor\": \"bob\"", "readingIsAudited"));
	}

}
