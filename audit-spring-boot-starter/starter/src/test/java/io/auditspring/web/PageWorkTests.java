package io.auditspring.web;

import java.util.List;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What readers set to their liking, and take with them.
 */
class PageWorkTests extends PageVisit {

	@BeforeEach
	void signIn() {
		signIn("carol");
	}

	@AfterEach
	void asItWas() {
		browser.wholeWindow();
		browser.zone("");
		browser.calm(true);
		browser.run("localStorage.clear()");
	}

	@Test
	void theHistogramIsBrushedByMouse() {
		withoutNews();
		open("?targetType=Report");
		browser.find(".chart .total");
		// There are up to a hundred spans: from within the first to within the last one.
		browser.drag(".plot", 0.005, 0.995);
		browser.awaitAddress((address) -> address.contains("from=") && address.contains("to="));
		browser.texts(".total", List.of("150 entries")::equals);
		browser.texts("[name=period] option:checked", List.of("Custom …")::equals);
	}

	@Test
	void timesAreThoseOfTheReadersZoneOrOfUtc() {
		withoutNews();
		browser.zone("Asia/Kolkata");
		open("?action=order.pay");
		browser.texts(".zone", (zones) -> zones.size() == 1 && zones.get(0).matches("Asia/(Kolkata|Calcutta)"));
		String there = shownTime();
		browser.find(".zone").click();
		browser.texts(".zone", List.of("UTC")::equals);
		assertThat(minutes(there) - minutes(shownTime())).isIn(330, 330 - 1440);
		open("?action=order.pay");
		browser.texts(".zone", List.of("UTC")::equals);
		browser.type("[name=q]", "after:2026-01-02");
		browser.awaitAddress((address) -> address.contains("from=2026-01-02T00%3A00%3A00.000Z"));
		browser.find(".zone").click();
		browser.find("[name=q]").clear();
		browser.type("[name=q]", "after:2026-01-02");
		browser.awaitAddress((address) -> address.contains("from=2026-01-01T18%3A30%3A00.000Z"));
	}

	private static String shownTime() {
		return browser.find(".entry time").getText();
	}

	private static int minutes(String time) {
		String[] parts = time.split(":");
		int hour = Integer.parseInt(parts[0]);
		boolean half = time.matches("(?i).*[ap]m.*");
		return (half ? hour % 12 + (time.matches("(?i).*pm.*") ? 12 : 0) : hour) * 60 + Integer.parseInt(parts[1]);
	}

	@Test
	void whatIsPausedStaysAsItIsUntilItGoesOn() {
		open("?action=report.*");
		browser.button("Live").click();
		browser.button("Paused");
		context.getBean(AuditRecorder.class)
			.record(AuditRecord.action("report.paused").message("while nobody looked").build());
		new AuditLog(context.getBean(DataSource.class)).settled();
		assertThat(browser.texts(".fresh", List::isEmpty)).isEmpty();
		browser.button("Paused").click();
		browser.texts(".entry .said", (said) -> !said.isEmpty() && said.get(0).contains("while nobody looked"));
		browser.button("Live");
	}

	@Test
	void columnsAndDensityAreKept() {
		withoutNews();
		open("?targetType=Report");
		browser.find(".entry .place code");
		long high = (Long) browser.run("return document.querySelector('.entry').offsetHeight");
		browser.find(".columns summary").click();
		browser.run("document.querySelector('.columns label input').click()");
		browser.run("document.querySelector('[name=dense]').click()");
		browser.await("return getComputedStyle(document.querySelector('.entry .place')).display", "none"::equals);
		open("?targetType=Report");
		assertThat(browser.run("return getComputedStyle(document.querySelector('.entry .place')).display"))
			.isEqualTo("none");
		assertThat((Long) browser.run("return document.querySelector('.entry').offsetHeight")).isLessThan(high);
	}

