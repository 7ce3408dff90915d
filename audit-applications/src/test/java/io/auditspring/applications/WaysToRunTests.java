package io.auditspring.applications;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

import io.auditspring.applications.Jvm.Ended;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import org.springframework.boot.loader.tools.LibraryScope;
import org.springframework.boot.loader.tools.Repackager;
import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * An application on a newer JVM, prepared ahead of time, from an archive of classes, and
 * restarted while it is developed.
 */
@Tag("thorough")
@Execution(ExecutionMode.CONCURRENT)
class WaysToRunTests {

	private static final String MATRIX = "org.example.matrix.Application";

	private final Database database = Database.create();

	@Test
	void virtualThreads() throws Exception {
		Optional<Path> newer = newerJdk();
		assumeTrue(newer.isPresent(), "There is no JDK of 21 or later");
		placed(new Jvm(libraries()).of(newer.get()).with("SPRING_THREADS_VIRTUAL_ENABLED", "true"), MATRIX);
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
				"io.auditspring.web.WebProperties", "io.auditspring.web.Page",
				"io.auditspring.ledger.verify.ChainVerification");
		placed(new Jvm(classes + File.pathSeparator + resources + File.pathSeparator + classPath)
			.option("-Dspring.aot.enabled=true")
			.with("AUDIT_WEB_ENABLED", "true"), MATRIX);
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
	void extractedWithAnArchiveOfItsClasses(@TempDir Path directory) throws Exception {
		Path executable = executable(directory);
		Path extracted = directory.resolve("extracted");
		Ended ended = Jvm.ofJar(executable)
			.option("-Djarmode=tools")
			.run("extract", "--destination", extracted.toString());
		assertThat(ended.code()).as(ended.log()).isZero();
		Path application = extracted.resolve(executable.getFileName());
		Path archive = extracted.resolve("application.jsa");
		Ended trained = Jvm.ofJar(application)
			.option("-XX:ArchiveClassesAtExit=" + archive)
			.option("-Dspring.context.exit=onRefresh")
			.with(this.database)
			.run();
		assertThat(trained.code()).as(trained.log()).isZero();
		assertThat(archive).isNotEmptyFile();
		placed(Jvm.ofJar(application).option("-XX:SharedArchiveFile=" + archive).option("-Xshare:on"));
	}

	/**
	 * What the build plugins of Spring Boot make.
	 */
	private static Path executable(Path directory) throws IOException {
		Path classes = Files.createDirectory(directory.resolve("classes"));
		FileSystemUtils.copyRecursively(Path.of("target/test-classes/matrix"), classes);
		FileSystemUtils.copyRecursively(Path.of("target/test-classes/org/example/matrix"),
				classes.resolve("org/example/matrix"));
		String jars = Jars.of(classes + File.pathSeparator + libraries().withoutRoots(), directory);
		List<File> files = Stream.of(jars.split(File.pathSeparator)).map(File::new).toList();
		Path executable = directory.resolve("application.jar");
		Repackager repackager = new Repackager(files.get(0));
		repackager.setMainClass(MATRIX);
		repackager.repackage(executable.toFile(), (callback) -> {
			for (File file : files.subList(1, files.size())) {
				callback.library(new org.springframework.boot.loader.tools.Library(file, LibraryScope.COMPILE));
			}
		});
		return executable;
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
	void withNothingButJpa() throws Exception {
		assertThat(ClassPath.of("plain").artifacts()).doesNotContain("hibernate-envers", "spring-security-core",
				"jakarta.servlet-api", "tomcat-embed-core", "spring-web", "spring-boot-flyway", "micrometer-core",
				"reactor-core", "spring-messaging", "maxmind-db", "picocli");
		Ended ended = new Jvm(ClassPath.of("plain")).with(this.database).run("org.example.plain.PlainApplication");
		assertThat(ended.code()).as(ended.log()).isZero();
		assertThat(this.database.entries()).extracting("action", "outcome", "actor_id")
			.containsExactlyInAnyOrder(tuple("invoice.create", "success", "system"),
					tuple("invoice.pay", "success", "system"), tuple("invoice.cancel", "failure", "system"));
		assertThat(this.database.entries()).filteredOn("action", "invoice.pay")
			.singleElement()
			.satisfies((entry) -> assertThat(entry).extracting("before_state", "after_state", "changes")
				.doesNotContainNull());
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
					tuple("message.note", "success", "anonymous", "by a message", null));
		assertThat(this.database.entries()).extracting("after_state").filteredOn((state) -> state != null).hasSize(6);
	}

	private static ClassPath libraries() {
		return Library.classPath(EnumSet.of(Library.ACTUATOR, Library.SECURITY, Library.ENVERS, Library.WEB_MVC));
	}

	private void placed(Jvm jvm, String... main) throws Exception {
		Ended ended = jvm.with(this.database).run(main);
		assertThat(ended.code()).as(ended.log()).isZero();
		assertThat(this.database.entries()).singleElement()
			.satisfies((entry) -> assertThat(entry).containsEntry("action", "order.place")
				.containsEntry("outcome", "success")
				.containsEntry("actor_id", "user")
				.hasEntrySatisfying("after_state", (state) -> assertThat(state).isNotNull()));
	}

}
