package io.auditspring.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A program in Go with the public libraries for signed notes and transparency logs,
 * {@code golang.org/x/mod/sumdb}, as Debian packages them ({@code golang-go},
 * {@code golang-golang-x-mod-dev}).
 */
final class GoProgram {

	private static final Path LIBRARY = Path.of("/usr/share/gocode");

	private final Path program;

	GoProgram(String name, Path directory) throws IOException {
		Path source = directory.resolve(name);
		try (InputStream content = GoProgram.class.getResourceAsStream("/transparency/" + name)) {
			Files.copy(content, source);
		}
		this.program = directory.resolve("program");
		String built = run(directory, "", "go", "build", "-o", this.program.toString(), source.toString());
		if (!Files.exists(this.program)) {
			throw new IllegalStateException(built);
		}
	}

	static boolean isInstalled() {
		return Files.isDirectory(LIBRARY.resolve("src/golang.org/x/mod/sumdb/tlog"))
				&& Files.isExecutable(Path.of("/usr/bin/go"));
	}

	/**
	 * Runs it.
	 * @param input what it reads
	 * @return what it prints
	 */
	String run(String input) {
		return run(this.program.getParent(), input, this.program.toString());
	}

	private static String run(Path directory, String input, String... command) {
		try {
			ProcessBuilder builder = new ProcessBuilder(List.of(command)).directory(directory.toFile())
				.redirectErrorStream(true);
			builder.environment().put("GO111MODULE", "off");
			builder.environment().put("GOPATH", LIBRARY.toString());
			builder.environment().put("GOCACHE", directory.resolve("cache").toAbsolutePath().toString());
			Process process = builder.start();
			process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
			process.getOutputStream().close();
			return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