	@Test
	void aReportSaysWhatItIsOf() {
		withoutNews();
		open("?targetType=Report&outcome=denied");
		browser.find(".exports summary").click();
		browser.texts(".exports .scope b", List.of("17 entries")::equals);
		browser.run("document.querySelector('.exports button.item').click()");
		browser.texts(".report dd",
				(facts) -> facts.stream().anyMatch((fact) -> fact.matches("outcome:denied type:Report before:2\\S+Z"))
						&& facts.contains("all 17") && facts.contains("carol"));
		browser.texts(".report tbody tr", (rows) -> rows.size() == 17 && rows.get(0).contains("main #"));
		browser.texts(".report pre", (notes) -> notes.size() == 1 && notes.get(0).startsWith("example.com/shop"));
		assertThat(browser.barriers()).isEmpty();
		browser.button("Back").click();
		browser.find(".entry");
	}

	@Test
	void whatIsTakenAwayIsSaidWithItsPeriod() {
		withoutNews();
		open("?targetType=Report&period=7d");
		browser.find(".exports summary").click();
		browser.texts(".exports .scope", (lines) -> !lines.isEmpty() && lines.get(0).contains("type:Report after:20")
				&& lines.get(0).contains("without reading of the trail"));
		browser.run("document.querySelector('.exports button.item').click()");
		browser.texts(".report dd",
				(facts) -> facts.stream().anyMatch((fact) -> fact.startsWith("type:Report after:20"))
						&& facts.contains("without reading of the trail"));
		browser.button("Back").click();
		goTo("?reading=shown");
		browser.find(".exports summary").click();
		browser.texts(".exports .scope", (lines) -> !lines.isEmpty() && lines.get(0).contains("everything you may see")
				&& !lines.get(0).contains("without"));
	}

	@Test
	void columnsAreOfferedWhereThereIsRoomForThem() {
		withoutNews();
		browser.view(820, 900);
		open("?targetType=Report");
		browser.find(".columns summary").click();
		browser.texts(".columns label", List.of("", "", "", "Dense rows")::equals);
	}

	@Test
	void facetsComeBackWhereAnEntryIsInTheirPlace() {
		withoutNews();
		open("?targetType=Report");
		browser.find(".facets-button[aria-pressed=true]");
		browser.find(".entry").click();
		browser.find(".detail dl");
		browser.find(".facets-button[aria-pressed=false]").click();
		browser.texts(".detail", List::isEmpty);
		browser.find(".facets-button[aria-pressed=true]");
		browser.texts(".facet .value", (values) -> values.contains("denied"));
	}

	@Test
	void theChartSaysWhereItsSpansBegin() {
		withoutNews();
		browser.zone("Europe/Berlin");
		chart("P1D", "2026-01-31T10:34:56Z");
		// Days are those of UTC, which begin later there.
		browser.texts(".axis span",
				(times) -> times.size() == 5
						&& times.subList(0, 4).stream().allMatch((time) -> time.matches("[^:]*2026.*0?1:00.*"))
						&& times.get(4).matches("[^:]*2026.*11:34.*"));
		browser.texts(".chart .since", (lines) -> lines.size() == 1 && lines.get(0).endsWith("Europe/Berlin."));
		browser.find(".zone").click();
		browser.texts(".axis span",
				(times) -> times.size() == 5 && times.stream().allMatch((time) -> time.matches("[^:]*2026[^:]*")));
		browser.texts(".chart .since", List::isEmpty);
		browser.find(".zone").click();
		chart("PT1H", "2026-01-02T12:34:56Z");
		browser.texts(".axis span",
				(times) -> times.size() == 5 && times.subList(0, 4).stream().allMatch((time) -> time.contains(":00"))
						&& times.get(4).contains(":34"));
	}

	@ParameterizedTest
	@CsvSource({ "America/New_York, 31, (19|0?7):00.*", "Asia/Kolkata, 1, 0?5:30.*" })
	void aBarOfADayIsNotNamedAfterTheDayBeforeOrAfter(String zone, String day, String clock) {
		withoutNews();
		browser.zone(zone);
		chart("P1D", "2026-01-31T10:34:56Z");
		browser.texts(".axis span",
				(times) -> times.size() == 5 && times.get(0).matches("[^:]*\\b%s\\b[^:]*\\b%s".formatted(day, clock)));
	}

