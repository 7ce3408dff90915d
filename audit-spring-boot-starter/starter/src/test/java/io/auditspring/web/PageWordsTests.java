package io.auditspring.web;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the page says in German is all that it says in English, and nothing else.
 */
class PageWordsTests {

	private static final Path PAGE = Path.of("src/main/page");

	private static final String TEXT = "'((?:[^'\\\\\n]|\\\\.)*)'";

	/** Sentences where they are said, and where they are kept to be said. */
	private static final Pattern SAID = Pattern.compile("\\b(?:t|drawn)\\(" + TEXT
			+ "|\\b(?:label|title|remedy|advice|said|failed|cancelled): " + TEXT + "|\\{ (?:of: .*, )?name: " + TEXT);

	private static final Pattern ANY = Pattern.compile(TEXT);

	private static final Pattern PLACE = Pattern.compile("\\{(\\w+)}");

	private final Map<String, String> german;

	private final String scripts;

	PageWordsTests() throws IOException {
		this.german = new JsonMapper().readValue(PAGE.resolve("words.de.json"), new TypeReference<>() {
		});
		try (Stream<Path> files = Files.list(PAGE)) {
			this.scripts = files.filter((file) -> file.toString().endsWith(".js"))
				.map(PageWordsTests::read)
				.collect(Collectors.joining("\n"));
		}
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private Set<String> texts(Pattern pattern) {
		return pattern.matcher(this.scripts).results().flatMap(PageWordsTests::groups).collect(Collectors.toSet());
	}

	private static Stream<String> groups(MatchResult found) {
		return Stream.iterate(1, (group) -> group <= found.groupCount(), (group) -> group + 1)
			.map(found::group)
			.filter((text) -> text != null && !text.isEmpty())
			.map((text) -> text.replaceAll("\\\\(.)", "$1"));
	}

	@Test
	void everySentenceIsSaidInGerman() {
		Set<String> said = new TreeSet<>(texts(SAID));
		assertThat(said).hasSizeGreaterThan(180);
		said.removeAll(this.german.keySet());
		assertThat(said).isEmpty();
	}

	@Test
	void nothingElseIs() {
		Set<String> left = new TreeSet<>(this.german.keySet());
		left.removeAll(texts(ANY));
		assertThat(left).isEmpty();
	}

	@Test
	void whatIsChosenAmongIsSaidInGermanToo() {
		Matches labels = new Matches(this.scripts, "(?s)export const LABELS = \\{(.*?)};");
		assertThat(labels.texts(ANY)).hasSizeGreaterThan(20).isSubsetOf(this.german.keySet());
		Matches problems = new Matches(this.scripts, "(?s)const WORDS = \\{(.*?)};");
		assertThat(problems.texts(ANY)).hasSizeGreaterThan(12).isSubsetOf(this.german.keySet());
		Matches unseen = new Matches(this.scripts, "(?s)'\\\\u[0-9a-f]{4}': ('[^']+')");
		assertThat(unseen.texts(ANY)).hasSizeGreaterThan(15).isSubsetOf(this.german.keySet());
	}

	@Test
	void whatIsPutIntoASentenceIsPutIntoItInGermanToo() {
		assertThat(this.german)
			.allSatisfy((english, german) -> assertThat(places(german)).as(english).isEqualTo(places(english)));
	}

	private static Set<String> places(String sentence) {
		return PLACE.matcher(sentence).results().map((place) -> place.group(1)).collect(Collectors.toSet());
	}

	/**
	 * A part of the scripts.
	 *
	 * @param scripts all of them
	 * @param part how it is found
	 */
	private record Matches(String scripts, String part) {

		Set<String> texts(Pattern pattern) {
			String found = Pattern.compile(this.part)
				.matcher(this.scripts)
				.results()
				.map((match) -> match.group(1))
				.collect(Collectors.joining());
			return pattern.matcher(found).results().flatMap(PageWordsTests::groups).collect(Collectors.toSet());
		}

	}

}
