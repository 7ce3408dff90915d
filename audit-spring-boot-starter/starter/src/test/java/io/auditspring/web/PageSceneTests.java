package io.auditspring.web;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import javax.sql.DataSource;

import io.auditspring.Approval;
import io.auditspring.ApprovalStore;
import io.auditspring.ledger.internal.entry.SixWeeks;
import io.auditspring.ledger.internal.table.FilledServer;
import io.auditspring.shop.ShopConfiguration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page over 42 days of entries, in each of its states, at the widths of desks,
 * laptops, tablets and phones, in light and dark. The pictures are in
 * {@code target/scenes}, to be looked at.
 */
@Tag("scenes")
class PageSceneTests extends PageVisit {

	private static ConfigurableApplicationContext shop;

	private int width;

	/** What has no name for those who hear the page. */
	private static final String NAMELESS = """
			return [...document.querySelectorAll('button, summary')]
				.filter((each) => each.checkVisibility() && !each.innerText.trim() && !each.getAttribute('aria-label'))
				.map((each) => each.outerHTML.slice(0, 120));""";

	/**
	 * Parts of rows that reach over the line below, and warnings for which a name leaves
	 * no room.
	 */
	private static final String CROWDED = """
			const bottom = (each) => each.getBoundingClientRect().bottom;
			const right = (each) => each.getBoundingClientRect().right;
			return [...document.querySelectorAll('.entry :is(.what, .actor, .marks, .who .mixed)')]
				.filter((each) => each.checkVisibility())
				.filter((each) => bottom(each) > bottom(each.closest('.entry')) - 3
					|| each.matches('.mixed') && right(each) > right(each.closest('.who')) + 1)
				.map((each) => each.outerHTML.slice(0, 120));""";

	/** What is wrong, all of it at once. */
	private final List<String> found = new ArrayList<>();

	@BeforeAll
	static void start() {
		shop = WebFixture.application(Weeks.class)
			.profiles("filled")
			.properties("audit.checkpoint.origin=example.com/shop", "audit.checkpoint.interval=1h")
			.run();
		enter(shop, browser);
		leave();
		signIn("carol");
	}

	@AfterAll
	static void stop() {
		browser.wholeWindow();
		leave();
		shop.close();
	}

	@BeforeEach
	void withoutAnyNews() {
		withoutNews();
	}

	@AfterEach
	void asItWas() {
		browser.run("localStorage.clear()");
	}

	@ParameterizedTest
	@ValueSource(ints = { 1440, 1280, 820, 390 })
	void everythingFitsAndKeepsNobodyOut(int width) {
		this.width = width;
		browser.view(width, (width < 500) ? 844 : 900);
		open("");
		browser.find(".chart .total");
		seen("list");
		facets();
		ledger();
		for (String menu : List.of("views", "exports", "columns")) {
			browser.find("." + menu + " summary").click();
			seen(menu);
			browser.run("document.querySelector('.menu[open]').open = false");
		}
		entry();
		visit("?actor=nobody&action=nothing");
		browser.texts(".empty b", List.of("No entries match.")::equals);
		seen("empty");
		answering("entries?", "async () => Response.json({ detail: 'The disk is full' }, { status: 500 })");
		visit("");
		browser.find(".list .problem");
		seen("error");
		browser.asItIs();
		withoutNews();
		open("?outcome=denied");
		browser.choose("[name=language]", "de");
		browser.texts(".facets-button", List.of("Facetten")::equals);
		seen("german");
		browser.find(".entry").click();
		browser.find("[role=tabpanel] .person");
		seen("german-entry");
		rare();
		approvals();
		assertThat(this.found).isEmpty();
	}

	private void rare() {
		answering("entries?",
				"async () => Response.json({ entries: [], next: 'next', lookedUntil: '2026-10-01T12:00:00Z' })");
		visit("?changed=nothing");
		browser.texts("#more", (buttons) -> buttons.equals(List.of("Weiter zurück suchen")));
		seen("rare");
		browser.asItIs();
		withoutNews();
	}

	private void approvals() {
		ApprovalStore store = shop.getBean(ApprovalStore.class);
		List<Approval> asked = List.of(asked("user/kari", "tool.pay_invoice", "More than pocket money"),
				asked("user/carol", "transaction.approve", null),
				asked("service/maximiliane.von-und-zu-hohenlohe@example.com", "retention.hold.lift",
						"Nothing comes back"));
		asked.forEach(store::add);
		open("");
		browser.find(".approvals summary").click();
		browser.find(".approvals section");
		seen("approvals-german");
		browser.choose("[name=language]", "en");
		browser.texts(".approvals h3", (actions) -> actions.size() == 3);
		browser.find(".approvals [name=justification]").sendKeys(" ");
		browser.find(".approvals [value=grant]").click();
		browser.find(".approvals .remedy");
		seen("approvals");
		browser.complaints();
		asked.forEach((each) -> store.move(each.id(), Approval.Status.PENDING, Approval.Status.REJECTED, null, null));
	}

	private static Approval asked(String requester, String action, @Nullable String reason) {
		return new Approval(UUID.randomUUID(), action, reason,
				"{\"invoice\":\"NO-2026-1000\",\"amount\":12500.5,\"currency\":\"NOK\",\"account\":\"***\"}", "digest",
				requester, "invoice-bot", List.of("invoice-bot"), null, Instant.now(), Approval.Status.PENDING, null,
				null);
	}

