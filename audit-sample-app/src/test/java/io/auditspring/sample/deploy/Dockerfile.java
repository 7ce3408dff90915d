package io.auditspring.sample.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A Dockerfile that is built without an engine: each stage is a directory, in which its
 * commands are run by this machine and its Java.
 */
final class Dockerfile {

	private static final String JAVA_HOME = System.getProperty("java.home");

	private final Path context;

	private final Path images;

	private final Map<String, String> environment = new HashMap<>();

	private final Map<String, Path> stages = new HashMap<>();

	private Path stage;

	private Path workingDirectory;

	private List<String> entryPoint = List.of();

	Dockerfile(Path context, Path images) {
		this.context = context;
		this.images = images;
		this.stage = images;
		this.workingDirectory = images;
	}

	void build() throws IOException, InterruptedException {
		String text = Files.readString(this.context.resolve("Dockerfile"))
			.replaceAll("(?m)^#.*\n", "")
			.replace("\\\n", "");
		for (String line : text.lines().filter((each) -> !each.isBlank()).toList()) {
			String[] words = line.split("\\s+", 2);
			instruct(words[0], words[1].strip());
		}
	}

	/**
	 * The container's process.
	 * @param log what it writes goes there
	 * @param arguments added to the entry point
	 * @return what can be started
	 */
	ProcessBuilder container(Path log, String... arguments) {
		List<String> command = new ArrayList<>(this.entryPoint);
		command.addAll(List.of(arguments));
		command.set(0, JAVA_HOME + "/bin/" + command.get(0));
		return process(command).redirectOutput(log.toFile());
	}

	private void instruct(String instruction, String argument) throws IOException, InterruptedException {
		String[] words = argument.split("\\s+");
		switch (instruction) {
			case "FROM" -> {
				this.stage = Files.createDirectory(this.images.resolve("stage-" + this.stages.size()));
				this.stages.put((words.length > 1) ? words[2] : "", this.stage);
				this.environment.clear();
			}
			case "WORKDIR" -> this.workingDirectory = Files.createDirectories(within(this.stage, argument));
			case "COPY" -> copy(words);
			case "RUN" -> run(argument);
			case "ENV" -> Arrays.stream(words)
				.map((word) -> word.split("=", 2))
				.forEach((pair) -> this.environment.put(pair[0], pair[1].replaceFirst("/", this.stage + "/")));
			case "ENTRYPOINT" ->
				this.entryPoint = Arrays.asList(JsonMapper.shared().readValue(argument, String[].class));
			case "USER", "EXPOSE" -> assertThat(argument).containsOnlyDigits();
			default -> throw new IllegalStateException("Not known here: " + instruction);
		}
	}

	private void copy(String[] words) throws IOException {
		if (words[0].startsWith("--from=")) {
			Path from = within(this.stages.get(words[0].substring("--from=".length())), words[1]);
			copyAll(from, this.workingDirectory.resolve(words[2]).normalize());
			return;
		}
		Path pattern = this.context.resolve(words[0]);
		PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
		try (Stream<Path> files = Files.list(pattern.getParent())) {
			List<Path> matching = files.filter(matcher::matches).toList();
			// Docker refuses several for one name
			assertThat(matching).hasSize(1);
			Files.copy(matching.get(0), this.workingDirectory.resolve(words[1]));
		}
	}

	private static void copyAll(Path from, Path to) throws IOException {
		try (Stream<Path> files = Files.walk(from)) {
			files.forEach((file) -> {
				Path target = to.resolve(from.relativize(file));
				try {
					if (Files.isDirectory(file)) {
						Files.createDirectories(target);
					}
					else {
						// The shared classes are those of jars of that time
						Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
					}
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			});
		}
	}

	private void run(String command) throws IOException, InterruptedException {
		Path log = this.images.resolve("run.log");
		int status = process(List.of("/bin/sh", "-c", command)).redirectOutput(log.toFile()).start().waitFor();
		assertThat(status).as(() -> command + "\n" + read(log)).isZero();
	}

	private ProcessBuilder process(List<String> command) {
		ProcessBuilder process = new ProcessBuilder(command).directory(this.workingDirectory.toFile())
			.redirectErrorStream(true);
		process.environment().putAll(this.environment);
		process.environment().put("PATH", JAVA_HOME + "/bin:" + System.getenv("PATH"));
		return process;
	}

	private static Path within(Path stage, String path) {
		return stage.resolve(path.substring(1));
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
