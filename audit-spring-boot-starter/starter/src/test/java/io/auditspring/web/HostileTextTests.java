package io.auditspring.web;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Outcome;
import io.auditspring.query.AuditTrail;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.ShopConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.csv.CsvMapper;
import tools.jackson.dataformat.csv.CsvReadFeature;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Texts that harm whoever takes them for something else, in each field of an entry, and
 * all that shows entries: the API, exports, live events, the log and, in a real browser,
 * the page.
 */
@ExtendWith(OutputCaptureExtension.class)
class HostileTextTests {

	private static final String FORGED = "2026-11-28T12:00:00.000Z ERROR 1 --- [main] forged";

	private static final Map<String, String> TEXTS = texts();

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private static String output = "";

	private static List<String> sent = List.of();

	private final Visitor carol = Visitor.anonymous(context).as("carol");

	private static Map<String, String> texts() {
		Map<String, String> texts = new LinkedHashMap<>();
		texts.put("markup",
				"\"><img src=x onerror=document.title='hacked'><script>document.title='hacked'</script></textarea>"
						+ "<svg onload=document.title='hacked'>");
		texts.put("a link", "javascript:document.title='hacked'");
		texts.put("templates",
				"${7*7}#{7*7}{{7*7}}<%= 7*7 %>*{T(java.lang.Runtime)}{{constructor.constructor('1')()}}");
		texts.put("a look-up", "${jndi:ldap://127.0.0.1:1/a}%d%n%s{}");
		texts.put("another direction", "invoice\u202efdp.exe");
		texts.put("nothing to see", "ad\u200bmin\u2060\ufeff\u00ad");
		texts.put("right to left", "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd");
		texts.put("emoji", "\ud83d\udc69\u200d\ud83d\udcbb\ud83c\udff4\u200d\u2620\ufe0f");
		texts.put("NUL", "a\u0000b");
		texts.put("half characters", "a\ud800b\udc00c");
		texts.put("controls", "a\u001b[31mb\u0007c\u0008d\u0085e\u2028f");
		texts.put("lines", "fine\r\nX-Forged: a=b\r\n\r\nevent: forged\ndata: {}\n\n" + FORGED);
		texts.put("a formula", "=HYPERLINK(\"http://127.0.0.1\",\"a\")");
		texts.put("a hidden formula", "\u200b\t \uff1dcmd|' /C calc'!A0");
		texts.put("a name of JavaScript's", "__proto__");
		texts.put("another one", "constructor");
		texts.put("SQL", "'; drop table audit.audit_log; --\\' %_");
		texts.put("a path", "../../..%2f..\\..;/etc/passwd?a=b#c");
		texts.put("a megabyte", "m".repeat(1 << 20));
		return texts;
	}

	@BeforeAll
	static void start(CapturedOutput captured) throws Exception {
		Path directory = Files.createTempDirectory(Path.of("target"), "hostile");
		context = WebFixture.application(ShopConfiguration.class)
			.profiles("no-csrf")
			.properties("spring.jpa.hibernate.ddl-auto=create", "audit.checkpoint.origin=example.com/shop",
					"audit.checkpoint.interval=1h", "audit.checkpoint.generate-key=true",
					"audit.checkpoint.private-key-location=file:" + directory.resolve("key.pem"))
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
		Visitor carol = Visitor.anonymous(context).as("carol");
		HttpRequest.Builder live = HttpRequest
			.newBuilder(URI.create(carol.address() + "/audit/api/live?-action=audit.read"));
		live.headers(carol.headers().toArray(String[]::new));
		HttpResponse<Stream<String>> events = HttpClient.newHttpClient()
			.send(live.build(), HttpResponse.BodyHandlers.ofLines());
		AuditRecorder recorder = context.getBean(AuditRecorder.class);
		TEXTS.values().forEach((text) -> recorder.record(everywhere(text)));
		store();
		log.settled();
		recorder.record(AuditRecord.action("the.last").build());
		try (Stream<String> lines = events.body()) {
			sent = lines.takeWhile((line) -> !line.contains("\"the.last\"")).toList();
		}
		carol.with("User-Agent", TEXTS.get("markup"))
			.with("X-Request-Id", TEXTS.get("a look-up"))
			.get("/audit/api/ledger");
		log.settled();
		output = captured.getAll();
	}

	private static AuditRecord everywhere(String text) {
		return AuditRecord.action(text)
			.actor(Actor.user(text, text).impersonatedBy(text))
			.category(text)
			.outcome(Outcome.FAILURE)
			.target(text, text)
			.targetName(text)
			.message(text)
			.justification(text)
			.error(text)
			.related(text, text)
			.metadata(text, text)
			.metadata("nested", Map.of(text, List.of(text, Map.of(text, text))))
			.metadata("request", Map.of("method", text, "path", text))
			.build();
	}

