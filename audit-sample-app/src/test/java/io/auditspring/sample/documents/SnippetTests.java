package io.auditspring.sample.documents;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What guides show in Java compiles, as part of an application.
 */
class SnippetTests {

	private static final Pattern BLOCK = Pattern.compile("(?ms)^```java\\n(.*?)^```$");

	private static final String IMPORTS = """
			import io.auditspring.*;
			import io.auditspring.Delivery;
			import io.auditspring.ledger.*;
			import io.auditspring.query.*;
			import io.auditspring.retention.*;
			import io.auditspring.signing.*;
			import io.auditspring.test.*;
			import io.auditspring.history.*;
			import java.math.BigDecimal;
			import java.time.*;
			import java.util.*;
			import javax.sql.DataSource;
			import org.junit.jupiter.api.Test;
			import org.springframework.beans.factory.annotation.Autowired;
			import org.springframework.boot.*;
			import org.springframework.boot.test.context.SpringBootTest;
			import org.springframework.context.annotation.Bean;
			import org.springframework.stereotype.Component;
			import org.springframework.transaction.annotation.Transactional;
			import static org.assertj.core.api.Assertions.assertThat;
			interface Order { String getNumber(); }
			record Receipt() { }
			""";

	private static final String FIELDS = """
			AuditRecorder recorder; AuditTrail trail; AuditRedaction redaction; LegalHolds holds; Order order; UUID entryId;
			""";

	@TempDir
	private Path directory;

	@ParameterizedTest(name = "{0}")
	@MethodSource("snippets")
	void compiles(String place, String snippet) {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
		String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		List<String> options = List.of("-proc:none", "-parameters", "-d", this.directory.toString(), "-cp", classPath);
		compiler.getTask(null, null, problems, options, null, List.of(new Source(inClass(snippet)))).call();
		assertThat(problems.getDiagnostics()).filteredOn((problem) -> problem.getKind() == Diagnostic.Kind.ERROR)
			.as(place)
			.isEmpty();
	}

	static Stream<String[]> snippets() throws IOException {
		Path root = Path.of("..");
		try (Stream<Path> guides = Files.list(root.resolve("audit-spring-boot-starter/docs"))) {
			return Stream.concat(Stream.of(root.resolve("README.md")), guides)
				.filter((file) -> file.toString().endsWith(".md"))
				.sorted()
				.toList()
				.stream()
				.flatMap(SnippetTests::snippets);
		}
	}

	private static Stream<String[]> snippets(Path document) {
		try {
			List<String> blocks = BLOCK.matcher(Files.readString(document))
				.results()
				.map((MatchResult match) -> match.group(1))
				.toList();
			return Stream.iterate(0, (i) -> i < blocks.size(), (i) -> i + 1)
				.map((i) -> new String[] { document.getFileName() + " " + (i + 1), blocks.get(i) });
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String inClass(String snippet) {
		String code = snippet.replace("{ … }", "{ throw new UnsupportedOperationException(); }").replace("…", "");
		if (code.startsWith("import ") || Pattern.compile("(?m)^(public )?(final )?class ").matcher(code).find()) {
			return IMPORTS + code;
		}
		boolean member = Pattern.compile("\\A(@|public |private |static )").matcher(code).find();
		return IMPORTS + "class Snippet {\n" + FIELDS
				+ (member ? code : "void run() throws Exception {\n" + code + "\n}") + "\n}";
	}

	private static final class Source extends SimpleJavaFileObject {

		private final String code;

		private Source(String code) {
			super(URI.create("string:///Snippet.java"), Kind.SOURCE);
			this.code = code;
		}

		@Override
		public CharSequence getCharContent(boolean ignoreEncodingErrors) {
			return this.code;
		}

	}

}
