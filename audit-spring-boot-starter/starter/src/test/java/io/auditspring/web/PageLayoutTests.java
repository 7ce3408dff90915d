package io.auditspring.web;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is where, at every width, with the clocks that lead, and by keyboard alone.
 */
class PageLayoutTests extends PageVisit {

	private static final String OUTSIDE = """
			return [...document.querySelectorAll('#app button, #app summary, #app input, #app select, .popover, .popover *, .badge, .entry *')]
				.filter((each) => each.checkVisibility() && !each.closest('.hidden') && each.getBoundingClientRect().width)
				// A line that is too long ends in dots, and the entry has the whole of it.
				.filter((each) => !each.parentElement.closest('.entry :is(.said, .more, .who, .id, .place, .service, .category)'))
				.filter((each) => each.getBoundingClientRect().left < -1 || each.getBoundingClientRect().right > document.documentElement.clientWidth + 1
					|| each.matches('.badge') && each.scrollWidth > each.clientWidth + 1)
				.map((each) => each.outerHTML.slice(0, 200));""";

	@BeforeEach
	void signIn() {
		signIn("carol");
		withoutNews();
	}

	@AfterEach
	void wholeWindow() {
		browser.wholeWindow();
	}

	@ParameterizedTest
	@CsvSource({ "390, dark, rtl", "1440, light, ltr" })
	void nothingIsCutOff(int width, String theme, String direction) {
		assertNothingIsCutOff(width, theme, direction);
	}

	@ParameterizedTest
	@CsvSource({ "390, light, ltr", "820, light, ltr", "820, dark, rtl", "1280, light, ltr", "1280, dark, rtl",
			"1440, dark, rtl" })
	@Tag("scenes")
	void nothingIsCutOffInAnyWidth(int width, String theme, String direction) {
		assertNothingIsCutOff(width, theme, direction);
	}

	private static void assertNothingIsCutOff(int width, String theme, String direction) {
		browser.view(width, 1000);
		browser.before("localStorage.setItem('audit-theme', '%s')".formatted(theme));
		try {
			open("?severity=critical");
			browser.find(".plot");
			written(direction);
			seen("list", width, theme);
			for (String menu : List.of(".exports summary", ".views summary", ".columns summary", ".ledger summary")) {
				browser.find(menu).click();
				browser.await(
						"return document.querySelector('.menu[open] .popover').getBoundingClientRect().height > 30",
						Boolean.TRUE::equals);
				seen(menu.substring(1, menu.indexOf(' ')), width, theme);
				browser.press(Keys.ESCAPE);
			}
			browser.run(
					"[...document.querySelectorAll('.entry')].find((each) => each.textContent.includes('Maximiliane')).click()");
			browser.find(".detail dl");
			seen("entry", width, theme);
			assertThat((Long) browser
				.run("return Math.round(document.querySelector('.detail').getBoundingClientRect().top)"))
				.isBetween(0L, (width <= 1000) ? 200L : 500L);
		}
		finally {
			browser.run("localStorage.removeItem('audit-theme')");
		}
	}

	/** As by a language: none of those that there are is written from the right. */
	private static void written(String direction) {
		browser.run("document.documentElement.dir = '%s'".formatted(direction));
	}

	@Test
	void fromTheRightTheEntryIsOnTheLeftAndTimeRunsAsEver() {
		browser.view(1440, 1000);
		open("?severity=critical");
		browser.find(".plot");
		written("rtl");
		browser.find(".entry").click();
		browser.find(".detail dl");
		assertThat(browser.run("return document.querySelector('.detail').getBoundingClientRect().right"
				+ " <= document.querySelector('.list').getBoundingClientRect().left"))
			.isEqualTo(true);
		assertThat(browser.run("return getComputedStyle(document.querySelector('.plot')).direction")).isEqualTo("ltr");
		Object before = browser.find(".handle").getDomAttribute("aria-valuenow");
		browser.find(".handle").sendKeys(Keys.ARROW_RIGHT);
		assertThat(Integer.parseInt(String.valueOf(browser.find(".handle").getDomAttribute("aria-valuenow"))))
			.isGreaterThan(Integer.parseInt(String.valueOf(before)));
		browser.find(".handle").sendKeys(Keys.ARROW_LEFT);
		assertThat(browser.find(".handle").getDomAttribute("aria-valuenow")).isEqualTo(before);
		assertThat(browser.barriers()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "390", "820", "1440" })
	void aNameOfAnyLengthLeavesRoomForTheId(int width) {
		browser.view(width, 1000);
		open("?severity=critical");
		browser.find(".entry .id");
		assertThat(browser
			.run("""
					const name = document.querySelector('.entry .actor:has(.id) .who');
					name.textContent = 'LongName'.repeat(50);
					const id = name.parentElement.querySelector('.id').getBoundingClientRect();
					const row = name.closest('.entry').getBoundingClientRect();
					return [name.getBoundingClientRect().height < 60, id.height > 5, id.top >= row.top && id.bottom <= row.bottom,
						id.left >= row.left && id.right <= row.right]"""))
			.isEqualTo(List.of(true, true, true, true));
	}

