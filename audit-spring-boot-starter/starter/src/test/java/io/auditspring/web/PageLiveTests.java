package io.auditspring.web;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What comes while the page is open: each entry once, in its place, and none is missing.
 */
class PageLiveTests extends PageVisit {

	/** Stands in for the connections that news come by. */
	private static final String NEWS = """
			window.sources = [];
			window.EventSource = class {
				static CLOSED = 2;
				constructor() {
					this.readyState = 1;
					this.heard = {};
					window.sources.push(this);
				}
				addEventListener(name, what) {
					this.heard[name] = what;
				}
				close() {
					this.readyState = 2;
				}
				tell(name, data) {
					this.heard[name]?.({ data: JSON.stringify(data ?? {}) });
				}
			};
			window.entry = (id, seconds) => ({ id, chain: 'main', seq: 1000000 + seconds, operationId: id, action: 'report.news',
				recordedAt: new Date(Date.now() + seconds * 1000).toISOString(), occurredAt: new Date().toISOString(),
				actor: { type: 'user', id: 'user1', name: null, impersonatorId: null }, target: null, related: [], severity: 'info',
				outcome: 'success', message: id, error: null, durationMicros: null, before: null, after: { text: 'long' }, metadata: null });
			""";

	@BeforeEach
	void signIn() {
		signIn("carol");
		browser.before(NEWS);
	}

	@AfterEach
	void asItWas() {
		browser.run("localStorage.clear()");
	}

	private static void watching(String view) {
		open(view);
		browser.await("return window.sources.length", Long.valueOf(1)::equals);
		browser.run("window.sources[0].tell('watching')");
		browser.button("Live");
	}

	/** Also has one more entry from when a test says so. */
	private static void missing() {
		answering("entries?",
				"""
						async (answer) => {
							const page = await (await answer()).json();
							return Response.json({ ...page, entries: [...(window.missed ? [window.entry('missed', 0)] : []), ...page.entries] });
						}""");
	}

	@Test
	void whatCameWhileTheServerRefusedIsNotMissing() {
		browser.before("""
				const later = window.setTimeout;
				window.setTimeout = (what, wait, ...more) => later(what, wait >= 30000 ? 0 : wait, ...more);""");
		missing();
		watching("?targetType=Report");
		browser.run("window.missed = true; window.sources[0].close(); window.sources[0].tell('error')");
		browser.await("return window.sources.length", Long.valueOf(2)::equals);
		browser.run("window.sources[1].tell('watching')");
		browser.texts(".fresh", List.of("1 new entry")::equals);
		browser.find(".fresh").click();
		browser.texts(".entry .said", (said) -> said.size() > 1 && said.get(0).equals("missed"));
	}

	@Test
	void whatIsNewIsNewUnderTheFiltersOfNow() {
		answering("entries?", """
				async (answer) => {
					if (window.held) {
						await new Promise((resolve) => { window.release = resolve; });
					}
					return answer();
				}""");
		watching("?targetType=Report");
		browser.find(".facet");
		browser.run("window.held = true");
		browser.run(
				"[...document.querySelectorAll('.facet')].find((each) => each.textContent.includes('denied')).click()");
		browser.await("return typeof window.release", "function"::equals);
		browser.run("window.sources[0].tell('entry', window.entry('of before', 1))");
		browser.run("window.held = false; window.release()");
		browser.texts(".entry .marks",
				(marks) -> !marks.isEmpty() && marks.stream().allMatch((each) -> each.contains("denied")));
		assertThat(browser.texts(".fresh", List::isEmpty)).isEmpty();
	}

	@Test
	void whatIsFurtherDownIsNotNewAndWhatIsNewIsThereOnceInItsPlace() {
		watching("?targetType=Report");
		browser
			.run("""
					const [oldest] = (await (await fetch('api/entries?targetType=Report&order=asc&limit=1', { headers: { Accept: 'application/json' } })).json()).entries;
					window.sources[0].tell('entry', oldest);
					window.sources[0].tell('entry', window.entry('second', 2));
					window.sources[0].tell('entry', window.entry('first', 1));
					window.sources[0].tell('entry', window.entry('first', 1));"""
				.replaceFirst("const", "return (async () => { const") + " })()");
		browser.texts(".fresh", List.of("2 new entries")::equals);
		browser.find(".fresh").click();
		browser.texts(".entry .said",
				(said) -> said.size() > 1 && said.get(0).equals("second") && said.get(1).equals("first"));
		assertThat(browser.entries()).hasSize(152);
		// With the days, of which there is another one from midnight on.
		long days = (Long) browser.run("return window.seen.filter((id) => !id).length");
		assertThat(browser.run("return document.querySelector('.entries > li').getAttribute('aria-setsize')"))
			.isEqualTo(String.valueOf(152 + days));
	}

	@Test
	void aPageThatIsLeftOpenHoldsNoMoreThanItCanShow() {
		watching("?targetType=Report");
		browser.run("for (let i = 0; i < 500; i++) { window.sources[0].tell('entry', window.entry('new' + i, i)); }");
		browser.texts(".fresh", List.of("Many new entries")::equals);
	}

	@Test
	void nobodyIsWatchingWhoDoesNotSeeThePage() {
		missing();
		watching("?targetType=Report");
		hidden(true);
		assertThat(browser.run("return window.sources[0].readyState")).isEqualTo(2L);
		browser.run("window.missed = true");
		hidden(false);
		browser.await("return window.sources.length", Long.valueOf(2)::equals);
		browser.run("window.sources[1].tell('watching')");
		browser.texts(".fresh", List.of("1 new entry")::equals);
	}

	private static void hidden(boolean hidden) {
		browser.run("""
				Object.defineProperty(document, 'hidden', { value: %s, configurable: true });
				document.dispatchEvent(new Event('visibilitychange'));""".formatted(hidden));
	}

	@Test
	void nobodyIsWatchingWhoHasDoneNothingForLong() {
		browser.before("window.ticks = []; window.setInterval = (what) => window.ticks.push(what);");
		watching("?targetType=Report");
		browser.find(".reader");
		browser
			.run("const now = Date.now; Date.now = () => now() + 20 * 60000; window.ticks.forEach((each) => each())");
		browser.button("Paused");
		assertThat(browser.run("return window.sources[0].readyState")).isEqualTo(2L);
	}

}
