package io.auditspring.applications;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.auditspring.applications.Jvm.Ended;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Starts an application with every combination of optional libraries, and audits a call
 * in each. In all builds the fewest are started that have all pairs, in the profile
 * {@code matrix} all.
 */
class ClassPathTests {

	private static final int STEP = Integer.getInteger("matrix.step", 0);

	private static final int FIRST = Integer.getInteger("matrix.first", 0);

	@Test
	void everyPairOfLibrariesIsThere() {
		for (Library one : Library.values()) {
			for (Library other : EnumSet.range(Library.values()[0], one)) {
				if (one != other) {
					assertThat(Arrays.stream(Library.allPairs())
						.map((path) -> List.of(path.contains(one), path.contains(other)))
						.distinct()).as("%s and %s", one, other).hasSize(4);
				}
			}
		}
	}

	@Test
	void aClassPathHasNothingElse() {
		assertThat(Library.classPath(EnumSet.of(Library.ACTUATOR)).artifacts()).contains("spring-boot-actuator")
			.doesNotContain("micrometer-core", "spring-security-core", "hibernate-envers", "spring-webmvc",
					"spring-webflux", "spring-boot-flyway", "spring-boot-liquibase", "swagger-models-jakarta",
					"spring-kafka");
	}

	@Test
	void everyCombinationOfLibrariesStarts(@TempDir Path directory) throws Exception {
		Function<Set<Library>, Jvm> prepared = archived(directory);
		Map<String, String> table = new TreeMap<>();
		List<String> broken = new ArrayList<>();
		// Two are as many as the machine has cores.
		ExecutorService jvms = Executors.newFixedThreadPool(2);
		try {
			List<Future<Run>> runs = new ArrayList<>();
			for (Set<Library> path : paths()) {
				runs.add(jvms.submit(start(path, prepared.apply(path))));
			}
			for (Future<Run> run : runs) {
				table.put(run.get().marks(), run.get().row());
				if (run.get().fault() != null) {
					broken.add(run.get().libraries() + ": " + run.get().fault());
				}
			}
		}
		finally {
			jvms.shutdownNow();
			write(table);
		}
		assertThat(broken).isEmpty();
	}

	private static List<Set<Library>> paths() {
		if (STEP == 0) {
			return Arrays.asList(Library.allPairs());
		}
		return IntStream.range(0, 1 << Library.values().length)
			.filter((bits) -> bits % STEP == FIRST)
			// A step skips no library
			.mapToObj((bits) -> (Set<Library>) Arrays.stream(Library.values())
				.filter((library) -> (bits * 0x25D >> library.ordinal() & 1) == 1)
				.collect(Collectors.toCollection(() -> EnumSet.noneOf(Library.class))))
			.toList();
	}

	// What all have in common is loaded from an archive: that takes a third of the time.
	private static Function<Set<Library>, Jvm> archived(Path directory) throws Exception {
		ClassPath common = Library.classPath(EnumSet.noneOf(Library.class));
		String jars = Jars.of(common.toString(), directory);
		Path archive = directory.resolve("common.jsa");
		Database database = Database.create();
		Ended ended = new Jvm(jars).with(database)
			.option("-XX:ArchiveClassesAtExit=" + archive)
			.run("org.example.matrix.Application");
		assertThat(ended.code()).as(ended.log()).isZero();
		database.drop();
		return (path) -> new Jvm(Library.classPath(path).behind(common, jars))
			.option("-XX:SharedArchiveFile=" + archive);
	}

	private static Callable<Run> start(Set<Library> libraries, Jvm jvm) {
		return () -> {
			Database database = Database.create();
			Ended ended = jvm.with(database).run("org.example.matrix.Application");
			String fault = (ended.code() != 0) ? ended.log() : fault(libraries, database.entries());
			database.drop();
			return new Run(libraries, ended.millis(), fault);
		};
	}

	private static String fault(Set<Library> libraries, List<Map<String, Object>> entries) {
		boolean web = libraries.contains(Library.WEB_MVC);
		try {
			assertThat(entries).singleElement()
				.asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
				.containsEntry("action", "order.place")
				.containsEntry("outcome", "success")
				.containsEntry("message", "Order of 3 tea placed")
				.containsEntry("actor_id", caller(libraries))
				.containsEntry("target_id", "1")
				.containsEntry("ip", web ? "127.0.0.1" : null)
				.hasEntrySatisfying("after_state", (state) -> assertThat(state).isNotNull());
			return null;
		}
		catch (AssertionError ex) {
			return ex.getMessage();
		}
	}

	private static String caller(Set<Library> libraries) {
		if (libraries.contains(Library.WEB_MVC)) {
			return libraries.contains(Library.SECURITY) ? "user" : "anonymous";
		}
		return libraries.contains(Library.WEB_FLUX) ? "unknown" : "system";
	}

	private static void write(Map<String, String> table) throws IOException {
		List<String> lines = new ArrayList<>();
		lines.add("| " + Arrays.stream(Library.values())
			.map((library) -> library.name().toLowerCase().replace('_', ' '))
			.collect(Collectors.joining(" | ")) + " | seconds | result |");
		lines.add("|" + " --- |".repeat(Library.values().length + 2));
		lines.addAll(table.values());
		Files.write(Path.of("target", "class-paths.md"), lines);
	}

	/**
	 * What became of an application.
	 *
	 * @param libraries what was on its class path
	 * @param millis how long it ran
	 * @param fault what was wrong, or null
	 */
	private record Run(Set<Library> libraries, long millis, String fault) {

		String marks() {
			return Arrays.stream(Library.values())
				.map((library) -> this.libraries.contains(library) ? "x" : " ")
				.collect(Collectors.joining(" | "));
		}

		String row() {
			return "| %s | %.1f | %s |".formatted(marks(), this.millis / 1000.0,
					(this.fault == null) ? "one entry" : "broken");
		}

	}

}
