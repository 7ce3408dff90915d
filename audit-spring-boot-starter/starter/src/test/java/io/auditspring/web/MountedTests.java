package io.auditspring.web;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The trail in an application that is not at the root of its server, nor the trail where
 * it usually is, behind a proxy that puts it somewhere else again.
 */
class MountedTests {

	private static final String PLACE = "/shop/ops/trail";

	private static final Pattern ASSET = Pattern
		.compile("(?:href|src|data-words-de)=\"(page/[^\"]+)\"|from '(\\./[^']+)'|import\\('(\\./[^']+)'\\)");

	private static final Pattern ADDRESS = Pattern.compile("(?:href|src|data-words-de)=\"([^\"]+)\"");

	private static ConfigurableApplicationContext context;

	private final Visitor carol = Visitor.anonymous(context).as("carol");

	@BeforeAll
	static void start() {
		context = WebFixture.application()
			.profiles("no-csrf")
			.properties("server.servlet.context-path=/shop", "audit.web.base-path=/ops/trail",
					"server.forward-headers-strategy=framework")
			.run();
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	static Stream<AccessTests.Expected> paths() {
		return AccessTests.EXPECTED.stream().filter((expected) -> !expected.path().contains("{"));
	}

	@ParameterizedTest
	@MethodSource("paths")
	void everyPathIsThere(AccessTests.Expected expected) {
		String path = expected.path().replaceFirst("/audit", PLACE);
		HttpResponse<String> answer = this.carol.send(expected.method(), path);
		// Not the answer of a server that knows no such path.
		assertThat(answer.statusCode()).isIn(200, 400, 404, 409);
		assertThat(answer.headers().firstValue("Content-Security-Policy").orElse("")).contains("default-src 'none'");
		if (answer.statusCode() == 404) {
			assertThat(answer.body()).containsAnyOf("has no recorded state", "There is no such checkpoint or tile");
		}
		assertThat(this.carol.status(expected.path())).isEqualTo(404);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "/gateway", "/a/b" })
	void thePageIsAtItsPathWithoutSlashTooWhateverIsBeforeIt(String prefix) {
		Visitor proxied = this.carol.with("X-Forwarded-Prefix", prefix + "/shop")
			.with("X-Forwarded-Host", "example.com")
			.with("X-Forwarded-Proto", "https");
		HttpResponse<String> answer = (prefix.isEmpty() ? this.carol : proxied).get(PLACE + "?actor=jane");
		assertThat(answer.statusCode()).isEqualTo(200);
		URI asked = URI.create("https://example.com" + prefix + PLACE + "?actor=jane");
		assertThat(ADDRESS.matcher(answer.body()).results().map((found) -> asked.resolve(found.group(1)).getPath()))
			.hasSizeGreaterThan(4)
			.allMatch((path) -> path.matches(prefix + PLACE + "/(page/[0-9a-f]{16}/[a-z.]+|api/entries)"));
	}

	@Test
	void everythingThePageLoadsIsBelowIt() {
		Set<String> loaded = new TreeSet<>();
		Deque<URI> waiting = new ArrayDeque<>(Set.of(URI.create(PLACE + "/")));
		while (!waiting.isEmpty()) {
			URI next = waiting.pop();
			HttpResponse<String> answer = this.carol.get(next.getPath());
			assertThat(answer.statusCode()).as(next.getPath()).isEqualTo(200);
			assertThat(next.getPath()).startsWith(PLACE + "/");
			Matcher asset = ASSET.matcher(answer.body());
			while (asset.find()) {
				// What a script writes into the page is relative to the page, what it
				// imports to itself.
				URI found = (asset.group(1) != null) ? URI.create(PLACE + "/").resolve(asset.group(1))
						: next.resolve((asset.group(2) != null) ? asset.group(2) : asset.group(3));
				if (loaded.add(found.getPath())) {
					waiting.add(found);
				}
			}
		}
		assertThat(loaded).extracting((path) -> path.replaceFirst("^" + PLACE + "/page/[0-9a-f]{16}/", ""))
			.containsExactlyInAnyOrder("app.js", "theme.js", "style.css", "icon.svg", "words.de.json");
	}

	@Test
	void whatThePageLoadsIsCompressedAndKeptForGood() throws IOException {
		HttpResponse<String> page = this.carol.get(PLACE + "/");
		assertThat(page.headers().firstValue("Cache-Control")).hasValue("no-store");
		Matcher script = Pattern.compile("src=\"(page/[0-9a-f]{16})/app.js\"").matcher(page.body());
		assertThat(script.find()).isTrue();
		String path = PLACE + "/" + script.group(1) + "/app.js";
		HttpResponse<String> plain = this.carol.get(path);
		assertThat(plain.headers().firstValue("Cache-Control")).hasValue("max-age=31536000, immutable");
		assertThat(plain.headers().allValues("Vary")).contains("Accept-Encoding");
		assertThat(plain.headers().firstValue("Content-Type").orElse("")).startsWith("text/javascript");
		assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
		for (String accepted : List.of("br, gzip", "GZIP;q=0.5", "deflate, gzip;q=1.0, *;q=0")) {
			HttpResponse<byte[]> compressed = this.carol.with("Accept-Encoding", accepted).bytes(path);
			assertThat(compressed.headers().firstValue("Content-Encoding")).hasValue("gzip");
			assertThat(compressed.headers().allValues("Vary")).contains("Accept-Encoding");
			assertThat(new GZIPInputStream(new ByteArrayInputStream(compressed.body()))).hasContent(plain.body());
			assertThat(compressed.body().length).isLessThan(plain.body().length() / 2);
		}
		for (String refused : List.of("gzip;q=0", "gzip; q=0.000", "br", "xgzip")) {
			assertThat(this.carol.with("Accept-Encoding", refused).get(path).headers().firstValue("Content-Encoding"))
				.isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "/page/app.js", "/page/0123456789abcdef/other.js", "/page/0123456789abcdef/",
			"/page/index.html", "/page/" })
	void whatNoVersionHasIsNotThere(String path) {
		HttpResponse<String> answer = this.carol.get(PLACE + path);
		assertThat(answer.statusCode()).isEqualTo(404);
		assertThat(answer.headers().firstValue("Cache-Control").orElse("")).doesNotContain("immutable");
	}

