package io.auditspring.web;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.Keys;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A visit to the page, in a real browser.
 */
@EnabledIf(value = "io.auditspring.web.Browser#isPresent", disabledReason = "There is no Chromium on this machine")
@ExtendWith(PageRoom.class)
public abstract class PageVisit {

	public static final String ATTACK = PageRoom.ATTACK;

	public static ConfigurableApplicationContext context;

	public static Browser browser;

	private static String reader;

	/** Another application knows nobody's session. */
	static void enter(ConfigurableApplicationContext application, Browser visitor) {
		if (visitor != browser) {
			reader = null;
		}
		context = application;
		browser = visitor;
	}

	/** Who leaves the page open watches on, and other tests want nobody to. */
	@AfterAll
	static void nobodyStays() {
		browser.visit("about:blank");
	}

	@AfterEach
	void nothingWasRefusedByThePolicy() {
		browser.asItIs();
		assertThat(browser.complaints()).isEmpty();
	}

	/** Whoever is signed in is so no more: another application is next. */
	static void leave() {
		browser.forget();
		reader = null;
	}

	static String site() {
		return "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
	}

	static void signIn(String user) {
		if (user.equals(reader)) {
			return;
		}
		browser.forget();
		browser.visit(site() + "/login");
		browser.find("[name=username]").sendKeys(user);
		browser.find("[name=password]").sendKeys(user + "-secret", Keys.ENTER);
		browser.awaitAddress((address) -> !address.endsWith("/login"));
		browser.complaints();
		reader = user;
	}

	/** Watches nothing: visits that follow one another at once are many watches. */
	static void withoutNews() {
		browser.withoutNews();
	}

	static void visit(String view) {
		browser.visit(site() + "/audit/" + view);
	}

	static void open(String view) {
		visit(view);
		hasCome();
	}

	/** Goes to another view as who goes back or forward, which loads no page anew. */
	static void turnTo(String view) {
		browser.run("""
				history.pushState(null, '', '%s/audit/%s');
				window.dispatchEvent(new PopStateEvent('popstate'));""".formatted(site(), view));
	}

	/** Goes to another view where the page is as it was loaded, but for what it shows. */
	static void goTo(String view) {
		turnTo(view);
		hasCome();
	}

	/** Waits for entries, and for what moves others when it comes. */
	static void hasCome() {
		browser.awaitThere("""
				const there = (css) => document.querySelector(css) !== null;
				return there('.entry') && there('.reader') && !there('.chart[aria-busy=true], .counting');""");
	}

	/** Waits until all that was asked for has been answered, in whatever way. */
	static void isAnswered() {
		browser.awaitThere("""
				const facets = [...document.querySelectorAll('.facets > p')].map((each) => each.textContent);
				const busy = document.querySelector('#app[aria-busy=true], .chart[aria-busy=true], .counting');
				return busy === null && !facets.includes('Counting …');""");
	}

	/** Keeps what is copied in {@code window.copied}. */
	static void copying() {
		browser.before(
				"Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => { window.copied = text; } } });");
	}

	/** Answers what the page asks for with something else. */
	static void answering(String path, String answer) {
		browser
			.before("""
					{
						const real = window.fetch;
						window.fetch = async (...asked) => asked[0].replace(/^(?:http:.*[/]audit[/]|(?:[.]+[/])+)/, '').startsWith('api/%s') ? (%s)(() => real(...asked), real, asked[0]) : real(...asked);
					}
					"""
				.formatted(path, answer));
	}

	static void nothingRan() {
		assertThat(browser.run("return document.title")).isEqualTo("Audit trail");
		assertThat(browser.run("return document.querySelectorAll('#app main img, #app script, #app [onerror]').length"))
			.isEqualTo(0L);
	}

}