	@Test
	void longTextsAreComparedWordByWord() {
		browser.wholeWindow();
		open("?action=transaction.approve");
		browser.find(".entry").click();
		browser.texts(".states .before del", (gone) -> gone.containsAll(List.of("ten", "week")));
		browser.texts(".states .after ins", (come) -> come.containsAll(List.of("five", "fortnight")));
		assertThat(browser
			.run("""
					const colour = (css) => getComputedStyle(document.querySelector(css)).color;
					return [colour('.before del') !== colour('.before pre:has(del)'), colour('.after ins') !== colour('.after pre:has(ins)')];"""))
			.isEqualTo(List.of(true, true));
		browser.texts(".states th[scope=row]",
				(paths) -> paths.stream()
					.map((path) -> path.replaceFirst("\\s*\\(changed\\)", "").strip())
					.toList()
					.containsAll(List.of("status", "amount", "address.city", "terms")));
	}

	@Test
	void anyTwoVersionsAreCompared() {
		browser.wholeWindow();
		open("?action=transaction.approve");
		browser.find(".entry").click();
		browser.turnTo("history");
		browser.texts(".moment", (moments) -> moments.size() == 1 && moments.get(0).startsWith("3 of 3"));
		assertThat(amounts()).isEqualTo("1200.5 1180");
		browser.choose("[name=against]", "0");
		browser.await("return document.querySelector('.states .before pre')?.textContent", (text) -> text != null);
		assertThat(amounts()).isEqualTo("1300 1180");
		browser.find("[aria-label='Older version']").click();
		browser.texts(".moment", (moments) -> moments.get(0).startsWith("2 of 3"));
		assertThat(amounts()).isEqualTo("1300 1200.5");
	}

	private static Object amounts() {
		return browser
			.run("""
					const row = [...document.querySelectorAll('.states tr')].find((each) => each.querySelector('th')?.textContent.startsWith('amount'));
					return [...row.querySelectorAll('td')].map((each) => each.textContent.trim()).join(' ');""");
	}

	private void facets() {
		if (browser.run("return document.querySelector('.facets')") == null) {
			browser.find(".facets-button").click();
			browser.find(".facet");
			seen("facets");
			browser.find(".sheet-head button").click();
		}
	}

	private void ledger() {
		browser.find(".ledger summary").click();
		browser.find(".ledger .chain");
		seen("ledger");
		browser.run("document.querySelector('.menu[open]').open = false");
	}

	private void entry() {
		open("?action=transaction.approve");
		browser.find(".entry").click();
		browser.find("[role=tabpanel] .person");
		seen("changes");
		browser.find("[name=inline]").click();
		seen("inline");
		browser.find("[name=inline]").click();
		browser.turnTo("context");
		browser.find(".around li");
		seen("context");
		browser.turnTo("history");
		browser.find("[role=tabpanel] .moment");
		seen("history");
		browser.turnTo("proof");
		browser.button("Verify this entry").click();
		browser.texts(".proved .fine", (marks) -> !marks.isEmpty());
		browser.texts(".proved .wrong", List::isEmpty);
		browser.texts(".proved .open",
				(open) -> open.size() == 1 && open.get(0).contains("No checkpoint covers it yet."));
		seen("proof");
		browser.turnTo("json");
		browser.find(".json");
		seen("json");
		open("?targetType=CustomerRelationshipContract");
		browser.find(".entry").click();
		browser.find("[role=tabpanel] .person");
		seen("failure");
		open("?action=file.*");
		seen("harm");
		nothingRan();
	}

	private void seen(String state) {
		for (String theme : List.of("light", "dark")) {
			// Draws it anew as well, as the button for the theme would.
			browser.run("document.documentElement.dataset.theme = '%s'; window.dispatchEvent(new Event('resize'))"
				.formatted(theme));
			seen(state, theme);
		}
	}

	private void seen(String state, String theme) {
		String name = "%s-%d-%s".formatted(state, this.width, theme);
		browser.photograph(Path.of("target/scenes/" + name + ".png"));
		if (!Boolean.TRUE.equals(
				browser.run("return document.documentElement.scrollWidth <= document.documentElement.clientWidth"))) {
			this.found.add(name + " scrolls sideways");
		}
		((List<?>) browser
			.run("""
					return [...document.querySelectorAll('button, summary, select, input, label, h1')]
						.filter((each) => each.checkVisibility() && !each.closest('.hidden') && !each.classList.contains('hidden'))
						.filter((each) => {
							const box = each.getBoundingClientRect();
							return box.width > 1 && (box.left < -1 || box.right > window.innerWidth + 1);
						}).map((each) => each.outerHTML.slice(0, 120));"""))
			.forEach((cut) -> this.found.add(name + " cuts off " + cut));
		((List<?>) browser.run(NAMELESS)).forEach((each) -> this.found.add(name + " has no name for " + each));
		((List<?>) browser.run(CROWDED)).forEach((each) -> this.found.add(name + " has no room for " + each));
		browser.barriers().forEach((barrier) -> this.found.add(name + ": " + barrier));
	}

	/**
	 * A database that was in use for 42 days.
	 */
	@Configuration(proxyBeanMethods = false)
	@Profile("filled")
	static class Weeks {

		@Bean
		DataSource dataSource() throws Exception {
			return ShopConfiguration.pool(FilledServer.of(SixWeeks.until(Instant.now())).dataSource());
		}

	}

}
