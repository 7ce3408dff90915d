package io.auditspring.sample.documents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Documents lead where they say, and name what is there. PROPERTIES.md is written by
 * {@code -Daudit.docs=write}.
 */
class DocumentTests {

	private static final Path ROOT = Path.of("..");

	private static final Path PROPERTIES = ROOT.resolve("audit-spring-boot-starter/docs/PROPERTIES.md");

	private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

	private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

	private static final Pattern BLOCK = Pattern.compile("(?ms)^```.*?^```$");

	private static final Pattern PROPERTY = Pattern.compile("(?<![.\\w])audit\\.[a-z][a-z.-]*[a-z](?==|`)");

	@Test
	void everyLinkLeadsSomewhere() throws IOException {
		List<String> broken = new ArrayList<>();
		for (Path document : documents()) {
			String text = BLOCK.matcher(Files.readString(document)).replaceAll("");
			for (String link : LINK.matcher(text).results().map((match) -> match.group(1)).toList()) {
				if (!link.contains(":") && !isThere(document, link)) {
					broken.add(ROOT.relativize(document) + " -> " + link);
				}
			}
		}
		assertThat(broken).isEmpty();
	}

	@Test
	void everySettingInADocumentIsAProperty() throws IOException {
		Set<String> known = properties().stream()
			.map((property) -> property.path("name").stringValue())
			.collect(Collectors.toSet());
		for (Path document : documents()) {
			String text = Files.readString(document);
			Set<String> unknown = PROPERTY.matcher(text)
				.results()
				.map(MatchResult::group)
				.filter((name) -> text.contains(name + "="))
				.filter((name) -> !known.contains(name) && !isOfTests(name))
				.collect(Collectors.toCollection(TreeSet::new));
			assertThat(unknown).as(document.toString()).isEmpty();
		}
	}

	@Test
	void theFirstPageIsShort() throws IOException {
		assertThat(Files.readAllLines(ROOT.resolve("README.md"))).hasSizeLessThanOrEqualTo(250);
	}

	@Test
	void allPropertiesAreDocumented() throws IOException {
		StringBuilder page = new StringBuilder(
				"""
						# Properties

						All properties of the trail, by name. A value that cannot be stops the start with a message that names the
						property and what it takes.

						| property | meaning | default |
						|---|---|---|
						""");
		for (JsonNode property : properties()) {
			page.append("| `%s` | %s | %s |\n".formatted(property.path("name").stringValue(),
					property.path("description").stringValue().replace("|", "\\|").replaceAll("\\s+", " "),
					defaultOf(property)));
		}
		if ("write".equals(System.getProperty("audit.docs"))) {
			Files.writeString(PROPERTIES, page);
		}
		assertThat(Files.readString(PROPERTIES)).as("written anew with -Daudit.docs=write").isEqualTo(page.toString());
	}

	private static String defaultOf(JsonNode property) {
		JsonNode value = property.path("defaultValue");
		if (value.isMissingNode()) {
			return "";
		}
		return value.isArray()
				? value.valueStream().map((each) -> "`" + each.asString() + "`").collect(Collectors.joining(", "))
				: "`" + value.asString() + "`";
	}

	private static boolean isOfTests(String name) {
		return Set.of("audit.docs", "audit.test.in-memory").contains(name);
	}

	/**
	 * Those of all modules, which have been compiled by now.
	 */
	private static List<JsonNode> properties() throws IOException {
		List<JsonNode> properties = new ArrayList<>();
		try (Stream<Path> modules = Files.list(ROOT.resolve("audit-spring-boot-starter"))) {
			for (Path module : modules.toList()) {
				Path metadata = module.resolve("target/classes/META-INF/spring-configuration-metadata.json");
				if (Files.exists(metadata)) {
					JsonMapper.shared()
						.readTree(Files.readAllBytes(metadata))
						.path("properties")
						.valueStream()
						.forEach(properties::add);
				}
			}
		}
		properties.sort(Comparator.comparing((property) -> property.path("name").stringValue()));
		return properties;
	}

	private static List<Path> documents() throws IOException {
		try (Stream<Path> files = Files.walk(ROOT, 3)) {
			return files.filter((file) -> file.toString().endsWith(".md"))
				.filter((file) -> !file.toString().contains("target"))
				.sorted()
				.toList();
		}
	}

	private static boolean isThere(Path document, String link) {
		String[] parts = link.split("#", 2);
		Path target = parts[0].isEmpty() ? document : document.resolveSibling(parts[0]).normalize();
		return Files.exists(target) && (parts.length == 1 || anchors(target).contains(parts[1]));
	}

	/**
	 * As GitHub makes them.
	 */
	private static Set<String> anchors(Path document) {
		try {
			return HEADING.matcher(Files.readString(document))
				.results()
				.map((match) -> match.group(1).toLowerCase(Locale.ROOT))
				.map((heading) -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
				.collect(Collectors.toSet());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
