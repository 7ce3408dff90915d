package io.auditspring.autoconfigure;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.auditspring.TestDatabase;
import io.auditspring.query.AuditTrail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Starts with some optional libraries and without others, in a JVM of its own: a
 * filtering class loader does not keep them from classes that its parent defines.
 */
class OptionalLibrariesTests {

	@Test
	void actuatorDoesNotNeedSpringSecurityNorCheckpointsBouncyCastle(@TempDir Path directory) throws Exception {
		assertThat(start(directory, "spring-(boot-)?(starter-)?security-.*|bc(pkix|prov|util)-.*"))
			.contains("started with a trail");
	}

	private static String start(Path directory, String without) throws Exception {
		Pattern jar = Pattern.compile(without);
		String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> !jar.matcher(new File(entry).getName()).matches())
			.collect(Collectors.joining(File.pathSeparator));
		File output = directory.resolve("output").toFile();
		Process application = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-XX:TieredStopAtLevel=1", "-cp", classPath, Application.class.getName(),
				((PGSimpleDataSource) TestDatabase.newDatabase()).getUrl())
			.redirectErrorStream(true)
			.redirectOutput(output)
			.start();
		try {
			assertThat(application.waitFor(2, TimeUnit.MINUTES)).isTrue();
		}
		finally {
			application.destroyForcibly();
		}
		return Files.readString(output.toPath());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		public static void main(String[] args) {
			try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
				.web(WebApplicationType.NONE)
				.run("--spring.datasource.url=" + args[0], "--spring.datasource.username=postgres",
						"--spring.flyway.enabled=false")) {
				context.getBean(AuditTrail.class);
				System.out.println("started with a trail");
			}
		}

	}

}
