package io.auditspring.web;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.ShopConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.openqa.selenium.Keys;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page as people use it, in a real browser.
 */
@EnabledIf(value = "io.auditspring.web.Browser#isPresent", disabledReason = "There is no Chromium on this machine")
class AuditPageTests {

	private static final String ATTACK = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>";

	private static ConfigurableApplicationContext context;

	private static Browser browser;

	@BeforeAll
	static void start() throws Exception {
		context = new SpringApplicationBuilder(ReadingRoom.class, ShopConfiguration.class)
			.properties("server.port=0", "audit.web.enabled=true", "audit.security.events=false",
					"spring.main.banner-mode=off", "spring.jpa.hibernate.ddl-auto=create")
			.run();
		AuditRecorder recorder = context.getBean(AuditRecorder.class);
		OrderService orders = context.getBean(OrderService.class);
		AuditContext.runAs(Actor.user("jane", "Jane Roe"), () -> {
			long id = orders.create("2026-1", new BigDecimal("12.50")).getId();
			return orders.pay(id, "4711");
		});
		for (int i = 0; i < 150; i++) {
			recorder.record(AuditRecord.action("report.read")
				.actor(Actor.user("user" + i % 7))
				.target("Report", i % 5)
				.message("Report number " + i)
				.outcome((i % 9 == 0) ? Outcome.DENIED : (i % 13 == 0) ? Outcome.FAILURE : Outcome.SUCCESS)
				.build());
		}
		recorder.record(AuditRecord.action(ATTACK)
			.actor(Actor.user("mallory", ATTACK))
			.category(ATTACK)
			.severity(Severity.CRITICAL)
			.target(ATTACK, "1")
			.targetName(ATTACK)
			.message(ATTACK)
			.justification(ATTACK)
			.error(ATTACK)
			.related(ATTACK, ATTACK)
			.metadata(ATTACK, ATTACK)
			.build());
		AuditLog log = new AuditLog(context.getBean(DataSource.class));
		log.await(153);
		browser = Browser.open();
	}

	@AfterAll
	static void stop() {
		browser.close();
		context.close();
	}

	@BeforeEach
	void visit() {
		signIn("carol");
		open("");
	}

	@AfterEach
	void nothingWasRefusedByThePolicy() {
		assertThat(browser.complaints()).isEmpty();
	}

	private static String site() {
		return "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
	}

	private static void signIn(String user) {
		browser.forget();
		browser.visit(site() + "/login");
		browser.find("[name=username]").sendKeys(user);
		browser.find("[name=password]").sendKeys(user + "-secret", Keys.ENTER);
		browser.awaitAddress((address) -> !address.endsWith("/login"));
		browser.complaints();
	}

	private static void open(String view) {
		browser.visit(site() + "/audit/" + view);
		browser.find(".entry");
	}

	@Test
	void filtersNarrowTheListAndCanBeSharedAsAnAddress() {
		browser.type("[name=action]", "order.pay");
		browser.texts(".entry b", (actions) -> List.of("order.pay").equals(actions));
		assertThat(browser.address()).endsWith("?action=order.pay");
		open("?actor=user3&outcome=denied");
		browser.texts(".entry .who", (actors) -> !actors.isEmpty() && actors.stream().allMatch("user3"::equals));
	}

	@Test
	void anEntryShowsWhatItChanged() {
		open("?action=order.pay");
		browser.find(".entry").click();
		browser.texts(".states .changed th", (names) -> names.stream().anyMatch((name) -> name.startsWith("status")));
		browser.texts(".states .changed td", (values) -> List.of("NEW", "PAID").equals(values));
		browser.texts(".detail h3", (titles) -> titles.stream().anyMatch("HISTORY OF THIS TARGET"::equals));
		browser.find("input[type=range]").sendKeys(Keys.HOME);
		browser.texts(".moment .faint", (places) -> places.stream().anyMatch((place) -> place.startsWith("1 of ")));
		browser.photograph(Path.of("target/screenshots/entry.png"));
		browser.find(".detail h2").sendKeys(Keys.ESCAPE);
		browser.texts(".detail", List::isEmpty);
	}

	@Test
	void theListGoesOnWhereItIsScrolledTo() {
		browser.texts(".entry", (entries) -> entries.size() >= 60);
		for (int page = 0; page < 4; page++) {
			browser.run("window.scrollTo(0, document.body.scrollHeight)");
		}
		browser.texts(".end", (texts) -> texts.contains("This is all.")
				|| Boolean.TRUE.equals(browser.run("window.scrollTo(0, document.body.scrollHeight); return false")));
		assertThat((Long) browser.run("return document.querySelectorAll('.entry').length")).isGreaterThan(150);
		assertThat((Long) browser
			.run("return new Set([...document.querySelectorAll('.entry')].map((entry) => entry.dataset.id)).size"))
			.isEqualTo(browser.run("return document.querySelectorAll('.entry').length"));
	}

	@Test
	void theLedgerIsVerified() {
		browser.button("Verify").click();
		browser.texts(".actions .badge", (badges) -> badges.size() == 1 && badges.get(0).startsWith("Valid: "));
	}

	@Test
	void whatSomebodyWroteIsNeverRun() {
		open("?actor=mallory");
		browser.texts(".entry b", (actions) -> List.of(ATTACK).equals(actions));
		browser.find(".entry").click();
		browser.texts(".message", (messages) -> List.of(ATTACK).equals(messages));
		assertThat(browser.run("return document.title")).isEqualTo("Audit trail");
		assertThat(browser.run("return document.querySelectorAll('#app img, #app script').length")).isEqualTo(0L);
	}

	@Test
	void othersSeeWhatTheyDid() {
		signIn("jane");
		open("");
		List<String> actors = browser.texts(".entry .who", (names) -> names.contains("Jane Roe"));
		assertThat(actors).allMatch((actor) -> actor.toLowerCase(Locale.ROOT).startsWith("jane"));
		browser.texts(".actions .faint", (names) -> List.of("jane · own entries").equals(names));
		assertThat(browser.run(
				"return [...document.querySelectorAll('button')].some((each) => each.textContent.trim() === 'Verify')"))
			.isEqualTo(false);
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
	void itIsSeenInEveryLight() {
		browser.texts(".chart rect.success", (bars) -> !bars.isEmpty());
		browser.photograph(Path.of("target/screenshots/list.png"));
		browser.resize(420, 900);
		browser.photograph(Path.of("target/screenshots/narrow.png"));
		assertThat((Boolean) browser.run("return document.documentElement.scrollWidth <= window.innerWidth")).isTrue();
		browser.resize(1400, 900);
	}

}