	private static void chart(String interval, String to) {
		answering("statistics",
				"""
						async () => Response.json({ from: '2026-01-01T00:00:00Z', to: '%s', interval: '%s', total: 1, complete: true,
							buckets: [{ start: '2026-01-01T05:00:00Z', success: 1, denied: 0, failure: 0 }] })"""
					.formatted(to, interval));
		open("?targetType=Report");
	}

	@Test
	void whatMovesStandsStillForWhoWantsThat() {
		withoutNews();
		String moving = """
				return document.getAnimations().filter((each) => each.playState === 'running').length
					+ [...document.querySelectorAll('*')].filter((each) => parseFloat(getComputedStyle(each).transitionDuration) > 0
						|| getComputedStyle(each).animationName !== 'none').length""";
		browser.before("window.fetch = () => new Promise(() => {});");
		browser.calm(false);
		visit("");
		browser.find(".skeleton");
		assertThat((Long) browser.run(moving)).isPositive();
		browser.calm(true);
		assertThat((Long) browser.run(moving)).isZero();
	}

	@Test
	void onPhonesFacetsComeUpFromBelow() {
		withoutNews();
		browser.view(390, 844);
		open("?targetType=Report");
		browser.texts(".facets", List::isEmpty);
		browser.find(".facets-button").click();
		browser.find(".facet");
		assertThat(browser
			.run("""
					const box = document.querySelector('.facets').getBoundingClientRect();
					return [box.left, document.documentElement.clientWidth - box.right, Math.round(box.bottom), box.top > 200];"""))
			.isEqualTo(List.of(0L, 0L, 844L, true));
		browser.run(
				"[...document.querySelectorAll('.facet')].find((each) => each.textContent.includes('denied')).parentElement.querySelector('.exclude').click()");
		browser.awaitAddress((address) -> address.contains("-outcome=denied"));
		browser.find(".sheet-head button").click();
		browser.texts(".facets", List::isEmpty);
		browser.texts(".total", List.of("133 entries")::equals);
	}

	@Test
	void everyViewShowsSomethingThatCanBeAskedFor() {
		withoutNews();
		open("");
		long views = (Long) browser.run("return document.querySelectorAll('.views .popover > .item').length");
		browser.find(".views summary").click();
		for (int i = 0; i < views - 2; i++) {
			browser.run("document.querySelectorAll('.views .popover > .item')[%d].click()".formatted(i));
			browser.find(".chips b");
			browser.await("return document.getElementById('app').getAttribute('aria-busy')", "false"::equals);
			browser.texts(".list .problem, .remedy", List::isEmpty);
		}
	}

	@Test
	void whatIsBegunInTheLineIsKeptWhenTheListArrives() {
		withoutNews();
		answering("entries", """
				async (answer) => {
					await new Promise((resolve) => { window.release = resolve; });
					return answer();
				}""");
		visit("");
		browser.find(".skeleton");
		browser.find(".reader");
		browser.find(".views summary").click();
		browser.button("Everything about one person …").click();
		browser.texts(".completion li", (people) -> !people.isEmpty());
		browser.run("window.release()");
		browser.find(".entry");
		browser.find(".facet");
		assertThat(browser.find("[name=q]").getDomProperty("value")).isEqualTo("actor:");
		browser.press(Keys.ARROW_DOWN, Keys.ENTER, Keys.ESCAPE, Keys.ENTER);
		browser.awaitAddress((address) -> address.matches(".*\\?actor=[^&]+"));
	}

