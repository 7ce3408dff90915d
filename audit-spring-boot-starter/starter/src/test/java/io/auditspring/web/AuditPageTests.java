package io.auditspring.web;

import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page as people use it, in a real browser. With {@code -Dscreenshots} its
 * photographs are those of the README: {@code cp target/screenshots/{list,entry}.png
 * docs/}.
 */
class AuditPageTests extends PageVisit {

	@BeforeEach
	void visit() {
		signIn("carol");
		open("");
	}

	@Test
	void filtersNarrowTheListAndCanBeSharedAsAnAddress() {
		browser.type("[name=q]", "action:order.pay");
		browser.texts(".entry b", (actions) -> List.of("order.pay", "order.pay").equals(actions));
		assertThat(browser.address()).endsWith("?action=order.pay");
		open("?actor=user3&outcome=denied");
		browser.texts(".entry .who", (actors) -> !actors.isEmpty() && actors.stream().allMatch("Ravi Shah"::equals));
	}

	@Test
	void anEntryShowsWhatItChanged() {
		goTo("?action=order.pay&actor=jane");
		browser.find(".entry").click();
		browser.texts(".states .changed th", (names) -> names.stream().anyMatch((name) -> name.startsWith("status")));
		browser.texts(".states .changed td", (values) -> List.of("NEW", "PAID").equals(values));
		browser.resize(1400, 1000);
		browser.run("window.scrollTo(0, 0); document.querySelector('aside').scrollTo(0, 0)");
		browser.screenshot("entry");
		browser.turnTo("history");
		browser.texts(".detail h3", (titles) -> titles.stream().anyMatch("HISTORY OF THIS TARGET"::equals));
		browser.find("input[type=range]").sendKeys(Keys.HOME);
		browser.texts(".moment .faint", (places) -> places.stream().anyMatch((place) -> place.startsWith("1 of ")));
		browser.resize(1400, 900);
		browser.find(".detail h2").sendKeys(Keys.ESCAPE);
		browser.texts(".detail", List::isEmpty);
	}

	@Test
	void theListGoesOnWhereItIsScrolledTo() {
		assertThat(browser.entries()).hasSizeGreaterThan(150);
		assertThat((Long) browser.run("return document.querySelectorAll('.entry').length")).isLessThan(60);
		assertThat((Long) browser
			.run("return new Set([...document.querySelectorAll('.entry')].map((entry) => entry.dataset.id)).size"))
			.isEqualTo(browser.run("return document.querySelectorAll('.entry').length"));
	}

	@Test
	void theLedgerIsVerified() {
		browser.find(".ledger summary").click();
		browser.texts(".chain", (chains) -> chains.stream().anyMatch((chain) -> chain.contains("Signed up to entry")));
		browser.button("Verify the whole ledger").click();
		browser.texts(".result", (results) -> results.size() == 1 && results.get(0).startsWith("Verified: "));
		browser.screenshot("ledger");
	}

	@Test
	void whatSomebodyWroteIsNeverRun() {
		goTo("?actor=mallory");
		browser.texts(".entry b", (actions) -> List.of(ATTACK).equals(actions));
		browser.find(".entry").click();
		browser.texts(".message", (messages) -> List.of(ATTACK).equals(messages));
		assertThat(browser.run("return document.title")).isEqualTo("Audit trail");
		assertThat(browser.run("return document.querySelectorAll('#app main img, #app script, #app [onerror]').length"))
			.isEqualTo(0L);
	}

	@Test
	void whatSomebodyStoredIsNeverRun() {
		goTo("?actor=storer&action=order.pay");
		browser.find(".entry").click();
		browser.find(".states");
		browser.await("return [...document.querySelectorAll('.states td')].map((cell) => cell.textContent).join('|')",
				(cells) -> String.valueOf(cells).contains(ATTACK));
		browser.turnTo("history");
		browser.find("input[type=range]").sendKeys(Keys.HOME);
		browser.texts(".moment .faint", (places) -> places.stream().anyMatch((place) -> place.startsWith("1 of ")));
		nothingRan();
	}

	@Test
	void whatAProgramCallsItselfIsNeverRun() {
		Visitor.anonymous(context).as("dora").with("User-Agent", ATTACK).json("/audit/api/entries?limit=1");
		browser.await("return fetch('api/entries?action=audit.read&actor=dora').then((answer) => answer.text())",
				(answer) -> String.valueOf(answer).contains("onerror"));
		goTo("?reading=shown&action=audit.read&actor=dora");
		browser.find(".entry").click();
		browser.texts(".detail dd", (values) -> values.contains(ATTACK));
		nothingRan();
	}

