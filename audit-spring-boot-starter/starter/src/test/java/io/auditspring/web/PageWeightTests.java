package io.auditspring.web;

import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a browser has to load to show the trail, as it counts that itself.
 */
class PageWeightTests extends PageVisit {

	private static final long MOST_BYTES = 60_000;

	/** What was loaded from where, without what is watched. */
	private static final String LOADED = """
						return [performance.getEntriesByType('navigation')[0], ...performance.getEntriesByType('resource')]
			.map((each) => new URL(each.name).pathname.split('/').pop() + ' ' + each.transferSize)""";

	@BeforeEach
	void signIn() {
		signIn("carol");
		withoutNews();
		browser.emptyCache();
	}

	@Test
	void theFirstViewWithAllItsAnswersIsLight() {
		open("");
		everythingIsThere();
		List<?> loaded = (List<?>) browser.run(LOADED);
		long bytes = loaded.stream()
			.mapToLong((each) -> Long.parseLong(each.toString().substring(each.toString().lastIndexOf(' ') + 1)))
			.sum();
		assertThat(bytes).as(loaded.toString()).isBetween(MOST_BYTES / 4, MOST_BYTES);
	}

	@Test
	void thePageIsOneScriptAndIsLoadedOnce() {
		open("");
		everythingIsThere();
		String scripts = "return performance.getEntriesByType('resource').filter((each) => each.name.includes('/page/') && each.name.endsWith('js'))";
		assertThat((List<?>) browser.run(scripts + ".map((each) => each.name.split('/').pop()).sort()"))
			.isEqualTo(List.of("app.js", "theme.js"));
		open("?actor=user3");
		everythingIsThere();
		assertThat((List<?>) browser.run(scripts + ".map((each) => each.transferSize)")).isEqualTo(List.of(0L, 0L));
	}

	@Test
	void theHistoryOfOneThingIsLighterStill() {
		browser.visit(site() + "/audit/embed/targets/Report/2");
		browser.find(".embedded-entries li");
		long bytes = (Long) browser.run(
				"return performance.getEntriesByType('resource').filter((each) => each.name.includes('/page/')).reduce((sum, each) => sum + each.transferSize, 0)");
		assertThat(bytes).isBetween(5_000L, MOST_BYTES / 3);
	}

	private static void everythingIsThere() {
		browser.find(".chart .total");
		browser.find(".facet");
		browser.find(".ledger .badge");
		browser.find(".reader");
	}

}
