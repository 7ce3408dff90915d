package io.auditspring.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs main methods in JVMs of their own.
 */
final class Processes {

	private Processes() {
	}

	/**
	 * Runs a main method to its end.
	 * @param classPath where its classes are
	 * @param properties its system properties
	 * @param main its class
	 * @param arguments its arguments
	 * @return what it printed
	 */
	static List<String> run(String classPath, Map<String, String> properties, String main, String... arguments)
			throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g"));
		properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
		command.addAll(List.of("-classpath", classPath, main));
		command.addAll(List.of(arguments));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		process.getOutputStream().close();
		List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines()
			.toList();
		lines.forEach(System.out::println);
		if (process.waitFor() != 0) {
			throw new IllegalStateException(main + " ended with " + process.exitValue());
		}
		return lines;
	}

	static String classPath() {
		return System.getProperty("java.class.path");
	}

}
