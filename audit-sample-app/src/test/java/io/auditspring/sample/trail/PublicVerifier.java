package io.auditspring.sample.trail;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The signed notes and transparency-log proofs of {@code golang.org/x/mod/sumdb}, as
 * Debian packages them ({@code golang-go}, {@code golang-golang-x-mod-dev}).
 */
final class PublicVerifier {

	private static final Path LIBRARY = Path.of("/usr/share/gocode");

	private final Path program;

	PublicVerifier(Path directory) throws IOException {
		Path source = directory.resolve("verify.go");
		try (InputStream verify = PublicVerifier.class.getResourceAsStream("/transparency/verify.go")) {
			Files.copy(verify, source);
		}
		this.program = directory.resolve("verify");
		Answer built = run(directory, "", "go", "build", "-o", this.program.toString(), source.toString());
		if (built.status() != 0) {
			throw new IllegalStateException(built.text());
		}
	}

	static boolean isInstalled() {
		try {
			return Files.isDirectory(LIBRARY.resolve("src/golang.org/x/mod/sumdb/tlog"))
					&& run(Path.of("."), "", "go", "version").status() == 0;
		}
		catch (UncheckedIOException ex) {
			return false;
		}
	}

	Answer verify(String claims) {
		return run(this.program.getParent(), claims, this.program.toString());
	}

	private static Answer run(Path directory, String input, String... command) {
		try {
			ProcessBuilder builder = new ProcessBuilder(List.of(command)).directory(directory.toFile())
				.redirectErrorStream(true);
			builder.environment().put("GO111MODULE", "off");
			builder.environment().put("GOPATH", LIBRARY.toString());
			builder.environment().put("GOCACHE", directory.resolve("cache").toAbsolutePath().toString());
			Process process = builder.start();
			process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
			process.getOutputStream().close();
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			return new Answer(process.waitFor(), output.strip());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * What it said.
	 *
	 * @param status 0 if all claims hold
	 * @param text what it printed
	 */
	record Answer(int status, String text) {

	}

}
