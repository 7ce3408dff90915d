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
					related=Order%3A42&metadata=request.method%3APOST | related:Order:42 metadata:request.method:POST
					actor=a%2Cb&actor=c+d&actor=%22           | actor:"a,b","c d","\\""
					actor=back%5Cslash                        | actor:"back\\\\slash"
					from=2026-01-01T00%3A00%3A00.123456Z      | after:2026-01-01T00:00:00.123456Z
					occurredFrom=2026-01-01T00%3A00%3A00Z&occurredTo=2036-01-01T00%3A00%3A00Z | happenedAfter:2026-01-01T00:00:00Z happenedBefore:2036-01-01T00:00:00Z
					minSeverity=error&-minSeverity=critical   | minSeverity:error -minSeverity:critical
					q=paid+invoice                            | paid invoice
					-q=draft&-q=two+words&q=paid              | -draft -"two words" paid
					-q=actor%3Akari                           | -"actor:kari"
					""")
	void theLineSaysWhatTheAddressDoes(String filters, String line) {
		visit("?" + filters);
		browser.find(".entry, .empty");
		String address = browser.address();
		WebElement field = browser.find("[name=q]");
		assertThat(field.getDomProperty("value")).isEqualTo(line);
		field.sendKeys(Keys.END, " ", Keys.BACK_SPACE, Keys.ESCAPE, Keys.ENTER);
		browser.run("document.querySelector('[name=q]').dispatchEvent(new Event('change'))");
		assertThat(browser.address()).isEqualTo(address);
		browser.type("[name=q]", line.trim());
		assertThat(new TreeSet<>(List.of(browser.address().split("[?&]"))))
			.isEqualTo(new TreeSet<>(List.of(address.replaceAll("&?period=custom", "").split("[?&]"))));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
			type:Report -actor:user3                  | 129
			type:Report -actor:user3,user4 -outcome:denied,failure | 90
			Actor:user* action:report.*               | 150
			action:*.share                            | 37
			ip:10.0.3.0/24                            | 30
			ip:10.0.0.0/8 -ip:10.0.3.0/24,10.0.4.0/24 | 90
			type:Report -quarterly -"edition 1"       | 71
			happenedBefore:7d                         | 1
			actor:traveller happenedAfter:1h          | 2
			changed:status action:order.pay           | 2
			""")
	void whatIsTypedIsFound(String line, String number) {
		visit("");
		browser.type("[name=q]", line);
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
		open("");
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
		browser.run("document.querySelector('[aria-label^=\"All but report.\"]').click()");
		browser.awaitAddress((address) -> address.contains("-actor=user3") && address.contains("-action=report."));
	}

}