	private static void seen(String what, int width, String theme) {
		browser.screenshot("%s-%d-%s".formatted(what, width, theme));
		assertThat(browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth"))
			.isEqualTo(0L);
		assertThat(browser.run(OUTSIDE)).isEqualTo(List.of());
	}

	@Test
	void recordingLeadsAndWhatHappenedAtAnotherTimeSaysSo() {
		open("?actor=traveller");
		// Midnight may have come since.
		String day = String.valueOf(browser.run("""
				const recorded = new Date(document.querySelector('.entry time').dateTime);
				return recorded.toDateString() === new Date().toDateString() ? 'Today, ' : 'Yesterday, ';"""));
		browser.texts(".day", (days) -> days.size() == 1 && days.get(0).startsWith(day));
		browser.texts(".entry .said", List.of("is in time", "has a wrong clock", "was offline")::equals);
		List<String> apart = browser.texts(".entry .apart", (texts) -> texts.size() == 2);
		assertThat(apart.get(0)).startsWith("dated ").endsWith(", recorded 2 days earlier");
		assertThat(apart.get(1)).startsWith("happened ").endsWith(", recorded 10 days later");
		browser.run("document.querySelectorAll('.entry')[2].click()");
		browser.texts(".detail .apart", (texts) -> texts.equals(apart.subList(1, 2)));
		browser.press("x");
		browser.choose("[name=clock]", "happened");
		browser.texts(".entry .said", List.of("has a wrong clock", "is in time", "was offline")::equals);
		browser.texts(".day", (days) -> days.size() == 3);
		browser.texts(".order", (texts) -> texts.get(0).contains("Sorted among the 3 entries that are loaded"));
		assertThat(browser.address()).endsWith("?actor=traveller&order=happened");
	}

	@Test
	void totalsAreThoseOfWhatWasChosen() {
		open("?actor=user3");
		browser.texts(".total", List.of("21 entries")::equals);
		open("?targetType=Report");
		browser.texts(".entry", (entries) -> !entries.isEmpty());
		browser.texts(".total", List.of("150 entries")::equals);
		browser.choose("[name=period]", "24h");
		browser.awaitAddress((address) -> address.endsWith("period=24h"));
		browser.texts(".total", List.of("150 entries")::equals);
	}

	@Test
	void keysWorkFromAnywhereAndOneRowIsATabStop() {
		open("?actor=user3");
		assertThat(browser.run("return document.querySelectorAll('.entry[tabindex=\"0\"]').length")).isEqualTo(1L);
		browser.press("j");
		assertThat(place()).isEqualTo(0L);
		browser.press("j");
		browser.press("j");
		browser.press("k");
		assertThat(place()).isEqualTo(1L);
		assertThat(browser.run("return document.querySelectorAll('.entry[tabindex=\"0\"]').length")).isEqualTo(1L);
		browser.press("o");
		browser.find(".detail dl");
		browser.press("j");
		browser.await("return [...document.querySelectorAll('.entry')].findIndex((each) => each.matches('.open'))",
				Long.valueOf(2)::equals);
		browser.press("x");
		browser.texts(".detail", List::isEmpty);
		assertThat(place()).isEqualTo(2L);
		browser.press(Keys.TAB);
		assertThat(browser.run("return document.activeElement.matches('.entry')")).isEqualTo(false);
	}

	private static Object place() {
		return browser.run("return [...document.querySelectorAll('.entry')].indexOf(document.activeElement)");
	}

	@Test
	void theChartIsUsedByKeyboard() {
		open("?targetType=Report");
		browser.find(".plot").sendKeys(Keys.HOME);
		String first = browser.find(".plot").getDomAttribute("aria-valuetext");
		assertThat(browser.find(".pointed").getText()).isEqualTo(first).contains("succeeded ");
		browser.find(".plot").sendKeys(Keys.ENTER);
		browser.awaitAddress((address) -> address.contains("from=") && address.contains("to="));
		browser.texts(".chips li", (chips) -> chips.stream().anyMatch((chip) -> chip.startsWith("From")));
	}

	@Test
	void anEntrySaysWhatMattersFirst() {
		open("?action=contract.terminate.without.notice.by.the.other.party.of.it");
		browser.texts(".entry .said", List.of("IllegalStateException: somebody else has it open")::equals);
		browser.find(".entry").click();
		browser.texts(".detail > .error", List.of("IllegalStateException: somebody else has it open")::equals);
		assertThat((Long) browser.run("return document.querySelector('.detail .message').offsetHeight"))
			.isLessThan(250L);
		browser.find(".message summary").click();
		browser.texts(".message", (texts) -> texts.get(0).length() > 2000);
		open("?action=order.create&actor=jane");
		browser.find(".entry").click();
		browser.texts(".states thead th", List.of("Property", "Value")::equals);
		browser.texts(".states .before", List::isEmpty);
	}

	@Test
	void theSearchFieldKeepsItsWidth() {
		open("");
		Object before = browser.run("return document.querySelector('[name=q]').offsetWidth");
		browser.choose("[name=period]", "custom");
		browser.find("[name=from]");
		assertThat(browser.run("return document.querySelector('[name=q]').offsetWidth")).isEqualTo(before);
		assertThat((Long) before).isGreaterThan(600L);
	}

}
