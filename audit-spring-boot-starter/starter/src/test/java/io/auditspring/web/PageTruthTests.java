package io.auditspring.web;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;

import javax.sql.DataSource;

import io.auditspring.ledger.Problem;
import io.auditspring.signing.VerificationWorker;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;

import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page says of entries what is so: every digit, every version, and of a proof no more
 * than was proved.
 */
class PageTruthTests extends PageVisit {

	private static final String FAILED = "async () => Response.json({ detail: 'Not now' }, { status: 500 })";

	@BeforeEach
	void signIn() {
		signIn("carol");
		withoutNews();
	}

	@AfterEach
	void asItWas() {
		browser.zone("");
		browser.run("localStorage.clear()");
	}

	@Test
	void numbersHaveAllTheirDigits() {
		open("?action=account.renumber");
		browser.texts(".change", (chips) -> chips.contains("number: %s → %s".formatted(PageRoom.BIG, PageRoom.BIGGER)));
		browser.find(".entry").click();
		browser.texts(".states .before pre", List.of(PageRoom.BIG)::equals);
		browser.texts(".states .after pre", List.of(PageRoom.BIGGER)::equals);
		browser.find(".same summary").click();
		browser.texts(".same pre", (same) -> same.contains(PageRoom.LONG) && same.size() == 2);
		browser.texts(".detail dd", (facts) -> facts.contains(PageRoom.BIG));
		browser.turnTo("json");
		browser.texts(".json",
				(json) -> !json.isEmpty() && json.get(0).contains("\"number\": " + PageRoom.BIG)
						&& json.get(0).contains("\"number\": " + PageRoom.BIGGER)
						&& json.get(0).contains("\"balance\": " + PageRoom.LONG));
		browser.turnTo("proof");
		browser.button("Verify this entry").click();
		browser.texts(".proved .fine", (marks) -> marks.size() == 2);
		browser.texts(".proved .wrong", List::isEmpty);
		browser.turnTo("history");
		browser.texts(".moment", (moments) -> moments.size() == 1);
		browser.find(".state-then summary").click();
		browser.texts(".state-then dd", (values) -> values.contains(PageRoom.BIGGER) && values.contains(PageRoom.LONG));
	}

	/** A double takes both numbers for the same. */
	@Test
	void aNumberThatWasNotHashedIsFoundOutByItsLastDigit() {
		answering("entries/", """
				async (answer) => new Response((await (await answer()).text()).replaceAll('%s', '9007199254740992'),
					{ headers: { 'Content-Type': 'application/json' } })""".formatted(PageRoom.BIG));
		open("?action=account.renumber");
		verify();
		browser.texts(".proved .wrong", (marks) -> marks.size() == 1 && marks.get(0).contains("before"));
	}

	private static void verify() {
		browser.find(".entry").click();
		browser.turnTo("proof");
		browser.button("Verify this entry").click();
	}

	@Test
	void theProofOfOneEntryIsNotThatOfAnother() {
		answering("export", """
				async () => {
					await new Promise((resolve) => { window.release = resolve; });
					return { ok: false, status: 503, headers: new Headers() };
				}""");
		open("?targetType=Report");
		verify();
		browser.await("return typeof window.release", "function"::equals);
		browser.press(Keys.ESCAPE);
		browser.press("j", "o");
		browser.find("#panel[aria-labelledby=tab-proof] .proved");
		browser.run("window.release()");
		browser.run("window.dispatchEvent(new Event('resize'))");
		assertThat(browser.run("return document.querySelector('.proved').textContent.trim()")).isEqualTo("");
	}

	@Test
	void addressesAreProvedAsTheyAreShown() {
		open("?targetType=Report");
		verify();
		browser.texts(".proved .fine", (marks) -> marks.size() == 3);
		browser.texts(".proved .wrong", List::isEmpty);
	}

