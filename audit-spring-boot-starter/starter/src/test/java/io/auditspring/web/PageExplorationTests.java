package io.auditspring.web;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How one finds one's way in many entries: facets, the histogram, rows of any number, and
 * what an entry proves.
 */
class PageExplorationTests extends PageVisit {

	/** A stand-in for a trail with more entries than the tests could write. */
	private static final String MANY = """
			async (answer, real, address) => {
				const [model] = (await (await real('api/entries?targetType=Report&limit=1')).json()).entries;
				const from = Number(new URLSearchParams(address.split('?')[1]).get('cursor') ?? 0);
				const entries = Array.from({ length: 5000 }, (_, index) => ({ ...model, id: 'id' + (from + index), operationId: 'o' + (from + index), message: 'Number ' + (from + index) }));
				return Response.json({ entries, next: from + 5000 < 50000 ? String(from + 5000) : null });
			}""";

	@BeforeEach
	void signIn() {
		signIn("carol");
		withoutNews();
	}

	@AfterEach
	void asItWas() {
		browser.run("localStorage.clear()");
	}

	@Test
	void aFacetIsIncludedByAClickAndTakenOutByAnother() {
		open("?targetType=Report");
		browser.texts(".facet[title]",
				(facets) -> facets.stream().anyMatch((facet) -> facet.replace('\n', ' ').equals("denied 17")));
		browser.run(
				"[...document.querySelectorAll('.facet')].find((each) => each.textContent.includes('denied')).click()");
		browser.awaitAddress((address) -> address.contains("outcome=denied"));
		browser.texts(".total", List.of("17 entries")::equals);
		browser.texts(".facet[aria-pressed=true] .value", List.of("denied", "Report")::equals);
		browser.find(".facet[aria-pressed=true]").click();
		browser.awaitAddress((address) -> address.endsWith("?targetType=Report"));
	}

	@Test
	void theQueryLineTakesSeveralValuesAndNegation() {
		open("");
		browser.type("[name=q]", "outcome:denied,failure -action:report.read type:Report edition");
		browser.awaitAddress((address) -> address.contains("outcome=denied&outcome=failure")
				&& address.contains("-action=report.read"));
		browser.texts(".entry b", (actions) -> !actions.isEmpty()
				&& actions.stream().allMatch((action) -> action.matches("report.(export|share)")));
		browser.texts(".chips b", (chips) -> chips.containsAll(List.of("denied, failure", "report.read", "edition")));
	}

	@Test
	void theHistogramIsBrushedByKeyboard() {
		open("?targetType=Report");
		browser.find(".plot").sendKeys(Keys.HOME, Keys.chord(Keys.SHIFT, Keys.END));
		browser.find(".brush");
		browser.find(".plot").sendKeys(Keys.ENTER);
		browser.awaitAddress((address) -> address.contains("from=") && address.contains("to="));
	}

	@Test
	void fiftyThousandRowsAreAFewInTheDocument() {
		answering("entries", MANY);
		open("?targetType=Report");
		browser
			.await("""
					window.scrollTo(0, document.documentElement.scrollHeight);
					return document.querySelector('.end')?.textContent.includes('This is all.')
						&& [...document.querySelectorAll('.entry')].some((entry) => entry.textContent.includes('Number 49999'));""",
					Boolean.TRUE::equals);
		assertThat((Long) browser.run("return document.querySelectorAll('.entry').length")).isBetween(5L, 60L);
		assertThat((Long) browser.run("return document.querySelector('.entries').offsetHeight"))
			.isGreaterThan(50_000L * 50);
	}

	/** A stand-in for an application with an archive, which takes another module. */
	@Test
	void itSaysWhatIsReadFromTheArchive() {
		open("?targetType=Report");
		browser.texts(".archived", List::isEmpty);
		answering("entries",
				"""
						async (answer) => new Response(await (await answer()).text(), { headers: {
							'Content-Type': 'application/json', 'Audit-Archived': '2019-01-05T00:00:00Z/2019-02-28T12:00:00Z' } })""");
		open("?targetType=Report");
		browser.texts(".archived", (lines) -> lines.size() == 1 && lines.get(0)
			.matches(
					"From (5 Jan|Jan 5,) 2019 to (28 Feb|Feb 28,) 2019 it is read from the archive, which takes longer\\."));
		assertThat(browser.barriers()).isEmpty();
		browser.find(".exports summary").click();
		browser.texts(".exports .scope",
				(lines) -> lines.stream().anyMatch((line) -> line.contains("from the archive")));
	}

	/** A stand-in for a hundred thousand entries in which nothing is found, and again. */
	@Test
	void whatIsRareIsLookedForFurtherBackAFewTimesByItselfAndThenWhenOneAsks() {
		answering("entries?",
				"""
						async (answer, real, path) => {
							window.asked = (window.asked ?? 0) + 1;
							const rest = path.replace(/&cursor=[^&]*/, '');
							return window.asked > 7 ? real(rest, { headers: { Accept: 'application/json' } })
								: Response.json({ entries: [], next: 'n' + window.asked, lookedUntil: `2026-0${8 - window.asked}-01T12:00:00Z` });
						}""");
		visit("?targetType=Report&outcome=denied");
		browser.texts(".end p", (said) -> said.size() == 1
				&& said.get(0).matches("No entries match since (1 Mar|Mar 1),? 2026, \\d+:00:00.*\\."));
		browser.await("return window.asked", Long.valueOf(5)::equals);
		assertThat(browser.barriers()).isEmpty();
		browser.button("Look further back").click();
		browser.find(".entry");
		browser.texts(".end", List.of("This is all.")::equals);
		assertThat(browser.run("return window.asked")).isEqualTo(8L);
	}

	@Test
	void anEntryIsProvedInTheBrowser() {
		open("?action=order.pay&actor=jane");
		browser.find(".entry").click();
		browser.turnTo("proof");
		browser.button("Verify this entry").click();
		browser.texts(".proved .fine", (marks) -> marks.size() == 3);
		browser.texts(".proved .wrong", List::isEmpty);
	}

	@Test
	void whatIsNotWhatWasHashedIsFoundOut() {
		answering("entries/", """
				async (answer) => {
					const entry = await (await answer()).json();
					return Response.json({ ...entry, message: 'Something else' });
				}""");
		open("?action=order.pay&actor=jane");
		browser.find(".entry").click();
		browser.turnTo("proof");
		browser.button("Verify this entry").click();
		browser.texts(".proved .wrong", (marks) -> marks.size() == 1 && marks.get(0).contains("message"));
	}

	@Test
	void itSpeaksGermanToWhoWantsThat() {
		open("?targetType=Report");
		browser.choose("[name=language]", "de");
		browser.texts(".total", List.of("150 Einträge")::equals);
		assertThat(browser.run("return document.documentElement.lang")).isEqualTo("de");
		assertThat(browser.barriers()).isEmpty();
	}

}
