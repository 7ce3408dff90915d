package io.auditspring.sample.deploy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whoever builds it again has the same bytes.
 */
@Tag("shipped")
class ReproducibleBuildTests {

	@Test
	void aSecondBuildMakesTheSameJars() throws IOException, InterruptedException {
		Process process = new ProcessBuilder(Path.of("../.ci/reproducible").toAbsolutePath().toString())
			.redirectErrorStream(true)
			.start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor()).as(output).isZero();
		assertThat(output).contains("The same bytes again: ");
	}

}
