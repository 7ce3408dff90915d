package io.auditspring.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Processes that use the processor for something else.
 */
final class Competition implements AutoCloseable {

	private final List<Process> processes = new ArrayList<>();

	private Competition() {
	}

	static Competition start(int processes) throws IOException {
		Competition competition = new Competition();
		for (int i = 0; i < processes; i++) {
			competition.processes.add(new ProcessBuilder(
					Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m", "-classpath",
					Processes.classPath(), Competition.class.getName())
				.redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start());
		}
		Runtime.getRuntime().addShutdownHook(new Thread(competition::close));
		return competition;
	}

	/**
	 * Computes without end.
	 * @param arguments none
	 */
	public static void main(String[] arguments) {
		for (double sum = 0;; sum += Math.sqrt(sum + 1)) {
			if (sum < 0) {
				throw new IllegalStateException("Sums of roots are positive");
			}
		}
	}

	int size() {
		return this.processes.size();
	}

	@Override
	public void close() {
		this.processes.forEach(Process::destroyForcibly);
	}

}
