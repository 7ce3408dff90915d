package io.auditspring.web;

import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What somebody wrote into entries, and how the page keeps it from deceiving its reader.
 */
class PageTextTests extends PageVisit {

	/** Each of its lines is for another place in which a text could stand. */
	private static final String HOSTILE = """
			\\"><img src=x onerror=document.title='hacked'>\
			' autofocus onfocus=document.title='hacked' x='\
			<script>document.title='hacked'</script><svg onload=document.title='hacked'>\
			javascript:document.title='hacked'//</textarea></title></style>\
			${document.title='hacked'}{{constructor.constructor('document.title=1')()}}<!--?lit$1$-->\
			""";

	/** All but what the page reckons with; also names of properties. */
	private static final String EVERYTHING_HOSTILE = """
			async (answer, real, address) => {
				const hostile = "%s\\u202e\\u200b";
				const times = ['recordedAt', 'occurredAt'];
				const spoil = (value, name) => Array.isArray(value) ? value.map((each) => spoil(each)) : value === null ? hostile
					: typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, spoil(each, key)]))
					: typeof value === 'string' && !times.includes(name) ? hostile : value;
				const body = await (await real('api/entries?targetType=Report&limit=3')).json();
				const entries = body.entries.map((entry, index) => ({ ...spoil(entry), seq: entry.seq, id: hostile + index,
					metadata: { [hostile]: hostile, request: { method: hostile, path: hostile }, nested: { [hostile]: [hostile] } },
					before: { [hostile]: hostile, same: hostile }, after: { [hostile]: [hostile], same: hostile }, changes: { [hostile]: hostile },
					related: [{ type: hostile, id: hostile }], geolocation: index ? { city: hostile, country: hostile } : { [hostile]: hostile } }));
				const asked = decodeURIComponent(address).slice('api/entries/'.length);
				return Response.json(address.startsWith('api/entries?') ? { entries, next: null } : entries.find((entry) => entry.id === asked) ?? {});
			}"""
		.formatted(HOSTILE);

	private static final String DECEIVING = """
			const found = [];
			const unseen = /[\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064]/;
			document.querySelectorAll('#app *').forEach((element) => {
				[...element.childNodes].filter((node) => node.nodeType === 3 && unseen.test(node.data)).forEach((node) => found.push(node.data));
				[...element.attributes].filter((each) => !['href', 'data-id', 'value'].includes(each.name) && unseen.test(each.value))
					.forEach((each) => found.push(each.name + '=' + each.value));
			});
			return found;
			""";

	@BeforeEach
	void signIn() {
		signIn("carol");
		withoutNews();
	}

	@Test
	void whatIsNotVisibleIsNamed() {
		open("?action=file.upload&actor=zero%E2%80%8Bwidth&targetType=File&targetId=invoice%E2%80%AEfdp.exe");
		browser.texts(".said", (texts) -> List.of("Uploaded invoice⟨U+202E⟩fdp.exe").equals(texts));
		browser.texts(".target", (texts) -> List.of("File invoice⟨U+202E⟩fdp.exe").equals(texts));
		browser.texts(".chips b", (texts) -> texts.contains("zero⟨U+200B⟩width"));
		browser.find(".entry").click();
		browser.find(".detail dl");
		assertThat(browser.run(DECEIVING)).isEqualTo(List.of());
		assertThat(browser.run("return document.querySelectorAll('.detail bdi').length")).isNotEqualTo(0L);
		assertThat(browser.barriers()).isEmpty();
	}

	@Test
	void lettersThatImitateOthersAreMarkedAndTheIdIsBesideTheName() {
		open("?action=file.upload");
		browser.texts(".entry .who", (names) -> names.equals(List.of(PageRoom.MIXED + " mixed scripts")));
		browser.texts(".entry .id", (ids) -> ids.equals(List.of("zero⟨U+200B⟩width")));
		assertThat(browser.find(".mixed").getDomAttribute("title")).contains("Latin and Cyrillic", "а U+0430");
		open("?action=report.read&actor=user3");
		browser.texts(".entry .id", (ids) -> !ids.isEmpty() && ids.stream().allMatch("user3"::equals));
		browser.texts(".mixed, .unseen", List::isEmpty);
		browser.find(".entry").click();
		browser.texts(".person .id", List.of("user3")::equals);
	}

	@Test
	void everydayTextsOfAllScriptsAreLeftAlone() {
		answering("entries",
				"""
						async (answer) => {
							const body = await (await answer()).json();
							const texts = ['Ünï Ærø', 'Иван Петров', 'שלום עולם', 'می\\u200cخواهم', '👩\\u200d💻 ❤\\ufe0f', 'क्\\u200dष', '東京タワー', 'IT-отдел', 'a\\r\\nb'];
							return Response.json({ next: null, entries: body.entries.slice(0, texts.length).map((entry, index) =>
								({ ...entry, outcome: 'success', changeSummary: null, message: texts[index] })) });
						}""");
		open("?targetType=Report");
		browser.texts(".said", (texts) -> texts.size() == 9);
		assertThat(browser.run("return document.querySelectorAll('.unseen, .mixed').length")).isEqualTo(0L);
	}

	@Test
	void noFieldOfAnEntryIsRun() {
		answering("entries", EVERYTHING_HOSTILE);
		open("?targetType=Report");
		browser.find(".fold").click();
		for (int i = 0; i < 3; i++) {
			browser.run("document.querySelectorAll('.entry')[%d].click()".formatted(i));
			browser.turnTo("changes");
			browser.texts(".detail h3", (titles) -> titles.contains("METADATA"));
			nothingRan();
			browser.turnTo("context");
			browser.texts(".detail h3", (titles) -> titles.contains("THE SAME OPERATION"));
			for (String tab : List.of("history", "proof", "json")) {
				browser.turnTo(tab);
				browser.texts("[role=tabpanel]", (texts) -> !texts.get(0).startsWith("Loading"));
			}
			browser.run("document.querySelectorAll('.detail [title]').forEach((each) => each.focus?.())");
			nothingRan();
		}
		assertThat(browser.run(DECEIVING)).isEqualTo(List.of());
		assertThat(browser.run(
				"return document.querySelectorAll('[href^=\"javascript\"], [onerror], [onfocus], [onload], [autofocus]').length"))
			.isEqualTo(0L);
	}

	@Test
	void noPartOfTheAddressIsRun() {
		String hostile = "%22%3E%3Cimg%20src%3Dx%20onerror%3D%22document.title%3D'hacked'%22%3E%E2%80%AE";
		visit("?actor=%1$s&action=%1$s&targetType=%1$s&targetId=%1$s&service=%1$s&period=%1$s".formatted(hostile));
		browser.texts(".empty b", List.of("No entries match.")::equals);
		nothingRan();
		assertThat(browser.run(DECEIVING)).isEqualTo(List.of());
		visit("?entry=%1$s&from=%1$s".formatted(hostile));
		browser.texts(".list .problem b", List.of("This cannot be looked for")::equals);
		browser.texts(".detail .problem b", (texts) -> !texts.isEmpty());
		isAnswered();
		nothingRan();
		assertThat(browser.run(DECEIVING)).isEqualTo(List.of());
		assertThat(browser.complaints()).isNotEmpty().allMatch((complaint) -> complaint.contains("status of 400"));
	}

}
