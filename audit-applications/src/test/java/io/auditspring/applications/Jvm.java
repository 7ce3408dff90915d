package io.auditspring.applications;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of its own for an application. A filtering class loader within this one would not
 * do: it does not keep an application from classes that its parent defines.
 */
final class Jvm {

	private final List<String> what;

	private String home = System.getProperty("java.home");

	private final Map<String, String> environment = new TreeMap<>();

	private final List<String> options = new ArrayList<>(
			List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));

	Jvm(ClassPath classPath) {
		this(classPath.toString());
	}

	Jvm(String classPath) {
		this(List.of("-cp", classPath));
	}

	private Jvm(List<String> what) {
		this.what = what;
	}

	/**
	 * Takes an executable jar.
	 * @param jar the jar
	 * @return a JVM for it
	 */
	static Jvm ofJar(Path jar) {
		return new Jvm(List.of("-jar", jar.toString()));
	}

	/**
	 * Takes another JDK than that of the tests.
	 * @param home its folder
	 * @return this
	 */
	Jvm of(Path home) {
		this.home = home.toString();
		return this;
	}

	/**
	 * Sets what an operator would set.
	 * @param name the variable's name
	 * @param value its value
	 * @return this
	 */
	Jvm with(String name, String value) {
		this.environment.put(name, value);
		return this;
	}

	Jvm with(Database database) {
		return with("SPRING_DATASOURCE_URL", database.url()).with("SPRING_DATASOURCE_USERNAME", "postgres");
	}

	Jvm option(String option) {
		this.options.add(option);
		return this;
	}

	/**
	 * Runs it until it ends by itself.
	 * @param arguments its arguments, of a class path the main class before them
	 * @return how it ended
	 */
	Ended run(String... arguments) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(List.of(Path.of(this.home, "bin", "java").toString()));
		// Starts, does one thing and ends.
		command.add("-XX:TieredStopAtLevel=1");
		command.addAll(this.options);
		command.addAll(this.what);
		command.addAll(List.of(arguments));
		Path output = Files.createTempFile("application", ".log");
		ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
		builder.environment().putAll(this.environment);
		long begun = System.nanoTime();
		Process application = builder.start();
		try {
			boolean ended = application.waitFor(8, TimeUnit.MINUTES);
			String log = Files.readString(output);
			if (!ended) {
				throw new AssertionError(String.join(" ", arguments) + " does not end:\n" + log);
			}
			return new Ended(application.exitValue(), log, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
		}
		finally {
			application.destroyForcibly();
			Files.delete(output);
		}
	}

	/**
	 * How an application ended.
	 *
	 * @param code its exit code
	 * @param log what it printed
	 * @param millis how long it took
	 */
	record Ended(int code, String log, long millis) {

	}

}
