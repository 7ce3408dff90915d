package io.auditspring.applications;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

import io.auditspring.applications.Jvm.Ended;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * An application on a newer JVM, prepared ahead of time, from an archive of classes, and
 * restarted while it is developed.
 */
@Execution(ExecutionMode.CONCURRENT)
class WaysToRunTests {

	private static final String MATRIX = "org.example.matrix.Application";

	private final Database database = Database.create();

	@Test
	void virtualThreads() throws Exception {
		Optional<Path> newer = newerJdk();
		assumeTrue(newer.isPresent(), "There is no JDK of 21 or later");
		placed(new Jvm(libraries()).of(newer.get()).with("SPRING_THREADS_VIRTUAL_ENABLED", "true"));
	}

	private static Optional<Path> newerJdk() throws IOException {
		if (Runtime.version().feature() >= 21) {
			return Optional.of(Path.of(System.getProperty("java.home")));
		}
		Path all = Path.of("/usr/lib/jvm");
		if (!Files.isDirectory(all)) {
			return Optional.empty();
		}
		try (Stream<Path> homes = Files.list(all)) {
			return homes.filter((home) -> home.getFileName().toString().matches("\\D*2[1-9]\\D.*"))
				.filter((home) -> Files.exists(home.resolve("bin/java")))
				.findFirst();
		}
	}

	@Test
	void aheadOfTime(@TempDir Path directory) throws Exception {
		ClassPath classPath = libraries().with("spring-boot-starter-cache");
		Path sources = directory.resolve("sources");
		Path resources = directory.resolve("resources");
		Path classes = directory.resolve("classes");
		Ended processed = new Jvm(classPath).with("AUDIT_WEB_ENABLED", "true")
			.run("org.springframework.boot.SpringApplicationAotProcessor", MATRIX, sources.toString(),
					resources.toString(), classes.toString(), "org.example", "matrix");
		assertThat(processed.code()).as(processed.log()).isZero();
		compile(sources, classes, classPath.toString());
		Path metadata = resources.resolve("META-INF/native-image/org.example/matrix/reachability-metadata.json");
		assertThat(Files.readString(metadata).replace("\\/", "/")).contains("io.auditspring.query.AuditEntry",
				"io/auditspring/db/**", "io/auditspring/web/page/**", "io.auditspring.web.AuditApi",
				"io.auditspring.autoconfigure.AuditProperties$Web");
		placed(new Jvm(classes + File.pathSeparator + resources + File.pathSeparator + classPath)
			.option("-Dspring.aot.enabled=true")
			.with("AUDIT_WEB_ENABLED", "true"));
	}

	private static void compile(Path sources, Path classes, String classPath) throws IOException {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		List<String> arguments = new ArrayList<>(List.of("-proc:none", "-nowarn", "-d", classes.toString(), "-cp",
				classes + File.pathSeparator + classPath));
		try (Stream<Path> files = Files.walk(sources)) {
			files.map(Path::toString).filter((file) -> file.endsWith(".java")).forEach(arguments::add);
		}
		assertThat(compiler.run(null, null, null, arguments.toArray(String[]::new))).isZero();
	}

	@Test
	void anArchiveOfClasses(@TempDir Path directory) throws Exception {
		String classPath = jars(libraries().toString(), directory);
		String archive = directory.resolve("application.jsa").toString();
		placed(new Jvm(classPath).option("-XX:ArchiveClassesAtExit=" + archive));
		placed(new Jvm(classPath).option("-XX:SharedArchiveFile=" + archive).option("-Xshare:on"), 2);
	}

	// Folders cannot be archived.
	private static String jars(String classPath, Path directory) throws IOException {
		List<String> entries = new ArrayList<>();
		for (String entry : classPath.split(File.pathSeparator)) {
			Path path = Path.of(entry);
			entries.add(
					Files.isDirectory(path) ? jar(path, directory.resolve(entries.size() + ".jar")).toString() : entry);
		}
		return String.join(File.pathSeparator, entries);
	}

	private static Path jar(Path folder, Path jar) throws IOException {
		try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
				Stream<Path> all = Files.walk(folder)) {
			all.filter((file) -> !file.equals(folder)).sorted().forEach((file) -> add(folder, file, out));
		}
		return jar;
	}

	private static void add(Path folder, Path file, JarOutputStream out) {
		try {
			String name = folder.relativize(file).toString().replace(File.separatorChar, '/');
			boolean directory = Files.isDirectory(file);
			out.putNextEntry(new JarEntry(directory ? name + '/' : name));
			if (!directory) {
				Files.copy(file, out);
			}
			out.closeEntry();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Test
	void restartsWhileItIsDeveloped() throws Exception {
		ClassPath classPath = ClassPath.of("restart").with("hibernate-envers", "spring-boot-devtools");
		Ended ended = new Jvm(classPath).with(this.database).run("org.example.restart.RestartedApplication");
		assertThat(ended.code()).as(ended.log()).isZero();
		assertThat(this.database.entries()).extracting("action", "outcome", "message")
			.containsExactly(tuple("diary.write", "success", "start 1"), tuple("diary.write", "success", "start 2"),
					tuple("diary.write", "success", "start 3"));
		assertThat(this.database.entries()).extracting("after_state").doesNotContainNull();
		// Those of the last start are gone.
		assertThat(ended.log().lines().filter((line) -> line.startsWith("audit threads: ")).distinct()).hasSize(1);
	}

	@Test
	void callsThatComeByOtherChannels() throws Exception {
		ClassPath classPath = ClassPath.of("channels")
			.with("hibernate-envers", "spring-boot-starter-batch-jdbc", "spring-boot-starter-graphql",
					"spring-boot-starter-webmvc", "spring-boot-starter-websocket", "spring-modulith-starter-jpa");
		Ended ended = new Jvm(classPath).with(this.database).run("org.example.channels.ChannelsApplication");
		assertThat(ended.code()).as(ended.log()).isZero();
		assertThat(this.database.entries()).filteredOn((entry) -> !entry.get("message").toString().endsWith(" created"))
			.extracting("action", "outcome", "actor_type", "message", "ip")
			.containsExactlyInAnyOrder(tuple("batch.write", "success", "system", "2 written", null),
					tuple("batch.write", "success", "system", "1 written", null),
					tuple("module.event", "success", "system", "by an event", null),
					tuple("graphql.note", "success", "anonymous", "by a mutation", "127.0.0.1"),
					tuple("message.note", "success", "system", "by a message", null));
		assertThat(this.database.entries()).extracting("after_state").filteredOn((state) -> state != null).hasSize(6);
	}

	private static ClassPath libraries() {
		return Library.classPath(EnumSet.of(Library.ACTUATOR, Library.SECURITY, Library.ENVERS, Library.WEB_MVC));
	}

	private void placed(Jvm jvm) throws Exception {
		placed(jvm, 1);
	}

	private void placed(Jvm jvm, int entries) throws Exception {
		Ended ended = jvm.with(this.database).run(MATRIX);
		assertThat(ended.code()).as(ended.log()).isZero();
		assertThat(this.database.entries()).hasSize(entries)
			.allSatisfy((entry) -> assertThat(entry).containsEntry("action", "order.place")
				.containsEntry("outcome", "success")
				.containsEntry("actor_id", "user"))
			.extracting("after_state")
			.doesNotContainNull();
	}

}
