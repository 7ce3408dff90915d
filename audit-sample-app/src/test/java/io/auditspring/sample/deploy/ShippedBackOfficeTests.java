package io.auditspring.sample.deploy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The jar as it is shipped, in the container that its {@code Dockerfile} describes.
 */
@Tag("shipped")
class ShippedBackOfficeTests {

	private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

	private final HttpClient http = HttpClient.newHttpClient();

	@TempDir
	private Path directory;

	private String server = "";

	@Test
	void itsImageStartsAuditsAndStops() throws IOException, InterruptedException {
		Dockerfile dockerfile = new Dockerfile(Path.of("").toAbsolutePath(), this.directory);
		dockerfile.build();
		Path log = this.directory.resolve("container.log");
		Process container = dockerfile.container(log, "--server.port=0").start();
		try {
			await().atMost(Duration.ofMinutes(1)).until(() -> isReady(log));
			assertThat(get("/actuator/health/liveness")).contains("UP");
			assertThat(send(HttpRequest.newBuilder(uri("/api/transactions/1/approve"))
				.header("Content-Type", "application/json")
				.POST(HttpRequest.BodyPublishers.ofString("{\"justification\": \"Matches invoice 17\"}"))))
				.contains("APPROVED");
			await().until(() -> get("/api/audit/entries").contains("Matches invoice 17"));
			assertThat(get("/actuator/prometheus")).contains("audit_entries_recorded_entries_total");
			container.destroy();
			assertThat(container.waitFor()).isEqualTo(143);
		}
		finally {
			container.destroyForcibly();
		}
		assertThat(Files.readString(log)).doesNotContain(" ERROR ", "[warning]", "[error]");
	}

	@Test
	void itsJarRunsByItself() throws IOException, InterruptedException {
		Path jar = Path.of(System.getProperty("sample.jar"));
		Process process = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-Djarmode=tools", "-jar",
				jar.toString(), "list-layers")
			.redirectErrorStream(true)
			.start();
		assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
			.containsExactly("dependencies", "spring-boot-loader", "snapshot-dependencies", "application");
		assertThat(process.waitFor()).isZero();
	}

	private boolean isReady(Path log) throws IOException, InterruptedException {
		try (Stream<String> lines = Files.lines(log)) {
			lines.map(PORT::matcher)
				.filter(Matcher::find)
				.findFirst()
				.ifPresent((port) -> this.server = "http://localhost:" + port.group(1));
		}
		return !this.server.isEmpty() && get("/actuator/health/readiness").contains("UP");
	}

	private String get(String path) throws IOException, InterruptedException {
		return send(HttpRequest.newBuilder(uri(path)));
	}

	private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
		String credentials = Base64.getEncoder().encodeToString("manager:manager-secret".getBytes());
		return this.http.send(request.header("Authorization", "Basic " + credentials).build(), BodyHandlers.ofString())
			.body();
	}

	private URI uri(String path) {
		return URI.create(this.server + path);
	}

}