	/** While instances are replaced one by one, each answers for the page of others. */
	@Test
	void thePageOfAnotherVersionIsNotBlankAndNothingIsKeptUnderItsName() {
		String own = this.carol.get(PLACE + "/").body().replaceFirst("(?s).*src=\"(page/[^\"]*/app.js)\".*", "$1");
		for (String accepted : List.of("identity", "gzip")) {
			HttpResponse<byte[]> other = this.carol.with("Accept-Encoding", accepted)
				.bytes(PLACE + "/page/0123456789abcdef/app.js");
			assertThat(other.statusCode()).isEqualTo(200);
			assertThat(other.headers().allValues("Cache-Control")).containsExactly("no-store");
			assertThat(other.body())
				.isEqualTo(this.carol.with("Accept-Encoding", accepted).bytes(PLACE + "/" + own).body());
		}
	}

	@Test
	void newEntriesAreSentThere() throws IOException, InterruptedException {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(this.carol.address() + PLACE + "/api/live"));
		request.headers(this.carol.headers().toArray(String[]::new));
		HttpResponse<Stream<String>> answer = HttpClient.newHttpClient()
			.send(request.build(), HttpResponse.BodyHandlers.ofLines());
		try (Stream<String> lines = answer.body()) {
			assertThat(lines.anyMatch("event:entry"::equals)).isTrue();
		}
	}

	/** Spring MVC is not all of the server, and management has a server of its own. */
	@Test
	void itIsBelowSpringMvcAndNotWhereManagementIs() throws IOException, InterruptedException {
		try (ConfigurableApplicationContext other = WebFixture.application()
			.properties("server.servlet.context-path=/shop", "spring.mvc.servlet.path=/mvc", "management.server.port=0")
			.run()) {
			Visitor nobody = Visitor.anonymous(other);
			Visitor reader = nobody.as("carol");
			assertThat(reader.get("/shop/mvc/audit").body()).contains("src=\"./audit/page/");
			Matcher script = Pattern.compile("src=\"(page/[0-9a-f]{16}/app.js)\"")
				.matcher(reader.get("/shop/mvc/audit/").body());
			assertThat(script.find()).isTrue();
			assertThat(reader.status("/shop/mvc/audit/" + script.group(1))).isEqualTo(200);
			assertThat(reader.status("/shop/mvc/audit/api/entries")).isEqualTo(200);
			for (HttpResponse<String> refusal : List.of(nobody.get("/shop/mvc/audit/api/entries"),
					reader.get("/shop/mvc/audit/api/nothing"), reader.send("POST", "/shop/mvc/audit/api/verification"),
					reader.get("/shop/mvc/audit/api/entries?limit=x"))) {
				assertThat(refusal.statusCode()).isIn(400, 401, 403, 404);
				assertThat(refusal.headers().firstValue("Content-Type")).hasValue("application/problem+json");
				assertThat(refusal.headers().firstValue("Content-Security-Policy").orElse("")).contains("'none'");
			}
			HttpRequest.Builder managed = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%s/audit/api/entries"
				.formatted(other.getEnvironment().getProperty("local.management.port"))));
			managed.headers(reader.headers().toArray(String[]::new));
			HttpResponse<String> elsewhere = HttpClient.newHttpClient()
				.send(managed.build(), HttpResponse.BodyHandlers.ofString());
			assertThat(elsewhere.statusCode()).isEqualTo(404);
		}
	}

	@Test
	@EnabledIf(value = "io.auditspring.web.Browser#isPresent", disabledReason = "There is no Chromium on this machine")
	void thePageWorksThere() {
		this.carol.get(PLACE + "/api/entries");
		new AuditLog(context.getBean(DataSource.class)).settled();
		try (Browser browser = Browser.open()) {
			browser.visit(this.carol.address() + "/shop/login");
			browser.find("[name=username]").sendKeys("carol");
			browser.find("[name=password]").sendKeys("carol-secret", Keys.ENTER);
			browser.awaitAddress((address) -> !address.endsWith("/login"));
			browser.complaints();
			browser.visit(this.carol.address() + PLACE + "?reading=shown");
			browser.find(".chart .total");
			// Not by mouse, from which rows move away when there is something new.
			browser.find(".entry").sendKeys(Keys.ENTER);
			browser.find(".detail");
			browser.find(".live");
			browser.find(".ledger summary").click();
			browser.find(".chain");
			browser.button("Verify the whole ledger").click();
			browser.texts(".result", (results) -> results.size() == 1 && results.get(0).startsWith("Verified: "));
			assertThat(browser.find(".actions > .menu:not(.ledger) .popover a").getDomProperty("href"))
				.startsWith(this.carol.address() + PLACE + "/api/export?");
			browser.find("#tab-json").click();
			browser.before(
					"Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => { window.copied = text; } } });");
			browser.visit(browser.address());
			browser.find(".chart .total");
			browser.button("Copy as curl").click();
			browser.await("return window.copied", (copied) -> String.valueOf(copied)
				.matches("curl .*'%s%s/api/entries/[0-9a-f-]{36}'".formatted(this.carol.address(), PLACE)));
			assertThat(browser.complaints()).isEmpty();
		}
	}

}