	@Test
	void anEntryThatArrivesLateLeavesTheLineToWhoTypes() {
		withoutNews();
		open("?action=order.pay&actor=jane");
		String id = browser.find(".entry").getDomAttribute("data-id");
		answering("entries/" + id, """
				async (answer) => {
					await new Promise((resolve) => { window.release = resolve; });
					return answer();
				}""");
		open("?actor=user3&entry=" + id);
		browser.find(".views summary").click();
		browser.button("Everything about one person …").click();
		browser.press("user");
		browser.texts(".completion li", (people) -> !people.isEmpty());
		browser.run("window.release()");
		browser.find("#entry-title");
		assertThat(browser.run("return document.activeElement.name + ' ' + document.activeElement.value"))
			.isEqualTo("q actor:user");
		assertThat(browser.address()).contains("actor=user3");
		browser.press("5", Keys.ENTER);
		browser.awaitAddress((address) -> address.contains("?actor=user5&entry="));
	}

	@Test
	void whatOnePersonDidIsAChoiceAmongAll() {
		withoutNews();
		open("");
		browser.find(".facet");
		browser.find(".views summary").click();
		browser.button("Everything about one person …").click();
		browser.texts(".completion li",
				(people) -> !people.isEmpty() && people.stream().noneMatch((person) -> person.endsWith(":")));
		browser.press(Keys.ARROW_DOWN, Keys.ENTER, Keys.ESCAPE, Keys.ENTER);
		browser.awaitAddress((address) -> address.matches(".*\\?actor=[^&]+"));
	}

	@Test
	void whatCanBeVerifiedIsOfferedToWhomItIsGiven() {
		withoutNews();
		answering("reader",
				"async () => Response.json({ actor: 'tina', tenant: 'acme', sees: 'all', verifies: false, decides: false, csrf: null })");
		open("?targetType=Report");
		browser.texts(".reader b", List.of("tina")::equals);
		browser.find(".exports summary").click();
		browser.texts(".exports a b", List.of("CSV", "CSV, short", "Elastic Common Schema", "OCSF")::equals);
	}

	@Test
	void backIsWhereOneWas() {
		withoutNews();
		browser.view(820, 900);
		open("?targetType=Report");
		browser.await("""
				window.scrollTo(0, document.documentElement.scrollHeight);
				return Number(document.querySelector('.entries').style.height.replace('px', '')) > 82 * 149;""",
				Boolean.TRUE::equals);
		browser.run("window.scrollTo(0, 4000)");
		browser.await("return window.scrollY", Long.valueOf(4000)::equals);
		browser.run("window.marked = document.querySelector('.entries').style.height");
		browser.await("""
				const seen = [...document.querySelectorAll('.entry')].find((each) => {
					const { top, bottom } = each.getBoundingClientRect();
					return top > 200 && bottom < innerHeight;
				});
				seen?.click();
				return Boolean(seen);""", Boolean.TRUE::equals);
		browser.find(".detail dl");
		String opened = browser.address();
		browser.press("j");
		browser.awaitAddress((address) -> !address.equals(opened));
		browser.press("j");
		browser.find(".detail dl");
		browser.run("history.back()");
		browser.texts(".detail", List::isEmpty);
		assertThat(browser.address()).endsWith("?targetType=Report");
		browser.await("return window.scrollY", Long.valueOf(4000)::equals);
		assertThat(browser.run("return document.querySelector('.entries').style.height === window.marked"))
			.isEqualTo(true);
	}

	@Test
	void whatIsPrintedIsWhatIsInView() {
		withoutNews();
		open("?targetType=Report");
		browser.printed(true);
		try {
			assertThat(browser.run("return getComputedStyle(document.querySelector('.entries > li')).position"))
				.isEqualTo("static");
			assertThat((Long) browser.run("return document.querySelector('.entries').offsetHeight"))
				.isLessThan(40 * 56);
		}
		finally {
			browser.printed(false);
		}
	}

