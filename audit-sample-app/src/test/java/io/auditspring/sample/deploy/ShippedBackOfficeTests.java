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
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
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

	private static final Pattern COMMAND = Pattern.compile("(?ms)^```shell\\n(curl .*?)^```$");

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
			await().atMost(Duration.ofMinutes(4)).until(() -> isReady(log));
			assertThat(get("/actuator/health/liveness")).contains("UP");
			runTheWalkOfTheFirstPage();
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

	/**
	 * What README.md tells newcomers to type, one command after the other.
	 */
	private void runTheWalkOfTheFirstPage() throws IOException, InterruptedException {
		List<String> commands = COMMAND.matcher(Files.readString(Path.of("..", "README.md")))
			.results()
			.flatMap((block) -> Arrays.stream(block.group(1).split("(?m)^(?=curl )")))
			.toList();
		assertThat(run(commands.get(0))).contains("APPROVED");
		await().atMost(Duration.ofMinutes(1))
			.untilAsserted(() -> assertThat(run(commands.get(1))).contains("\"action\":\"transaction.approved\"",
					"Matches invoice 17", "\"seq\":0"));
		assertThat(run(commands.get(2))).contains("403");
		await().atMost(Duration.ofMinutes(1))
			.untilAsserted(() -> assertThat(run(commands.get(3))).contains("\"outcome\":\"denied\""));
		assertThat(run(commands.get(4))).contains("\"valid\":true");
		assertThat(run(commands.get(5))).contains("example.com/back-office");
		assertThat(commands).hasSize(6);
	}

	private String run(String command) throws IOException, InterruptedException {
		Process process = new ProcessBuilder("/bin/sh", "-c",
				command.replace("http://localhost:8080", this.server).replaceFirst("curl ", "curl -s "))
			.start();
		String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor()).as(command).isZero();
		return answer;
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
