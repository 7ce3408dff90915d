package io.auditspring.web;

import java.util.List;

import javax.sql.DataSource;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the page says of the ledger, of itself and of what went wrong.
 */
class PageStateTests extends PageVisit {

	@BeforeEach
	void signIn() {
		signIn("carol");
		withoutNews();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
			idle      |                    | Not verified       | Do it now
			cancelled |                    | Not verified       | Until it is done, nothing is known
			failed    |                    | Not verified       | the server's log says why
			done      |                    | Verified           | Keep a copy of the checkpoint elsewhere
			done      | GUARD: 2           | Protection missing | have the guards put back
			done      | EVIDENCE: 1        | Evidence missing   | Restore that from a copy
			done      | GUARD: 1, HASH: 1  | Altered            | Let nobody delete anything
			done      | EVIDENCE: 1, GUARD: 1 | Protection missing | have the guards put back
			""")
	void theLedgerIsInOneOfSomeStatesAndWhatToDoIsSaid(String state, String counts, String name, String advice) {
		answering("verification/progress",
				"""
						async () => Response.json({ state: '%s', startedAt: null, endedAt: '2026-01-01T00:00:00Z', done: 1, total: 1,
							result: '%s' === 'done' ? { valid: false, chains: [{ chain: 'main', entries: 7, counts: { %s }, problems: [] }] } : null })"""
					.formatted(state, state, (counts != null) ? counts : ""));
		open("");
		browser.texts(".ledger summary .badge", List.of(name)::equals);
		browser.find(".ledger summary").click();
		browser.texts(".advice", (texts) -> texts.size() == 1 && texts.get(0).contains(advice));
		assertThat(browser.find(".result").getText()).startsWith(name);
	}

	/** Of each chain a hundred problems are told at most, and all are counted. */
	@Test
	void whatIsFoundIsCountedByKindAlsoWhereNotAllOfItIsTold() {
		answering("verification/progress",
				"""
						async () => {
							const told = Array.from({ length: 30 }, (_, seq) => ({ kind: 'HASH', id: null, seq, what: 'Told ' + seq }));
							return Response.json({ state: 'done', startedAt: null, endedAt: '2026-01-01T00:00:00Z', done: 1, total: 1,
								result: { valid: false, chains: [{ chain: 'main', entries: 7, counts: { HASH: 1200, LINK: 3 }, problems: told },
									{ chain: 'other', entries: 7, counts: { HASH: 50, GUARD: 1 }, problems: [{ kind: 'GUARD', id: null, seq: null, what: 'Gone' }] }] } });
						}""");
		open("");
		browser.find(".ledger summary").click();
		browser.texts(".result b", (results) -> results.equals(List.of("Altered: 1,254 problems")));
		browser.texts(".problems h4", List.of("HASH 1,250", "LINK 3", "GUARD 1")::equals);
		assertThat(browser.run(
				"return [...document.querySelectorAll('.problems')].map((each) => each.querySelectorAll('li').length)"))
			.isEqualTo(List.of(21L, 1L, 1L));
		browser.texts(".problems li:last-child", List.of("and 1,230 more", "and 3 more", "Gone")::equals);
		assertThat(browser.barriers()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
			['main', 168, 168, 0]                                               | signed to #168
			['main', 900, 168, 0], ['root', 2, 2, 0]                            | signed to #168
			['main', 900, null, 0]                                              | ""
			['billing', 9000, 8000, 720], ['main', 10000, 10000, 0]             | 1 of 2 chains signed
			['billing', 9000, 8000, 0], ['main', 10000, 10000, 720]             | all chains signed
			['billing', 9000, null, 0], ['main', 10000, 10000, 0], ['root', 4, 1, 900] | 1 of 2 chains signed
			['billing', 9000, -1, 0], ['main', 10000, -1, 0]                    | 0 of 2 chains signed
			""")
	void whatIsSignedIsSaidOfEveryChain(String chains, String said) {
		answering("ledger",
				"""
						async () => Response.json({ chains: [%s].map(([chain, size, signed, hours]) => ({ chain, size, hash: '', recordedAt: '2026-01-01T00:00:00Z',
							checkpoint: signed === -1 ? null : { size: signed, root: signed && '00', signedAt: new Date(Date.now() - hours * 3600000).toISOString(), note: '' } })) })"""
					.formatted(chains));
		open("");
		browser.find(".ledger summary").click();
		browser.find(".chain");
		browser.texts(".ledger summary .signed", (said.isEmpty() ? List.of() : List.of(said))::equals);
	}

