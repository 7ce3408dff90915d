package io.auditspring.web;

import java.util.List;
import java.util.TreeSet;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The query line, the address and the facets: three ways to say the same.
 */
class PageQueryTests extends PageVisit {

	@BeforeEach
	void signIn() {
		signIn("carol");
		withoutNews();
	}

	@AfterEach
	void asItWas() {
		browser.run("localStorage.clear()");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '~',
			textBlock = """
					-actor=user3                              | -actor:user3
					outcome=denied&outcome=failure            | outcome:denied,failure
					-outcome=denied&-action=a.*               | -action:a.* -outcome:denied
					actor=kar*&ip=10.0.0.0%2F8&changed=status | actor:kar* ip:10.0.0.0/8 changed:status
					targetType=Report&targetId=2              | target:Report/2
					-targetType=Report&-targetId=2            | -type:Report -id:2
					targetType=a%2Fb&targetId=2               | type:a/b id:2
					targetId=4%2F2                            | id:4/2
					actor=kari&impersonator=root&-impersonator=*      | actor:kari impersonator:root -impersonator:*
					related=Order%3A42&metadata=request.method%3APOST | related:Order:42 metadata:request.method:POST
					actor=a%2Cb&actor=c+d&actor=%22           | actor:"a,b","c d","\\""
					actor=back%5Cslash                        | actor:"back\\\\slash"
					from=2026-01-01T00%3A00%3A00.123456Z      | after:2026-01-01T00:00:00.123456Z
					occurredFrom=2026-01-01T00%3A00%3A00Z&occurredTo=2036-01-01T00%3A00%3A00Z | happenedAfter:2026-01-01T00:00:00Z happenedBefore:2036-01-01T00:00:00Z
					minSeverity=error&-minSeverity=critical   | minSeverity:error -minSeverity:critical
					-hours=mon-fri%2F08%3A00-17%3A00%2FEurope%2FOslo&hours=06%3A00-22%3A00 | hours:06:00-22:00 -hours:mon-fri/08:00-17:00/Europe/Oslo
					q=paid+invoice                            | paid invoice
					q=%22exact+words%22+paid                  | "exact words" paid
					-q=draft&-q=%22two+words%22&q=paid        | -draft -"two words" paid
					-q=two+words                              | -q:"two words"
					-q=actor%3Akari                           | -q:actor:kari
					actor=a%5C*b&action=a.%5C**               | actor:"a*b" action:"a.*"*
					-target=Report%3A2&-target=File%3Aa+b     | -target:Report/2 -target:File/"a b"
					target=Report%3A2&target=a%2Fb%3A1        | target:Report/2 target:"a/b"/1
					""")
	void theLineSaysWhatTheAddressDoes(String filters, String line) {
		lookAtNothing("?" + filters);
		browser.find(".empty");
		String address = browser.address();
		assertThat(browser.find("[name=q]").getDomProperty("value")).isEqualTo(line);
		browser.run("""
				const field = document.querySelector('[name=q]');
				field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
				field.dispatchEvent(new Event('change'));""");
		assertThat(browser.address()).isEqualTo(address);
		browser.put("[name=q]", "");
		browser.put("[name=q]", line.trim());
		assertSame(browser.address(), address);
	}

	/** On a page that is loaded once for all that only ask what is looked for. */
	private static void lookAtNothing(String view) {
		if (!Boolean.TRUE.equals(browser.run("return window.findingNothing === true"))) {
			open("");
			browser.run("""
					window.findingNothing = true;
					delete window.looking;
					const real = window.fetch;
					const nothing = { entries: { entries: [], next: null }, statistics: { total: 0, buckets: [] },
						facets: { of: { entries: 0 }, fields: {}, newest: [] } };
					window.fetch = async (...asked) => {
						const found = nothing[/[/]?api[/](\\w+)(?:[?]|$)/.exec(asked[0])?.[1]];
						return found ? Response.json(found) : real(...asked);
					};""");
		}
		turnTo(view);
	}

	/** On a page that is loaded once for all that only look for something. */
	private static void lookAt(String view) {
		if (!Boolean.TRUE.equals(browser.run("return window.looking === true"))) {
			open("");
			browser.run("window.looking = true");
		}
		turnTo(view);
	}