	@Test
	void keysOfOneLetterAreTurnedOff() {
		withoutNews();
		open("?targetType=Report");
		browser.press("?");
		browser.find("dialog[open] h2");
		browser.press("j");
		assertThat(browser.run("return document.activeElement.closest('dialog') !== null")).isEqualTo(true);
		assertThat(browser.barriers()).isEmpty();
		browser.find("dialog [name=letters]").click();
		browser.press(Keys.ESCAPE);
		browser.texts("dialog[open]", List::isEmpty);
		browser.press("j");
		browser.press("/");
		assertThat(browser.run("return document.activeElement.matches('.entry, [name=q]')")).isEqualTo(false);
		open("?targetType=Report");
		browser.press("j");
		assertThat(browser.run("return document.activeElement.matches('.entry')")).isEqualTo(false);
		browser.button("? Keys").click();
		browser.find("dialog [name=letters]").click();
		browser.button("Close").click();
		assertThat(browser.run("return document.activeElement.matches('.keys')")).isEqualTo(true);
		browser.press("j");
		assertThat(browser.run("return document.activeElement.matches('.entry')")).isEqualTo(true);
	}

	@Test
	void whatIsClickedIsFoundAlsoWhereItWasLeftOut() {
		withoutNews();
		open("?action=order.pay&actor=jane");
		String id = browser.find(".entry").getDomAttribute("data-id");
		turnTo("?-action=order.pay&entry=" + id);
		browser.find(".detail [data-filter=action] .link").click();
		browser.awaitAddress((address) -> address.contains("?action=order.pay"));
		browser.texts(".entry b", (actions) -> !actions.isEmpty() && actions.stream().allMatch("order.pay"::equals));
	}

	@Test
	void whoReallyActedIsLookedForAndLeftOut() {
		withoutNews();
		open("?action=ticket.close");
		browser.find(".entry").click();
		browser.find(".person [data-filter=impersonator]");
		browser.run("document.querySelector('.person [aria-label=\"All but helper\"]').click()");
		browser.awaitAddress((address) -> address.contains("-impersonator=helper"));
		browser.texts(".empty b", List.of("No entries match.")::equals);
		browser.texts(".chart", List::isEmpty);
		browser.find(".person [data-filter=impersonator] .link").click();
		browser.awaitAddress((address) -> address.contains("impersonator=helper") && !address.contains("-imp"));
		browser.texts(".entry .who", List.of("Nora Vik")::equals);
		browser.texts(".chips li",
				(chips) -> chips.stream().anyMatch((chip) -> chip.replace('\n', ' ').equals("Really acting helper")));
	}

	@Test
	void whatNoFilterKnowsIsCopied() {
		withoutNews();
		copying();
		open("?action=ticket.close");
		browser.find(".entry").click();
		browser.find(".detail .person");
		for (String value : List.of("Mozilla/5.0 (X11; Linux) Firefox/140.0", "No sound", "x", "helper")) {
			browser.run("document.querySelector('.detail [aria-label=\"Copy %s\"]').click()".formatted(value));
			browser.await("return window.copied", value::equals);
		}
	}

	@Test
	void anEntryIsCopiedAsJsonAsCurlAndAsACitation() {
		withoutNews();
		copying();
		open("?action=account.renumber");
		browser.find(".entry").click();
		browser.turnTo("json");
		String id = browser.find(".entry").getDomAttribute("data-id");
		browser.button("Copy as JSON").click();
		browser.await("return window.copied", (copied) -> String.valueOf(copied).startsWith("{"));
		String json = String.valueOf(browser.run("return window.copied"));
		JsonNode entry = new JsonMapper().readTree(json);
		assertThat(entry.path("id").stringValue()).isEqualTo(id);
		assertThat(json).contains("\"number\": " + PageRoom.BIG);
		browser.button("Copy as curl").click();
		browser.await("return window.copied",
				"curl -H 'Accept: application/json' '%s/audit/api/entries/%s'".formatted(site(), id)::equals);
		browser.button("Copy citation").click();
		browser.await("return window.copied",
				(copied) -> String.valueOf(copied)
					.matches("account\\.renumber, 2\\S+Z, entry %s \\(main #%d, SHA-256 %s\\), \\Q%s\\E".formatted(id,
							entry.path("seq").longValue(), entry.path("hash").stringValue(), browser.address())));
		browser.await("return document.querySelector('p[role=status].hidden').textContent", "Copied"::equals);
	}

