package io.auditspring.sample.documents;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the sources of all modules must not have, and no compiler minds.
 */
class SourceTests {

	private static final Path MODULES = Path.of("..", "audit-spring-boot-starter");

	private static final Pattern IN_DIGITS_OF_THE_MACHINE = Pattern.compile("%(\\d+\\$)?[-+,(0-9]*d");

	/** On machines in Iran, Egypt or Nepal they are others than those of SQL. */
	@Test
	void numbersAreWrittenInTheSameDigitsEverywhere() throws IOException {
		try (Stream<Path> files = Files.walk(MODULES)) {
			List<Path> sources = files.filter(SourceTests::isShipped).toList();
			assertThat(sources).hasSizeGreaterThan(500);
			for (Path source : sources) {
				assertThat(Files.readAllLines(source)).as(source.toString())
					.noneMatch(
							(line) -> IN_DIGITS_OF_THE_MACHINE.matcher(line).find() && !line.contains("Locale.ROOT"));
			}
		}
	}

	private static boolean isShipped(Path file) {
		String path = file.toString().replace('\\', '/');
		return path.contains("/src/main/java/") && path.endsWith(".java");
	}

}