	@Test
	void whatCannotBeSearchedForIsSaidAtTheField() {
		browser.type("[name=q]", "#");
		browser.texts("#wrong-q", (texts) -> List.of("'#' has no word to search for").equals(texts));
		isAnswered();
		assertThat(browser.find("[name=q]").getDomAttribute("aria-describedby")).isEqualTo("wrong-q");
		browser.texts(".entry, .empty, .list > .error", List::isEmpty);
		assertThat(browser.complaints()).isNotEmpty().allMatch((complaint) -> complaint.contains("status of 400"));
		browser.type("[name=q]", "quarterly");
		browser.texts(".entry .target",
				(targets) -> !targets.isEmpty() && targets.stream().allMatch("Report Quarterly revenue"::equals));
		browser.texts("#wrong-q", List::isEmpty);
	}

	@Test
	void theChartBeginsWhereCountingDid() {
		browser
			.run("""
					const real = window.fetch;
					window.fetch = async (...asked) => {
						const answer = await real(...asked);
						if (!asked[0].startsWith('api/statistics')) {
							return answer;
						}
						const body = await answer.json();
						return Response.json({ ...body, complete: false, from: '2026-01-02T03:04:05Z', to: '2026-01-03T03:04:05Z',
							interval: 'PT1H', buckets: [{ start: '2026-01-02T03:00:00Z', success: 1, failure: 0, denied: 0 }] });
					};
					""");
		browser.find("[name=reading]").click();
		assertThat(browser.find(".since").getText()).startsWith("Counted since ")
			.contains("too many entries before to count");
		assertThat(browser.find(".since time").getDomAttribute("datetime")).isEqualTo("2026-01-02T03:04:05Z");
		assertThat(browser.find(".bar rect.hit").getDomAttribute("x")).isEqualTo("0");
	}

	@Test
	void aVerificationIsWatchedAndCancelled() throws Exception {
		browser.find(".ledger summary").click();
		browser.find(".chain");
		try (Connection other = context.getBean(DataSource.class).getConnection();
				Statement statement = other.createStatement()) {
			other.setAutoCommit(false);
			// Entries cannot be read until this ends.
			statement.execute("lock table audit.audit_log in access exclusive mode");
			browser.button("Verify the whole ledger").click();
			browser.texts(".verifying label",
					(texts) -> texts.size() == 1 && texts.get(0).startsWith("Verifying 0 of "));
			assertThat(browser.find(".verifying progress").getDomProperty("max")).matches("[0-9]{3,}");
			browser.button("Cancel").click();
			browser.await(
					"return fetch('api/verification/progress').then((answer) => answer.json()).then((progress) => progress.state)",
					"running"::equals);
			other.rollback();
		}
		browser.texts(".ledger .advice",
				(texts) -> texts.size() == 1 && texts.get(0).startsWith("The verification was cancelled."));
		browser.button("Verify the whole ledger").click();
		browser.texts(".result", (results) -> results.size() == 1 && results.get(0).startsWith("Verified: "));
	}

	@Test
	void othersSeeWhatTheyDid() {
		signIn("jane");
		open("");
		List<String> actors = browser.texts(".entry .who", (names) -> names.contains("Jane Roe"));
		assertThat(actors).allMatch((actor) -> actor.toLowerCase(Locale.ROOT).startsWith("jane"));
		browser.texts(".reader", (names) -> List.of("jane\nown entries").equals(names));
		assertThat(browser.run("return document.querySelectorAll('.ledger').length")).isEqualTo(0L);
	}

	@Test
	void theKeyboardIsEnough() {
		browser.find("body").sendKeys("/");
		assertThat(browser.run("return document.activeElement.name")).isEqualTo("q");
		browser.run("document.querySelector('.entry').focus()");
		browser.find(".entry").sendKeys(Keys.ARROW_DOWN);
		assertThat(browser.run("return [...document.querySelectorAll('.entry')].indexOf(document.activeElement)"))
			.isEqualTo(1L);
	}

	@Test
	void newEntriesAreShownAsTheyCome() {
		browser.find(".live");
		context.getBean(AuditRecorder.class).record(AuditRecord.action("just.now").build());
		browser.texts(".fresh", (texts) -> List.of("1 new entry").equals(texts));
		browser.texts(".entry b", (actions) -> !actions.contains("just.now"));
		browser.find(".fresh").click();
		browser.texts(".entry b", (actions) -> actions.get(0).equals("just.now"));
		assertThat(browser.run("return document.activeElement.classList.contains('entry')")).isEqualTo(true);
	}

