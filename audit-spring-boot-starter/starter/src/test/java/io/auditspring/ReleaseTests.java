package io.auditspring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is published is complete, and what a database has run is never changed.
 */
class ReleaseTests {

	private static final Path MODULES = Path.of("..");

	private static final Path MIGRATIONS = MODULES.resolve("ledger/src/main/resources/io/auditspring/db/migration");

	private static final Path CHECKSUMS = MODULES.resolve("MIGRATIONS.sha256");

	@Test
	void theBomNamesEveryPublishedModule() throws IOException {
		List<String> published = new ArrayList<>();
		for (String module : matches("<module>(.*)</module>", MODULES.resolve("pom.xml"))) {
			Path pom = MODULES.resolve(module).resolve("pom.xml");
			if (!module.equals("bom") && matches("maven.deploy.skip>(true)<", pom).isEmpty()) {
				// The first one is the parent's
				published.add(matches("<artifactId>(.*)</artifactId>", pom).get(1));
				assertThat(Files.readString(pom)).as(module).contains("<name>", "<description>");
			}
		}
		Path bom = MODULES.resolve("bom/pom.xml");
		assertThat(matches("(?s)<dependency>.*?<artifactId>(.*?)</artifactId>", bom))
			.containsExactlyInAnyOrderElementsOf(published);
	}

	/**
	 * Until the first release migrations are renewed by {@code -Daudit.docs=write}. From
	 * then on databases have run them: write a new one instead.
	 */
	@Test
	void noMigrationWasChanged() throws IOException {
		StringBuilder checksums = new StringBuilder();
		try (Stream<Path> files = Files.list(MIGRATIONS)) {
			for (Path file : files.sorted().toList()) {
				checksums.append(sha256(file)).append("  ").append(file.getFileName()).append('\n');
			}
		}
		if ("write".equals(System.getProperty("audit.docs"))) {
			Files.writeString(CHECKSUMS, checksums);
		}
		assertThat(checksums.toString()).as("written anew with -Daudit.docs=write")
			.isEqualTo(Files.readString(CHECKSUMS));
	}

	private static List<String> matches(String pattern, Path file) throws IOException {
		return Pattern.compile(pattern)
			.matcher(Files.readString(file))
			.results()
			.map((MatchResult result) -> result.group(1))
			.toList();
	}

	private static String sha256(Path file) throws IOException {
		try {
			return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