	@Test
	void aViewOfOnesOwnIsKeptOpenedAndForgotten() {
		withoutNews();
		open("?targetType=Report&outcome=denied");
		browser.find(".entry").click();
		browser.find(".detail dl");
		browser.find(".views summary").click();
		browser.find("[name=view]").sendKeys("Denied <b>reports</b>", Keys.ENTER);
		browser.texts(".own a", List.of("Denied <b>reports</b>")::equals);
		open("");
		browser.find(".views summary").click();
		browser.texts(".own a", List.of("Denied <b>reports</b>")::equals);
		browser.find(".own a").click();
		browser.awaitAddress((address) -> address.endsWith("/audit/?outcome=denied&targetType=Report"));
		browser.texts(".total", List.of("17 entries")::equals);
		hasCome();
		browser.find(".views summary").click();
		browser.find("[aria-label='Forget the view Denied <b>reports</b>']").click();
		browser.texts(".own", List::isEmpty);
		open("");
		browser.find(".views summary").click();
		browser.texts(".own", List::isEmpty);
	}

	@Test
	void whatOthersPutIntoTheBrowsersStorageLeadsNowhereElse() {
		withoutNews();
		open("");
		browser
			.run("""
					localStorage.setItem('audit-views', JSON.stringify([{ name: 'one', address: "javascript:document.title='hacked'" },
						{ name: 'two', address: '//example.org/?' }, { name: 'three', address: 'https://example.org' }, null, 7,
						{ name: 8, address: '?' }, { name: 'nine' }]));
					localStorage.setItem('audit-columns', '{"a":1}');
					localStorage.setItem('audit-drawer', '"wide"');""");
		open("");
		browser.find(".views summary").click();
		browser.texts(".own a", List.of("one", "two", "three")::equals);
		assertThat(
				browser.run("return [...new Set([...document.querySelectorAll('.own a')].map((each) => each.href))]"))
			.isEqualTo(List.of(site() + "/audit/?"));
		browser.find(".own a").click();
		hasCome();
		browser.find(".entry").click();
		browser.find(".detail dl");
		nothingRan();
		browser.run("localStorage.setItem('audit-views', '{')");
		open("");
		browser.find(".views summary").click();
		browser.texts(".own", List::isEmpty);
	}

	@Test
	void anEntryIsMadeWiderAndNarrowerAndStaysSo() {
		withoutNews();
		open("?targetType=Report");
		browser.find(".entry").click();
		browser.find(".detail dl");
		long wide = drawer();
		browser.find(".handle").sendKeys(Keys.ARROW_LEFT);
		assertThat(drawer()).isGreaterThan(wide);
		browser.find(".handle").sendKeys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
		assertThat(drawer()).isLessThan(wide);
		browser.pull(".handle", -150);
		long pulled = drawer();
		assertThat(pulled).isBetween(wide + 50, wide + 200);
		String now = browser.find(".handle").getDomAttribute("aria-valuenow");
		open("?" + browser.address().split("\\?")[1]);
		browser.find(".detail dl");
		assertThat(browser.find(".handle").getDomAttribute("aria-valuenow")).isEqualTo(now);
		assertThat(drawer()).isBetween(pulled - 15, pulled + 15);
		browser.find(".handle").sendKeys(Keys.ARROW_LEFT.toString().repeat(30));
		assertThat(browser.find(".handle").getDomAttribute("aria-valuenow")).isEqualTo("75");
	}

	private static long drawer() {
		return (Long) browser.run("return document.querySelector('aside').offsetWidth");
	}