	private static void assertSame(String address, String expected) {
		assertThat(new TreeSet<>(List.of(address.split("[?&]"))))
			.isEqualTo(new TreeSet<>(List.of(expected.replaceAll("&?period=custom", "").split("[?&]"))));
	}

	/** As of an address that is opened, and by keys. */
	@Test
	void theLineThatIsTypedSaysWhatTheAddressDoes() {
		visit("?actor=a%2Cb&actor=c+d&actor=%22");
		browser.find(".entry, .empty");
		String address = browser.address();
		WebElement field = browser.find("[name=q]");
		String line = field.getDomProperty("value");
		assertThat(line).isEqualTo("actor:\"a,b\",\"c d\",\"\\\"\"");
		field.sendKeys(Keys.END, " ", Keys.BACK_SPACE, Keys.ESCAPE, Keys.ENTER);
		browser.run("document.querySelector('[name=q]').dispatchEvent(new Event('change'))");
		assertThat(browser.address()).isEqualTo(address);
		browser.type("[name=q]", line);
		assertSame(browser.address(), address);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
			type:Report -actor:user3                  | 129
			type:Report -actor:user3,user4 -outcome:denied,failure | 90
			Actor:user* action:report.*               | 150
			action:*.share                            | 37
			ip:10.0.3.0/24                            | 30
			ip:10.0.0.0/8 -ip:10.0.3.0/24,10.0.4.0/24 | 90
			type:Report -quarterly -"edition 1"       | 119
			type:Report -quarterly -q:"edition 1"     | 71
			type:Report "edition 1"                   | 1
			type:Report -target:Report/2              | 120
			-target:Report/2,3 -target:Report/4 type:Report | 60
			-target:Report/ action:report.*,order.pay changed:status | 2
			happenedBefore:7d                         | 1
			actor:traveller happenedAfter:24h         | 2
			changed:status action:order.pay           | 2
			type:Report hours:00:00-24:00/Europe/Oslo | 150
			impersonator:helper                       | 1
			""")
	void whatIsTypedIsFound(String line, String number) {
		lookAt("");
		browser.put("[name=q]", line);
		// Until then there is the total of what was looked for before.
		isAnswered();
		browser.texts(".total", List.of(number + (number.equals("1") ? " entry" : " entries"))::equals);
	}

	@Test
	void aNameThatMayFollowAMinusIsCompletedAfterIt() {
		open("");
		WebElement field = browser.find("[name=q]");
		field.sendKeys("-");
		browser.texts(".completion li", (names) -> names.contains("action:") && !names.contains("after:"));
		field.sendKeys("outc");
		browser.texts(".completion li", List.of("outcome:")::equals);
		field.sendKeys(Keys.ARROW_DOWN, Keys.ENTER);
		browser.texts(".completion li", (values) -> values.stream().anyMatch((value) -> value.startsWith("denied")));
		assertThat(field.getDomProperty("value")).isEqualTo("-outcome:");
		field.sendKeys("den", Keys.ARROW_DOWN, Keys.ENTER, Keys.ESCAPE, Keys.ENTER);
		browser.awaitAddress((address) -> address.endsWith("?-outcome=denied"));
	}

	@Test
	void hoursAreCompletedByTheReadersClock() {
		browser.zone("Asia/Tokyo");
		try {
			open("");
			WebElement field = browser.find("[name=q]");
			field.sendKeys("-hours:");
			browser.texts(".completion li", (hours) -> hours.contains("mon-fri/08:00-17:00/Asia/Tokyo"));
			field.sendKeys("sat", Keys.ARROW_DOWN, Keys.ENTER, Keys.ESCAPE, Keys.ENTER);
			browser.awaitAddress((address) -> address.endsWith("?-hours=sat-sun%2FAsia%2FTokyo"));
			browser.find(".zone").click();
			browser.find(".views summary").click();
			browser.button("Out of hours").click();
			browser.awaitAddress((address) -> address.contains("-hours=mon-fri%2F08%3A00-17%3A00%2FAsia%2FTokyo")
					&& address.contains("actorType=user"));
			browser.texts(".remedy, .problem", List::isEmpty);
		}
		finally {
			browser.zone("");
		}
	}

	@Test
	void completionsSayHowManyThereAre() {
		open("?targetType=Report");
		browser.texts(".facet", (facets) -> !facets.isEmpty());
		browser.find("[name=q]").sendKeys(Keys.END, " outcome:");
		browser.texts(".completion li",
				(options) -> options.stream()
					.map((option) -> option.replace('\n', ' '))
					.toList()
					.containsAll(List.of("success 123", "denied 17", "failure 10")));
	}

	@ParameterizedTest
	@CsvSource({ "outcome,denied", "severity,info", "action,report.share", "actor,user3", "targetType,Report",
			"category,reporting", "ip,10.0.0.0" })
	void aFacetIsLeftOutByAltAndClickAndByItsMinus(String name, String value) {
		lookAt("");
		facet(value, "dispatchEvent(new MouseEvent('click', { bubbles: true, altKey: true }))");
		browser.awaitAddress((address) -> address.endsWith("?-%s=%s".formatted(name, value)));
		browser.texts(".chips .not b", List.of(value)::equals);
		browser.texts(".facet.left-out .value", List.of(value)::equals);
		facet(value, "nextElementSibling.click()");
		browser.awaitAddress((address) -> address.endsWith("/audit/"));
		browser.texts(".facet.left-out", List::isEmpty);
		facet(value, "nextElementSibling.click()");
		browser.awaitAddress((address) -> address.endsWith("?-%s=%s".formatted(name, value)));
	}

	/** A stand-in for a trail in which somebody calls themselves so. */
	@Test
	void aValueWithAStarIsMeantAsItIsWhereItIsClicked() {
		answering("facets",
				"""
						async (answer) => {
							const found = await (await answer()).json();
							return Response.json({ ...found, fields: { ...found.fields, actor: [{ value: 'kar*', count: 3 }] } });
						}""");
		open("");
		facet("kar*", "click()");
		browser.awaitAddress((address) -> address.endsWith("?actor=kar%5C*"));
		browser.await("return document.querySelector('[name=q]').value", "actor:\"kar*\""::equals);
		browser.texts(".facet[aria-pressed=true] .value", List.of("kar*")::equals);
	}

	@Test
	void theTargetOfAnEntryIsLeftOutAndOthersOfItsKindAreNot() {
		open("?targetType=Report&outcome=denied");
		browser.find(".entry").click();
		browser.await("""
				const button = document.querySelector('aside [aria-label^="All but Report "]');
				button?.click();
				return Boolean(button);""", Boolean.TRUE::equals);
		browser.awaitAddress((address) -> address.matches(".*[?&]-target=Report%3A[0-9](&.*|$)"));
		browser.texts(".total", (totals) -> totals.size() == 1 && totals.get(0).matches("1[0-9] entries")
				&& !totals.get(0).startsWith("17"));
	}

	@Test
	void othersCanBeChosenBesideWhatWasChosen() {
		open("?targetType=Report");
		facet("denied", "click()");
		browser.awaitAddress((address) -> address.endsWith("outcome=denied&targetType=Report"));
		facet("failure", "click()");
		browser.awaitAddress((address) -> address.contains("outcome=denied&outcome=failure"));
		browser.texts(".total", List.of("27 entries")::equals);
	}

	/** Does something to the button of a value, when there is one. */
	private static void facet(String value, String deed) {
		browser
			.await("""
					const button = [...document.querySelectorAll('.facet')].find((each) => each.querySelector('.value').textContent === '%s');
					button?.%s;
					return Boolean(button);"""
				.formatted(value, deed), Boolean.TRUE::equals);
	}

	@Test
	void aValueOfAnEntryIsLeftOutBesideOthers() {
		open("?-actor=user3&targetType=Report");
		browser.find(".entry").click();
		browser.await("""
				const button = document.querySelector('aside [aria-label^="All but report."]');
				button?.click();
				return Boolean(button);""", Boolean.TRUE::equals);
		browser.awaitAddress((address) -> address.contains("-actor=user3") && address.contains("-action=report."));
	}

}
