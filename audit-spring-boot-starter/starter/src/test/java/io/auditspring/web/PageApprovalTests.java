package io.auditspring.web;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import javax.sql.DataSource;

import io.auditspring.Approval;
import io.auditspring.ApprovalStore;
import io.auditspring.AuditLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How operators decide, on the page, what others may do.
 */
class PageApprovalTests extends PageVisit {

	private final ApprovalStore store = context.getBean(ApprovalStore.class);

	private final List<UUID> asked = new ArrayList<>();

	@BeforeEach
	void signIn() {
		signIn("carol");
		withoutNews();
	}

	@AfterEach
	void asItWas() {
		browser.wholeWindow();
		browser.run("localStorage.clear()");
		this.asked.forEach((id) -> this.store.move(id, Approval.Status.PENDING, Approval.Status.REJECTED, null, null));
	}

	private UUID ask(String requester, String action) {
		return ask(requester, action, "invoice-bot");
	}

	private UUID ask(String requester, String action, String acting) {
		UUID id = UUID.randomUUID();
		this.store.add(new Approval(id, action, "More than pocket money", "{\"account\":\"A-1\",\"amount\":10}",
				id.toString(), requester, acting, List.of(acting), "acme", Instant.now(), Approval.Status.PENDING, null,
				null));
		this.asked.add(id);
		return id;
	}

	private Approval.Status status(UUID id) {
		return this.store.find(id).orElseThrow().status();
	}

	/** The ledger beside them needs more room when it is known. */
	private static void openRequests() {
		open("?targetType=Report");
		browser.find(".ledger .signed");
		browser.find(".approvals summary").click();
		browser.await("""
				return performance.getEntriesByType('resource')
					.filter((each) => each.name.includes('/api/approvals')).length > 1;""", Boolean.TRUE::equals);
		browser.find(".approvals section");
	}

	/**
	 * What the server says to a form that is sent from the page with a header or without.
	 */
	private static Object send(UUID id, String headers) {
		return browser
			.run("""
					return fetch('api/reader').then((answer) => answer.json()).then(({ csrf }) => fetch('api/approvals/%s/grant', {
						method: 'POST', headers: %s, body: new URLSearchParams({ justification: 'It is due', [csrf.parameter]: csrf.token })
					})).then((answer) => answer.status);"""
				.formatted(id, headers));
	}

	@Test
	void whatWaitsIsGrantedWithoutLeavingThePage() {
		UUID id = ask("user/jane", "invoice.pay");
		openRequests();
		browser.texts(".approvals .badge", List.of("1")::equals);
		browser.texts(".approvals section", (requests) -> requests.size() == 1 && requests.get(0)
			.matches("(?s)invoice\\.pay\\s+More than pocket money.*jane user through invoice-bot.*\"amount\": 10"
					+ ".*Since.*(now|second).*Until.*in (59|60) minutes.*"));
		assertThat(browser.barriers()).isEmpty();
		browser.find("[name=justification]").sendKeys("It is due");
		browser.button("Grant").click();
		browser.texts(".approvals .result", List.of("Granted: invoice.pay")::equals);
		browser.texts(".approvals section", List::isEmpty);
		assertThat(this.store.find(id)).get()
			.satisfies((approval) -> assertThat(approval.status()).isEqualTo(Approval.Status.GRANTED))
			.satisfies((approval) -> assertThat(approval.decidedBy()).isEqualTo("carol"))
			.satisfies((approval) -> assertThat(approval.justification()).isEqualTo("It is due"));
		new AuditLog(context.getBean(DataSource.class)).settled();
		browser.find(".approvals summary").click();
		browser.type("[name=q]", "action:approval.granted id:" + id);
		browser.texts(".entry .actor", (actors) -> actors.size() == 1 && actors.get(0).contains("carol"));
	}

	@Test
	void nobodyIsOfferedToDecideOnTheirOwnRequest() {
		UUID id = ask("user/carol", "invoice.pay");
		openRequests();
		browser.texts(".own-request", List.of("Nobody decides on their own request.")::equals);
		browser.texts(".approvals form", List::isEmpty);
		assertThat(send(id, "{ 'X-Requested-With': 'a test' }")).isEqualTo(409L);
		assertThat(status(id)).isEqualTo(Approval.Status.PENDING);
		// The browser says so, too.
		assertThat(browser.complaints()).hasSize(1);
	}