	/** As columns, and so as states before and after; not what PostgreSQL cannot hold. */
	private static void store() throws Exception {
		OrderService orders = context.getBean(OrderService.class);
		for (String text : TEXTS.values()) {
			if (text.length() < 250 && text.chars().noneMatch((each) -> each == 0 || each >= 0xd800 && each < 0xdc00)) {
				AuditContext.runAs(Actor.user("storer"),
						() -> orders.pay(orders.create(text, new BigDecimal("1")).getId(), text));
			}
		}
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	static List<String> names() {
		return List.copyOf(TEXTS.keySet());
	}

	/** In the order in which they were recorded. */
	private static String id(String name) {
		return String.valueOf(log.jdbc().queryForObject("""
				select id::text from audit.audit_log where related is not null
				order by seq offset %d limit 1
				""".formatted(names().indexOf(name)), String.class));
	}

	@ParameterizedTest
	@MethodSource("names")
	void theApiGivesTheTextAndNothingElse(String name) {
		HttpResponse<String> answer = this.carol.get("/audit/api/entries/" + id(name));
		assertThat(answer.statusCode()).isEqualTo(200);
		assertThat(answer.headers().map()).doesNotContainKey("x-forged");
		assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
		assertThat(answer.body().lines()).hasSize(1);
		JsonNode entry = new JsonMapper().readTree(answer.body());
		String text = TEXTS.get(name);
		for (String field : List.of("message", "justification", "error")) {
			String shown = entry.get(field).stringValue();
			if (name.equals("a megabyte")) {
				assertThat(shown).hasSizeBetween(9_000, 11_000).contains("characters cut");
			}
			else {
				assertThat(shown).isEqualTo(kept(text));
			}
		}
		assertThat(entry.get("metadata").size()).isBetween(2, 3);
	}

	/** PostgreSQL has no NUL, and no half of a character is one. */
	private static String kept(String text) {
		return text.replaceAll("\u0000|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]",
				"\ufffd");
	}

	@Test
	void theLedgerIsAsItWasWritten() {
		assertThat(context.getBean(AuditTrail.class).verify().valid()).isTrue();
		assertThat(log.jdbc().queryForObject("select count(*) from audit.audit_quarantine", Long.class)).isZero();
	}

	@Test
	void noCellOfATableIsAFormula() throws IOException {
		String csv = this.carol.get("/audit/api/export?format=csv").body();
		try (MappingIterator<List<String>> rows = new CsvMapper().readerForListOf(String.class)
			.with(CsvReadFeature.WRAP_AS_ARRAY)
			.readValues(csv)) {
			List<List<String>> all = rows.readAll();
			assertThat(all).hasSizeGreaterThan(TEXTS.size()).allMatch((row) -> row.size() == all.get(0).size());
			all.forEach((row) -> assertThat(row)
				.noneMatch((cell) -> cell.matches("(?s)[\\p{Z}\\p{C}\\s]*[=+@\uff1d\uff0b\uff20-].*")));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "ecs", "ocsf" })
	void eachLineOfAnExportIsOneEntry(String format) {
		List<String> lines = this.carol.get("/audit/api/export?-action=audit.read&format=" + format)
			.body()
			.lines()
			.toList();
		assertThat(lines).hasSizeGreaterThan(TEXTS.size());
		lines.forEach((line) -> assertThat(new JsonMapper().readTree(line).isObject()).isTrue());
	}

	@Test
	void noTextIsAnEvent() {
		assertThat(sent).allMatch((line) -> line.isEmpty() || line.matches("(?s)(id|event|data|retry):.*"));
		assertThat(sent.stream().filter((line) -> line.startsWith("event:")).distinct()).containsOnly("event:watching",
				"event:entry");
		assertThat(sent.stream().filter((line) -> line.startsWith("data:")))
			.allMatch((line) -> new JsonMapper().readTree(line.substring("data:".length())).isObject());
	}

	@Test
	void noTextIsALineOfTheLog() {
		assertThat(output.lines()).noneMatch((line) -> line.startsWith(FORGED) || line.contains("\u001b[31mb"));
	}

	@Test
	@EnabledIf(value = "io.auditspring.web.Browser#isPresent", disabledReason = "There is no Chromium on this machine")
	void thePageShowsTextsAsTexts() {
		try (Browser browser = Browser.open()) {
			browser.visit(this.carol.address() + "/login");
			browser.find("[name=username]").sendKeys("carol");
			browser.find("[name=password]").sendKeys("carol-secret", Keys.ENTER);
			browser.awaitAddress((address) -> !address.endsWith("/login"));
			browser.complaints();
			browser.withoutNews();
			browser.visit(this.carol.address() + "/audit/?entry=" + id(names().get(0)));
			browser.find(".entry");
			for (String name : names()) {
				show(browser, "", id(name));
				browser.texts(".detail h3", (titles) -> titles.contains("METADATA"));
				nothingRan(browser);
			}
			browser.visit(this.carol.address() + "/audit/?actor=storer");
			browser.find(".entry");
			List<String> entries = browser.entries();
			nothingRan(browser);
			for (String entry : entries) {
				show(browser, "actor=storer&", entry);
				browser.find(".states");
				nothingRan(browser);
			}
			assertThat(entries).hasSizeGreaterThan(2 * TEXTS.size() - 10);
			assertThat(browser.complaints()).isEmpty();
		}
	}

	/** Without loading the page anew; its id is what tells that it came. */
	private static void show(Browser browser, String filters, String id) {
		browser.run("""
				history.pushState(null, '', '?%sentry=%s&tab=proof');
				window.dispatchEvent(new PopStateEvent('popstate'));""".formatted(filters, id));
		browser.texts(".detail dd", (facts) -> facts.stream().anyMatch((fact) -> fact.startsWith(id)));
		nothingRan(browser);
		browser.turnTo("changes");
	}

	private static void nothingRan(Browser browser) {
		assertThat(browser.run("return document.title")).isEqualTo("Audit trail");
		assertThat(browser.run(
				"return document.querySelectorAll('#app main img, #app script, [href^=\"javascript\"], [onerror], [onload]').length"))
			.isEqualTo(0L);
		assertThat(browser.run("return document.documentElement.scrollWidth <= window.innerWidth")).isEqualTo(true);
		assertThat(browser.run("return ({}).polluted === undefined && Object.keys(Object.prototype).length === 0"))
			.isEqualTo(true);
		assertThat(browser.run("return /[\\u202a-\\u202e]/.test(document.querySelector('#app').textContent)"))
			.isEqualTo(false);
	}

}