	@Test
	void whatIsNewIsCountedAmongTheFacetsToo() {
		AuditRecorder recorder = context.getBean(AuditRecorder.class);
		recorder.record(AuditRecord.action("bell.ring").actor(Actor.user("ringer")).build());
		new AuditLog(context.getBean(DataSource.class)).settled();
		open("?actor=ringer");
		browser.find(".live");
		browser.texts(".facet",
				(facets) -> facets.stream().anyMatch((each) -> each.replace('\n', ' ').equals("success 1")));
		recorder.record(AuditRecord.action("bell.break").actor(Actor.user("ringer")).build());
		browser.find(".fresh").click();
		browser.texts(".total", List.of("2 entries")::equals);
		browser.texts(".facet",
				(facets) -> facets.stream().anyMatch((each) -> each.replace('\n', ' ').equals("success 2")));
		browser.texts(".facet .value", (values) -> values.contains("bell.break"));
	}

	@Test
	void fieldsSuggestWhatThereIs() {
		browser.find("[name=q]").sendKeys("action:report.s");
		browser.texts(".completion li span:first-child", List.of("report.share")::equals);
		browser.find("[name=q]").sendKeys(Keys.ARROW_DOWN, Keys.ENTER, Keys.ENTER);
		browser.awaitAddress((address) -> address.endsWith("?action=report.share"));
	}

	@Test
	void whatIsShownCanBeTakenAway() {
		goTo("?actor=user3");
		browser.find(".exports summary").click();
		browser.texts(".exports .scope b", List.of("21 entries")::equals);
		List<String> names = browser.texts(".exports .popover a b", (texts) -> texts.size() == 6);
		assertThat(names).containsExactly("CSV", "CSV, short", "JSON, verifiable", "Elastic Common Schema", "OCSF",
				"Whole ledger, verifiable");
		assertThat(browser.find(".exports .popover a").getDomAttribute("href")).contains("api/export?", "actor=user3",
				"format=csv");
	}

	@Test
	void filtersAreTakenAwayOneByOne() {
		goTo("?actor=user3&severity=info");
		browser.find("[aria-label='Remove the filter Actor user3']").click();
		browser.awaitAddress((address) -> address.endsWith("?severity=info"));
	}

	@Test
	void severitiesAreFoundFromOneOn() {
		browser.type("[name=q]", "minSeverity:error");
		browser.awaitAddress((address) -> address.endsWith("?minSeverity=error"));
		browser.texts(".entry .badge.critical", (marks) -> !marks.isEmpty());
		browser.find("[aria-label='Remove the filter Severity at least error']").click();
		browser.awaitAddress((address) -> address.endsWith("/audit/"));
	}

	@Test
	void anIdIsFoundWithoutItsKind() {
		goTo("?targetId=3");
		browser.texts(".entry .target", (targets) -> !targets.isEmpty()
				&& targets.stream().allMatch((target) -> target.startsWith("Report ") || target.startsWith("Order ")));
		browser.find("[aria-label='Remove the filter Target id 3']").click();
		browser.awaitAddress((address) -> address.endsWith("/audit/"));
	}

	@Test
	void nobodyIsKeptOut() {
		assertNobodyIsKeptOut("light");
	}

	@Test
	@Tag("scenes")
	void nobodyIsKeptOutInTheDark() {
		assertNobodyIsKeptOut("dark");
	}

	private static void assertNobodyIsKeptOut(String theme) {
		browser.run("localStorage.setItem('audit-theme', '%s')".formatted(theme));
		try {
			open("");
			browser.texts(".legend", (legends) -> !legends.isEmpty());
			assertThat(browser.barriers()).isEmpty();
			goTo("?action=order.pay");
			browser.find(".entry").click();
			browser.find(".states");
			assertThat(browser.barriers()).isEmpty();
			for (String tab : List.of("context", "history", "proof", "json")) {
				browser.turnTo(tab);
				browser.find("[role=tabpanel] section, [role=tabpanel] pre");
				assertThat(browser.barriers()).isEmpty();
			}
			browser.find(".ledger summary").click();
			browser.find(".chain");
			assertThat(browser.barriers()).isEmpty();
		}
		finally {
			browser.run("localStorage.removeItem('audit-theme')");
		}
	}

	@Test
	void itIsSeenInEveryLight() {
		goTo("?targetType=Report");
		browser.texts(".chart rect.success", (bars) -> !bars.isEmpty());
		browser.screenshot("list");
		browser.find("[aria-label='Switch to dark']").click();
		browser.screenshot("dark");
		browser.find("[aria-label='Switch to light']").click();
		browser.resize(420, 900);
		browser.screenshot("narrow");
		assertThat((Boolean) browser.run("return document.documentElement.scrollWidth <= window.innerWidth")).isTrue();
		browser.resize(1400, 900);
	}

}