	@Test
	void whatCameSinceAVerificationIsNotCalledVerified() {
		answering("verification/progress",
				"""
						async () => Response.json({ state: 'done', startedAt: null, endedAt: '2026-01-01T00:00:00Z', done: 1, total: 1,
							result: { valid: true, chains: [{ chain: 'main', size: 1, entries: 1, counts: {}, problems: [] }] } })""");
		open("");
		browser.texts(".ledger summary .age", (texts) -> texts.size() == 1 && !texts.get(0).isBlank());
		browser.find(".ledger summary").click();
		browser.texts(".later", (texts) -> texts.size() == 1
				&& texts.get(0).matches("[\\d,]+ entries have come since, and are not verified\\."));
	}

	@Test
	void whatIsUnprotectedIsNotCalledAltered() {
		JdbcTemplate jdbc = new JdbcTemplate(context.getBean(DataSource.class));
		jdbc.execute("alter table audit.audit_chain disable trigger audit_chain_is_named");
		try {
			open("");
			browser.find(".ledger summary").click();
			browser.button("Verify the whole ledger").click();
			browser.texts(".result",
					(results) -> results.size() == 1 && results.get(0).startsWith("Protection missing: 1 problem"));
			browser.texts(".problems",
					(problems) -> problems.size() == 1 && problems.get(0).contains("audit_chain_is_named"));
		}
		finally {
			jdbc.execute("alter table audit.audit_chain enable always trigger audit_chain_is_named");
		}
		browser.button("Verify the whole ledger").click();
		browser.texts(".result", (results) -> results.size() == 1 && results.get(0).startsWith("Verified: "));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"',
			textBlock = """
					throw new TypeError('Failed to fetch')                                 | The server cannot be reached | try again in a moment | Try again
					new Response('', { status: 401 })                                      | You are not signed in | comes back to this view | Sign in
					new Response('<html>', { headers: { 'Content-Type': 'text/html' } })   | You are not signed in | comes back to this view | Sign in
					Response.json({ detail: 'Not for you' }, { status: 403 })              | You may not read this | Not for you | Try again
					Response.json({}, { status: 429, headers: { 'Retry-After': '30' } })   | There are too many requests at present | in 30 seconds | Try again
					Response.json({ detail: 'The disk is full' }, { status: 500 })         | The server failed | The disk is full | Try again
					new Response('<h1>Bad Gateway</h1>', { status: 502 })                  | The server failed | its log says more | Try again
					""")
	void whatWentWrongIsSaidWithWhatToDo(String answer, String title, String remedy, String button) {
		browser.before("""
				window.fetch = async () => { if (window.mended) { return new Promise(() => {}); } %s; };
				""".formatted(answer.startsWith("throw") ? answer : "return " + answer));
		visit("");
		browser.texts(".list .problem", (texts) -> texts.size() == 1 && texts.get(0).startsWith(title)
				&& texts.get(0).contains(remedy) && texts.get(0).endsWith(button));
		assertThat(browser.find("body").getText()).doesNotContain("Failed to fetch", "undefined", "null");
		noCardIsEmpty();
		if (button.equals("Try again")) {
			browser.run("window.mended = true");
			browser.button("Try again").click();
			browser.find(".skeleton");
		}
	}

	@Test
	void noCardIsEmptyWhileThePageLoadsOrFindsNothing() {
		browser.before("window.fetch = () => new Promise(() => {});");
		visit("");
		browser.texts(".counting p", List.of("Counting …")::equals);
		browser.find(".skeleton");
		noCardIsEmpty();
		browser.asItIs();
		visit("?actor=nobody&action=nothing");
		browser.texts(".empty b", List.of("No entries match.")::equals);
		browser.await("return document.querySelectorAll('.chart').length", Long.valueOf(0)::equals);
		noCardIsEmpty();
	}

	@Test
	void theListStaysWhereItCannotBeCounted() {
		answering("statistics", "async () => Response.json({ detail: 'Not now' }, { status: 503 })");
		open("");
		browser.texts(".uncounted", (texts) -> texts.size() == 1 && texts.get(0).contains("could not be counted"));
		assertThat(browser.find(".entry").isDisplayed()).isTrue();
	}

	@Test
	void anEntryThatCannotBeShownSaysSoInItsPlace() {
		open("?entry=00000000-0000-0000-0000-000000000000");
		browser.texts(".detail .problem", (texts) -> texts.size() == 1 && texts.get(0).startsWith("This is not there"));
		assertThat(browser.find(".entry").isDisplayed()).isTrue();
		assertThat(browser.complaints()).allMatch((complaint) -> complaint.contains("status of 404"));
		assertThat(browser.barriers()).isEmpty();
	}

	private static void noCardIsEmpty() {
		assertThat(browser
			.run("""
					return [...document.querySelectorAll('.card')].filter((card) => card.checkVisibility() && !card.innerText.trim()
						&& !card.querySelector('.skeleton')).map((card) => card.className);"""))
			.isEqualTo(List.of());
	}

}