	@Test
	void anOperationIsUnfoldedAndFoldedByKeys() {
		withoutNews();
		answering("entries?", """
				async (answer) => {
					const page = await (await answer()).json();
					return Response.json({ next: null, entries: page.entries.slice(0, 4).map((entry, index) =>
						({ ...entry, operationId: index < 3 ? 'one' : 'other' })) });
				}""");
		open("?targetType=Report");
		browser.texts(".fold", List.of("+2")::equals);
		browser.press("j");
		browser.press(Keys.ARROW_RIGHT);
		browser.await("return document.querySelectorAll('.entry').length", Long.valueOf(4)::equals);
		browser.find(".fold[aria-expanded=true]");
		assertThat(browser.run("return document.activeElement.matches('.entry')")).isEqualTo(true);
		browser.press(Keys.ARROW_RIGHT);
		browser.press(Keys.ARROW_DOWN);
		assertThat(browser.run("return document.activeElement.closest('li').matches('.part')")).isEqualTo(true);
		browser.press(Keys.ARROW_UP);
		browser.press(Keys.ARROW_LEFT);
		browser.await("return document.querySelectorAll('.entry').length", Long.valueOf(2)::equals);
		browser.find(".fold[aria-expanded=false]");
	}

	@Test
	void everyPageOfAReportHasItsNumber() {
		withoutNews();
		open("?targetType=Report");
		browser.find(".exports summary").click();
		browser.run("document.querySelector('.exports button.item').click()");
		browser.texts(".report tbody tr", (rows) -> rows.size() == 150);
		Browser.Paper numbered = browser.paper();
		browser.run("""
				const sheet = document.styleSheets[0];
				const place = [...sheet.cssRules].findIndex((rule) => rule.cssText.startsWith('@page'));
				sheet.deleteRule(place);
				sheet.insertRule('@page { margin: 16mm 12mm; }', place);""");
		Browser.Paper without = browser.paper();
		assertThat(without.pages()).isEqualTo(numbered.pages()).isGreaterThan(3);
		assertThat(numbered.texts() - without.texts()).isGreaterThanOrEqualTo(numbered.pages());
	}

	@Test
	void durationsHaveTheSignOfTheReadersLanguage() {
		withoutNews();
		answering("entries/",
				"""
						async (answer) => Response.json({ ...await (await answer()).json(), durationMicros: window.took ?? 1500 })""");
		open("?targetType=Report");
		browser.find(".entry").click();
		browser.texts(".detail dd", (facts) -> facts.contains("1.5 ms"));
		browser.choose("[name=language]", "de");
		browser.texts(".detail dd", (facts) -> facts.contains("1,5 ms"));
		browser.run("window.took = 61234567");
		browser.press(Keys.ESCAPE);
		browser.press("j", "o");
		browser.texts(".detail dd", (facts) -> facts.contains("61,23 s"));
	}

	@Test
	void aShortCsvHasWhatTheListShows() {
		withoutNews();
		open("?action=ticket.close");
		browser.find(".exports summary").click();
		String csv = (String) browser
			.run("""
					const short = [...document.querySelectorAll('.exports a')].find((each) => each.querySelector('b').textContent === 'CSV, short');
					return fetch(short.href).then((answer) => answer.text())""");
		assertThat(csv.replace("\"", "").lines()).hasSize(2)
			.first()
			.isEqualTo(
					"recordedAt,actorId,actorName,impersonatorId,action,targetType,targetId,targetName,outcome,message,error");
		assertThat(csv.replace("\"", ""))
			.contains("Z,customer,Nora Vik,helper,ticket.close,Ticket,31,No sound,success,");
	}

	@Test
	void everyValueOfAnEntryCanBeLookedForOrCopied() {
		withoutNews();
		open("?action=account.renumber");
		browser.find(".entry").click();
		browser.find(".detail .person");
		for (String name : List.of("actor", "targetType", "action", "outcome", "severity", "operation", "metadata",
				"changed")) {
			assertThat(browser.texts(".detail [data-filter=%s] .link".formatted(name), (links) -> true)).as(name)
				.isNotEmpty();
		}
		browser.find(".detail [data-filter=metadata] .link").click();
		browser.awaitAddress((address) -> address.contains("metadata=reference%3A9007199254740993"));
		browser.texts(".total", List.of("1 entry")::equals);
		browser.turnTo("proof");
		browser.find(".detail [data-filter=chain] .link");
		open("?action=account.close");
		browser.find(".entry").click();
		browser.find(".detail .error [aria-label^=Copy]");
	}

}