	/** All that is shown is altered, but what it is asked for by. */
	@Test
	void whateverIsShownThatWasNotHashedIsNamed() {
		answering("entries/",
				"""
						async (answer) => {
							const entry = await (await answer()).json();
							const other = (any, name) => ['id', 'operationId', 'recordedAt', 'hash', 'changeSummary'].includes(name) ? any
								: name === 'occurredAt' ? '2026-01-01T00:00:00Z' : typeof any === 'number' ? any + 1
								: typeof any === 'string' ? any + 'x' : any === null ? 'x' : any;
							const altered = Object.fromEntries(Object.entries(entry).map(([name, value]) => [name, other(value, name)]));
							window.names = Object.keys(entry);
							return Response.json({ ...altered, related: [{ type: 'x', id: 'x' }], before: { x: 1 }, after: { x: 2 }, changes: { x: 1 },
								metadata: { x: 1 }, geolocation: { x: 1 },
								actor: { type: 'system', id: 'x', name: 'x', impersonatorId: 'x' }, target: { type: 'x', id: 'x', name: 'x' } });
						}""");
		open("?action=account.renumber");
		verify();
		List<String> marks = browser.texts(".proved .wrong", (wrong) -> wrong.size() == 1);
		List<String> named = List.of(marks.get(0).substring(marks.get(0).indexOf(':') + 1).trim().split(", "));
		List<String> shown = ((List<?>) browser.run("return window.names")).stream().map(String::valueOf).toList();
		assertThat(named).contains("actor.type", "actor.id", "actor.name", "actor.impersonatorId", "target.type",
				"target.id", "target.name");
		assertThat(shown).hasSizeGreaterThan(25)
			.allMatch((name) -> List.of("id", "operationId", "recordedAt", "hash", "changeSummary").contains(name)
					|| named.stream().anyMatch((each) -> each.equals(name) || each.startsWith(name + ".")));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			!line.includes('"path"')                      | no path leads
			!line.includes('"checkpoint"')                | No checkpoint covers it yet
			line                                          | of another chain
			""")
	void aProofThatIsKeptBackIsNotOneThatThereIsNotYet(String kept, String said) {
		answering("export", """
				async (answer) => {
					const lines = (await (await answer()).text()).split('\\n').filter((line) => %s);
					return new Response(lines.join('\\n').replace('example.com/shop/main', '%s'));
				}""".formatted(kept, kept.equals("line") ? "example.com/shop/other" : "example.com/shop/main"));
		open("?action=order.pay&actor=jane");
		verify();
		browser.texts(".proved .%s".formatted(said.startsWith("No ") ? "open" : "wrong"),
				(marks) -> marks.size() == 1 && marks.get(0).contains(said));
	}

	@Test
	void onlyWhatIsAskedForIsExportedToProveIt() {
		answering("export", "async (answer, real, address) => { window.asked = address; return answer(); }");
		open("?action=gauge.first");
		verify();
		browser.find(".proved .fine");
		assertThat(String.valueOf(browser.run("return window.asked")))
			.matches(".*export\\?id=%s&from=2[^&]+Z&format=ndjson"
				.formatted(browser.find(".entry").getDomAttribute("data-id")));
	}

	@Test
	void whatIsTakenAwayIsTheEvidenceOfOneEntry() {
		browser
			.before("""
					{
						const kept = URL.createObjectURL;
						URL.createObjectURL = (blob) => { blob.text().then((text) => { window.saved = text; }); return kept.call(URL, blob); };
						HTMLAnchorElement.prototype.click = function () { window.named = this.download; };
					}""");
		open("?action=order.pay&actor=jane");
		String id = browser.find(".entry").getDomAttribute("data-id");
		verify();
		browser.texts(".proved .fine", (marks) -> marks.size() == 3);
		browser.button("Download this evidence").click();
		browser.await("return window.saved?.split('\\n').filter((line) => line.includes('\"salt\"')).length",
				Long.valueOf(1)::equals);
		assertThat(browser.run("return window.named")).isEqualTo("entry-%s.ndjson".formatted(id));
		assertThat(String.valueOf(browser.run("return window.saved"))).startsWith("{\"selection\":")
			.contains("\"id\":\"" + id, "\"path\":", "\"checkpoint\":")
			.endsWith("}\n");
	}

	@Test
	void onlyWhatSpeaksAgainstTheLedgerIsCalledAltered() {
		answering("verification/progress",
				"""
						async () => Response.json({ state: 'done', startedAt: null, endedAt: '2026-01-01T00:00:00Z', done: 1, total: 1,
							result: { valid: false, chains: [{ chain: 'main', entries: 7, problems: [],
								counts: { [window.kind ?? 'HASH']: window.turn = (window.turn ?? 0) + 1 } }] } })""");
		open("");
		browser.texts(".ledger summary .badge", List.of("Altered")::equals);
		for (Problem.Kind kind : Problem.Kind.values()) {
			browser.run("window.kind = '%s'; window.last = window.turn; document.querySelector('.ledger').open = false"
				.formatted(kind));
			browser.run("document.querySelector('.ledger').open = true");
			browser.await(
					"return Number(document.querySelector('.result b').textContent.replace(/\\D/g, '')) > window.last",
					Boolean.TRUE::equals);
			boolean altered = kind.accuses() && kind != Problem.Kind.GUARD;
			assertThat(browser.find(".ledger summary .badge").getText()).as(kind.toString())
				.isIn(altered ? List.of("Altered")
						: List.of("Protection missing", "Evidence missing", "Not witnessed"));
			assertThat(browser.find(".advice").getText().contains("Let nobody delete")).isEqualTo(altered);
		}
	}

	@Test
	void theLedgerIsWhatItWasFoundToBeInTheBackgroundToo() {
		context.getBean(VerificationWorker.class).run();
		open("");
		browser.texts(".ledger summary .badge", List.of("Verified")::equals);
	}

	/** A stand-in for another server, where what was found runs behind a balancer. */
	@Test
	void aVerificationThatAnotherServerKnowsNothingOfIsWaitedFor() {
		answering("verification",
				"""
						async (answer, real, address) => {
							window.turn = (window.turn ?? 0) + (address.endsWith('progress') ? 1 : 0);
							const idle = { state: 'idle', startedAt: null, endedAt: null, done: 0, total: 0, result: null };
							const running = { ...idle, state: 'running', startedAt: '2026-01-01T00:00:00Z', total: 7 };
							const done = { ...running, state: 'done', endedAt: '2026-01-01T00:01:00Z', done: 7,
								result: { valid: true, chains: [{ chain: 'main', from: 0, size: 7, entries: 7, counts: {}, problems: [] }] } };
							return Response.json(!address.endsWith('progress') ? running : window.turn < 4 ? idle : window.turn < 5 ? done : idle);
						}""");
		open("");
		browser.find(".ledger summary").click();
		browser.button("Verify the whole ledger").click();
		browser.texts(".ledger summary .badge", List.of("Verified")::equals);
		browser.run("document.querySelector('.ledger').open = false");
		browser.run("window.before = window.turn; document.querySelector('.ledger').open = true");
		browser.await("return window.turn > window.before", Boolean.TRUE::equals);
		browser.texts(".ledger summary .badge", List.of("Verified")::equals);
	}

	@Test
	void whoWasRefusedChangedNothing() {
		open("?action=account.close");
		browser.find(".entry").click();
		browser.turnTo("history");
		browser.texts(".moment", (moments) -> !moments.isEmpty() && moments.get(0).startsWith("2 of 4"));
		browser.texts(".states", List::isEmpty);
		browser.texts("[role=tabpanel]",
				(panels) -> !panels.isEmpty() && panels.get(0).contains("says nothing of what it was like"));
		browser.find("[aria-label='Newer version']").click();
		browser.texts(".states tbody th", (changed) -> changed.size() == 1 && changed.get(0).startsWith("number"));
		browser.find("[aria-label='Newer version']").click();
		browser.texts(".states .after", (gone) -> gone.equals(List.of("not there", "not there", "not there")));
	}

	@ParameterizedTest
	@CsvSource({ "history, entries?targetType, History of this target", "context, entries?operation, Same operation",
			"context, entries/, Same operation" })
	void whatCouldNotBeAskedForIsNotCalledNothing(String tab, String path, String found) {
		answering(path,
				"""
						async (answer, real, address) => window.mended || address.match(/entries\\/[^/]*$/) ? answer() : (%s)()"""
					.formatted(FAILED));
		open("?action=account.renumber");
		browser.find(".entry").click();
		browser.turnTo(tab);
		browser.texts("[role=tabpanel] .problem", (problems) -> problems.size() == 1
				&& problems.get(0).contains("Not now") && problems.get(0).contains("Try again"));
		browser.run("window.mended = true");
		browser.button("Try again").click();
		browser.texts("[role=tabpanel]",
				(panels) -> !panels.isEmpty() && panels.get(0).toLowerCase().contains(found.toLowerCase()));
	}

	@Test
	void anEntryOlderThanTheNewestHundredIsAmongItsOwnVersions() {
		open("?action=gauge.first");
		browser.find(".entry").click();
		browser.turnTo("history");
		browser.texts(".moment", (moments) -> !moments.isEmpty()
				&& moments.get(0).startsWith("1 of the 101 that are loaded") && moments.get(0).contains("gauge.first"));
		browser.button("Newer ones").click();
		browser.texts(".moment", (moments) -> !moments.isEmpty() && moments.get(0).startsWith("1 of 102")
				&& moments.get(0).contains("gauge.first"));
		browser.texts(".rest button", List::isEmpty);
		goTo("?action=gauge.read");
		browser.find(".entry").click();
		browser.turnTo("history");
		browser.texts(".moment",
				(moments) -> !moments.isEmpty() && moments.get(0).startsWith("100 of the 100 that are loaded"));
		browser.button("Older ones").click();
		browser.texts(".moment", (moments) -> !moments.isEmpty() && moments.get(0).startsWith("102 of 102"));
	}

	@Test
	void theNumberOfAnExportIsThatOfItsFilters() {
		answering("entries/count", """
				async (answer) => {
					if (window.failing) {
						return Response.json({}, { status: 500 });
					}
					if (!window.release) {
						await new Promise((resolve) => { window.release = resolve; });
					}
					return answer();
				}""");
		open("?targetType=Report");
		browser.find(".exports summary").click();
		browser.await("return typeof window.release", "function"::equals);
		browser.texts(".facet .value", (values) -> values.contains("denied"));
		browser.run(
				"[...document.querySelectorAll('.facet')].find((each) => each.textContent.includes('denied')).click()");
		browser.awaitAddress((address) -> address.contains("outcome=denied"));
		browser.run("document.querySelector('.exports').open = false; window.release()");
		browser.texts(".total", List.of("17 entries")::equals);
		browser.run("document.querySelector('.exports').open = true");
		browser.texts(".exports .scope b", List.of("17 entries")::equals);
		browser.run("document.querySelector('.exports').open = false; window.failing = true");
		browser.run("document.querySelector('.exports').open = true");
		browser.texts(".exports .scope",
				(scopes) -> !scopes.isEmpty() && scopes.get(0).contains("could not be counted"));
	}

	@Test
	void aNumberThatIsNotExactIsToldAsTheLeast() {
		answering("entries/count", "async () => Response.json({ count: 10000, exact: false })");
		open("?targetType=Report");
		browser.find(".exports summary").click();
		browser.texts(".exports .scope b", List.of("at least 10,000 entries")::equals);
	}

	@Test
	void onlyMoreThanAMinuteBetweenTwoClocksIsTold() {
		answering("entries?",
				"""
						async (answer) => {
							const page = await (await answer()).json();
							page.entries.forEach((entry, place) => {
								entry.occurredAt = new Date(new Date(entry.recordedAt) - (place === 0 ? 60000 : 61000)).toISOString();
							});
							return Response.json(page);
						}""");
		open("?actor=traveller");
		browser.texts(".entry .said", (said) -> said.size() == 3);
		assertThat(browser.texts(".entry .apart", (texts) -> texts.size() == 2))
			.allMatch((text) -> text.endsWith(", recorded 1 minute later"));
		assertThat(browser.run("return !document.querySelector('.entry').querySelector('.apart')")).isEqualTo(true);
	}

	@Test
	void facetsThatCouldNotBeCountedSaySo() {
		answering("facets", FAILED);
		open("?targetType=Report");
		browser.texts(".facets", (facets) -> facets.size() == 1 && facets.get(0).contains("could not be counted"));
	}

	@Test
	void aLinkWithFixedTimesHasThem() {
		copying();
		open("?targetType=Report");
		browser.find(".views summary").click();
		browser.button("Copy a link with fixed times").click();
		browser.await("return window.copied",
				(copied) -> String.valueOf(copied).matches(".*targetType=Report&to=2[^&]+"));
		goTo("?targetType=Report&from=2026-01-01T00%3A00%3A00Z");
		browser.button("Copy a link with fixed times").click();
		browser.await("return window.copied",
				(copied) -> String.valueOf(copied).matches(".*from=2026-01-01T00%3A00%3A00Z&to=2[^&]+"));
	}

	@Test
	void whatIsCountedAroundAnEntryIsWhatItsLinkShows() {
		// Who does nothing else, in any of the tests.
		Visitor.anonymous(context).as("dora").get("/audit/api/entries?limit=1");
		Awaitility.await()
			.until(() -> new JdbcTemplate(context.getBean(DataSource.class)).queryForObject(
					"select exists (select 1 from audit.audit_log where actor_id = 'dora' and action = 'audit.read')",
					Boolean.class));
		open("?actor=dora&action=audit.read");
		browser.find(".entry").click();
		browser.turnTo("context");
		browser.find(".around li");
		browser.run(
				"[...document.querySelectorAll('.around button')].find((each) => each.textContent.includes('five minutes')).click()");
		browser.awaitAddress((address) -> address.contains("actor=dora") && address.contains("to="));
		browser.texts(".entry b", (actions) -> !actions.isEmpty() && actions.stream().allMatch("audit.read"::equals));
	}

	@Test
	void theFirstBarDoesNotWidenThePeriod() {
		Instant from = new JdbcTemplate(context.getBean(DataSource.class))
			.queryForObject("select min(recorded_at) from audit.audit_log where target_type = 'Report'",
					OffsetDateTime.class)
			.toInstant();
		open("?targetType=Report&from=" + from);
		browser.find(".plot").sendKeys(Keys.HOME, Keys.ENTER);
		browser.awaitAddress((address) -> address.contains("to="));
		assertThat(browser.address().replace("%3A", ":")).contains("from=" + from + "&");
	}

	@Test
	void whatAnAddressOrALineHasWrongIsNoFault() {
		open("?action=account.renumber");
		String id = browser.find(".entry").getDomAttribute("data-id");
		open("?action=account.renumber&tab=contex&entry=" + id);
		browser.find("#tab-changes[aria-selected=true]");
		browser.find(".detail .states");
		browser.type("[name=q]", "after:999999999d");
		browser.texts(".list .problem", (problems) -> problems.size() == 1 && problems.get(0).contains("999999999d"));
		isAnswered();
		assertThat(browser.complaints()).isNotEmpty().allMatch((complaint) -> complaint.contains("status of 400"));
	}

	@Test
	void yesterdayIsTheDayBeforeAlsoWhenClocksGoForward() {
		browser.zone("Europe/Berlin");
		browser.before("""
				{
					const Real = Date;
					const now = Real.parse('2026-03-29T22:30:00Z');
					window.Date = class extends Real {
						constructor(...given) {
							super(...(given.length ? given : [now]));
						}
						static now() {
							return now;
						}
					};
				}""");
		answering("entries?", """
				async (answer) => {
					const page = await (await answer()).json();
					const days = ['2026-03-29T10:00:00Z', '2026-03-28T10:00:00Z'];
					return Response.json({ next: null, entries: page.entries.slice(0, 2).map((entry, index) =>
						({ ...entry, operationId: 'o' + index, recordedAt: days[index], occurredAt: days[index] })) });
				}""");
		open("?targetType=Report");
		browser.texts(".day", (days) -> days.size() == 2 && days.get(0).startsWith("Yesterday, Sunday")
				&& days.get(1).startsWith("Saturday"));
	}

	/** Only who writes to the database can give them one, to hide the other. */
	@Test
	void twoEntriesOfOneIdAreBothThere() {
		answering("entries?",
				"""
						async (answer) => {
							const page = await (await answer()).json();
							const [one] = page.entries;
							const days = ['2026-03-29T10:00:00Z', '2026-03-28T10:00:00Z'];
							return Response.json({ next: null, entries: days.map((day) => ({ ...one, operationId: day, recordedAt: day })) });
						}""");
		open("?targetType=Report");
		browser.texts(".list .entry", (entries) -> entries.size() == 2);
	}

}
