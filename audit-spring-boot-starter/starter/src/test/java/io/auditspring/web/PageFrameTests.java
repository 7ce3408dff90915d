package io.auditspring.web;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;

import com.sun.net.httpserver.HttpServer;
import io.auditspring.Actor;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One thing's history in a frame of another page: as browsers show it, behind a filter
 * chain of Spring Security with the headers that it sets of itself.
 */
class PageFrameTests extends PageVisit {

	private static ConfigurableApplicationContext shop;

	private static HttpServer named;

	private static HttpServer other;

	@BeforeAll
	static void start() throws Exception {
		named = server();
		other = server();
		shop = WebFixture.application().properties("audit.web.embed.frame-ancestors=self," + address(named)).run();
		AuditRecorder recorder = shop.getBean(AuditRecorder.class);
		recorder.record(AuditRecord.action("invoice.send")
			.actor(Actor.user("kari", "Kari Berg"))
			.target("Invoice", 42)
			.message("Invoice sent")
			.build());
		recorder.record(AuditRecord.action("invoice.delete")
			.actor(Actor.user("mallory", ATTACK))
			.target("Invoice", 42)
			.outcome(Outcome.DENIED)
			.error(ATTACK)
			.build());
		new AuditLog(shop.getBean(javax.sql.DataSource.class)).await(2);
		enter(shop, browser);
		leave();
		signIn("carol");
	}

	@AfterAll
	static void stop() {
		leave();
		shop.close();
		named.stop(0);
		other.stop(0);
	}

	/** A site with a page that has another one in it, which its query names. */
	private static HttpServer server() throws IOException {
		HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		server.createContext("/", (exchange) -> {
			byte[] page = "<!doctype html><title>Ours</title><h1>Invoice 42</h1><iframe src=\"%s\" width=600 height=400></iframe>"
				.formatted(exchange.getRequestURI().getRawQuery())
				.getBytes(StandardCharsets.UTF_8);
			exchange.getResponseHeaders().set("Content-Type", "text/html");
			exchange.sendResponseHeaders(200, page.length);
			exchange.getResponseBody().write(page);
			exchange.close();
		});
		server.start();
		return server;
	}

	private static String address(HttpServer server) {
		return "http://127.0.0.1:" + server.getAddress().getPort();
	}

	private static String history() {
		return site() + "/audit/embed/targets/Invoice/42";
	}

	@Test
	void pagesOfAnOriginThatWasNamedShowItAlthoughSpringSecurityDeniesFramesToOldBrowsers() {
		assertThat(Visitor.anonymous(shop).as("carol").get("/audit/embed/targets/Invoice/42").headers().map())
			.containsEntry("X-Frame-Options", List.of("DENY"));
		browser.visit(address(named) + "/?" + history());
		browser.within("iframe", () -> {
			browser.texts(".embedded-entries .who", List.of(ATTACK, "Kari Berg")::equals);
			browser.texts(".embedded-entries li", (entries) -> entries.get(0).contains(ATTACK)
					&& entries.get(0).contains("denied") && entries.get(1).contains("Invoice sent"));
			assertThat(browser.run("return document.title")).isEqualTo("History");
			assertThat(browser.barriers()).isEmpty();
		});
	}

	@Test
	void noOtherOriginShowsIt() {
		browser.visit(address(other) + "/?" + history());
		browser.find("iframe");
		assertThat(browser
			.complaints((complaint) -> complaint.contains("frame-ancestors 'self' %s".formatted(address(named)))))
			.isNotEmpty();
		browser.within("iframe", () -> assertThat(browser.texts("#history", List::isEmpty)).isEmpty());
	}

	@Test
	void theTrailItselfIsInNoFrame() {
		browser.visit(address(named) + "/?" + site() + "/audit/");
		assertThat(browser.complaints((complaint) -> complaint.contains("frame-ancestors 'none'"))).isNotEmpty();
	}

	@Test
	void itSpeaksTheLanguageOfItsReader() {
		browser.before("Object.defineProperty(navigator, 'languages', { value: ['de-AT'] });");
		browser.visit(history());
		browser.texts("h1", (titles) -> true);
		browser.await("return document.documentElement.lang + document.title", "deVerlauf"::equals);
	}

	@Test
	void aStarInAnIdIsNoPattern() {
		browser.visit(site() + "/audit/embed/targets/Invoice/4*");
		browser.texts("#history p", List.of("No entries match.")::equals);
	}

	/** A stand-in for a long look in which nothing was found yet. */
	@Test
	void whatIsFurtherBackIsNotCalledNothing() {
		answering("entries?",
				"async () => Response.json({ entries: [], next: 'n', lookedUntil: '2026-03-01T12:00:00Z' })");
		browser.visit(history());
		browser.button("Look further back");
		browser.texts("#history p", (texts) -> texts.size() == 1 && texts.get(0).startsWith("No entries match since"));
	}

}