	@Test
	void norOnThatOfSomebodyForWhomTheyAct() {
		UUID id = ask("user/jane", "invoice.pay", "Carol");
		openRequests();
		browser.texts(".own-request", List.of("Nobody decides on their own request.")::equals);
		browser.texts(".approvals form", List::isEmpty);
		assertThat(send(id, "{ 'X-Requested-With': 'a test' }")).isEqualTo(409L);
		assertThat(status(id)).isEqualTo(Approval.Status.PENDING);
		assertThat(browser.complaints()).hasSize(1);
	}

	@Test
	void allThatWaitAreFoundPageByPage() {
		for (int i = 0; i < 101; i++) {
			ask("user/jane", "invoice.pay");
		}
		openRequests();
		browser.texts(".approvals .badge", List.of("100+")::equals);
		browser.button("More").click();
		browser.texts(".approvals .badge", List.of("101")::equals);
		browser.texts(".approvals h3", (actions) -> actions.size() == 101);
	}

	@Test
	void aFormThatAPageOfAnotherSiteCouldSendIsNotTaken() {
		UUID id = ask("user/jane", "invoice.pay");
		open("?targetType=Report");
		assertThat(send(id, "{}")).isEqualTo(415L);
		assertThat(status(id)).isEqualTo(Approval.Status.PENDING);
		assertThat(browser.complaints()).hasSize(1);
	}

	@Test
	void whoMayNotDecideIsShownNothing() {
		ask("user/dora", "invoice.pay");
		signIn("jane");
		visit("");
		browser.texts(".reader b", List.of("jane")::equals);
		assertThat(browser.texts(".approvals", List::isEmpty)).isEmpty();
		assertThat(browser
			.run("return fetch('api/reader').then((answer) => answer.json()).then(({ decides }) => decides)"))
			.isEqualTo(false);
		signIn("carol");
	}

	@Test
	void onAPhoneItIsRejectedByKeyboardAndInGerman() {
		UUID id = ask("user/jane", "invoice.pay");
		browser.view(390, 844);
		open("?targetType=Report");
		browser.choose("[name=language]", "de");
		browser.texts(".facets-button", List.of("Facetten")::equals);
		browser.find(".approvals summary");
		browser.run("document.querySelector('.approvals summary').focus()");
		browser.press(Keys.ENTER);
		browser.find(".approvals section");
		assertThat(browser
			.run("""
					const box = document.querySelector('.approvals .popover').getBoundingClientRect();
					return box.left >= 0 && box.right <= innerWidth && document.documentElement.scrollWidth <= innerWidth"""))
			.isEqualTo(true);
		assertThat(browser.barriers()).isEmpty();
		browser.press(Keys.TAB);
		browser.press(Keys.TAB);
		browser.press("Nicht diese");
		browser.press(Keys.TAB);
		browser.press(Keys.TAB);
		browser.press(Keys.SPACE);
		browser.texts(".approvals .result", List.of("Abgelehnt: invoice.pay")::equals);
		browser.texts(".approvals .popover .faint", List.of("Nichts wartet auf Freigabe.")::equals);
		assertThat(status(id)).isEqualTo(Approval.Status.REJECTED);
		browser.press(Keys.ESCAPE);
		browser.texts(".approvals[open]", List::isEmpty);
	}

	@Test
	void whatIsTypedForOneRequestStaysWithItWhenAnotherGoes() {
		UUID first = ask("user/jane", "invoice.pay");
		UUID second = ask("user/bob", "disk.wipe");
		openRequests();
		browser.find(".approvals section:nth-of-type(2) [name=justification]").sendKeys("It is empty");
		this.store.move(first, Approval.Status.PENDING, Approval.Status.GRANTED, "dora", "Fine");
		browser.find(".approvals section [value=grant]");
		browser.find(".approvals section [name=justification]").sendKeys("Late");
		browser.find(".approvals section [value=grant]").click();
		browser.texts(".approvals .remedy", (said) -> said.size() == 1 && said.get(0).contains("decided already"));
		assertThat(browser.complaints()).hasSize(1);
		browser.find(".approvals summary").click();
		browser.find(".approvals summary").click();
		browser.texts(".approvals h3", List.of("disk.wipe")::equals);
		assertThat(browser.find("[name=justification]").getDomProperty("value")).isEqualTo("It is empty");
		browser.button("Grant").click();
		browser.texts(".approvals .result", List.of("Granted: disk.wipe")::equals);
		assertThat(status(second)).isEqualTo(Approval.Status.GRANTED);
	}

}
