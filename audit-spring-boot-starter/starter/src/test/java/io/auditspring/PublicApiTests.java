package io.auditspring;

import java.io.IOException;
import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * All that applications may use, so that a change of it is seen. API.txt is written by
 * {@code -Daudit.docs=write}.
 */
class PublicApiTests {

	private static final Path DOCUMENT = Path.of("..", "API.txt");

	private static final List<String> PACKAGES = List.of("io.auditspring", "io.auditspring.query",
			"io.auditspring.signing", "io.auditspring.retention", "io.auditspring.delivery", "io.auditspring.history",
			"io.auditspring.ledger", "io.auditspring.ledger.verify", "io.auditspring.ledger.checkpoint",
			"io.auditspring.ledger.merkle");

	@Test
	void itIsTheDocumentedOne() throws IOException {
		String api = String.join("\n", lines().toList()) + "\n";
		if ("write".equals(System.getProperty("audit.docs"))) {
			Files.writeString(DOCUMENT, api);
		}
		assertThat(Files.readString(DOCUMENT)).as("written anew with -Daudit.docs=write").isEqualTo(api);
	}

	private static Stream<String> lines() {
		return new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
			.withImportOption((location) -> !location.contains("fixtures"))
			.importPackages("io.auditspring")
			.stream()
			.filter((type) -> PACKAGES.contains(type.getPackageName()) && !type.isAnonymousClass())
			.map(JavaClass::reflect)
			.filter(PublicApiTests::isOpen)
			.filter((type) -> !type.isSynthetic())
			.flatMap(PublicApiTests::lines)
			.sorted()
			.distinct();
	}

	private static boolean isOpen(Class<?> type) {
		return Modifier.isPublic(type.getModifiers())
				&& (type.getDeclaringClass() == null || isOpen(type.getDeclaringClass()));
	}

	private static Stream<String> lines(Class<?> type) {
		String name = type.getTypeName();
		Predicate<Member> open = (member) -> !member.isSynthetic()
				&& (member.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0;
		return Stream.of(Stream.of(name + " : " + type.toGenericString()),
				Arrays.stream(type.getDeclaredConstructors())
					.filter(open)
					.map((one) -> name + " : " + one.toGenericString()),
				Arrays.stream(type.getDeclaredMethods())
					.filter(open)
					.map((one) -> name + " : " + one.toGenericString()),
				Arrays.stream(type.getDeclaredFields()).filter(open).map((one) -> name + " : " + one.toGenericString()))
			.flatMap((members) -> members);
	}

}
