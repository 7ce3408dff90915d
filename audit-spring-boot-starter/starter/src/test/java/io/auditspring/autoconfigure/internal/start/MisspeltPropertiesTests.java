package io.auditspring.autoconfigure.internal.start;

import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is said of properties that are nearly called like the trail's.
 */
@ExtendWith(OutputCaptureExtension.class)
class MisspeltPropertiesTests {

	private static final String WARNING = "is none of the audit trail's";

	private static SpringApplicationBuilder application(Class<?>... sources) {
		return new SpringApplicationBuilder(sources).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off");
	}

	private static void start(String... arguments) {
		application(Application.class).run(arguments).close();
	}

	private static void startWithVariable(String name) {
		application(Application.class)
			.initializers((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment", Map.of(name, "all"))))
			.run()
			.close();
	}

	@Test
	void itIsNamedWithItsSourceAndTheNearestOne(CapturedOutput output) {
		start("--audit.capture.entites=all");
		assertThat(output).containsOnlyOnce(WARNING)
			.contains("WARN")
			.contains("The property 'audit.capture.entites' (\"audit.capture.entites\" from property source "
					+ "\"commandLineArgs\") is none of the audit trail's and is ignored. "
					+ "Did you mean 'audit.capture.entities'?");
	}

	@ParameterizedTest
	@ValueSource(strings = { "audit.enabeld", "audit.service.name", "audit.web.base-paths", "audit.maskin.keys[0]",
			"audit.retention.peroid", "audit.chian", "audit.security.tenantClaims" })
	void itIsFoundWhateverItsFault(String name, CapturedOutput output) {
		start("--" + name + "=1");
		assertThat(output).containsOnlyOnce(WARNING);
	}

	@Test
	void aVariableOfTheEnvironmentIsFound(CapturedOutput output) {
		startWithVariable("AUDIT_CAPTURE_ENTITES");
		assertThat(output).containsOnlyOnce(WARNING)
			.contains("AUDIT_CAPTURE_ENTITES", "Did you mean 'audit.capture.entities'?");
	}

	@ParameterizedTest
	@ValueSource(strings = { "AUDIT_CAPTURE_ENTITIES", "AUDIT_SERVICE_NAME", "AUDIT_SERVICENAME",
			"AUDIT_MASKING_KEYS_0_", "AUDIT_MASKING_KEYS_0", "AUDIT_LOG", "AUDITED_BY" })
	void otherVariablesAreLeftAlone(String name, CapturedOutput output) {
		startWithVariable(name);
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void relaxedFormsAreKnown(CapturedOutput output) {
		start("--audit.capture.entities=all", "--audit.serviceName=a", "--audit.service_name=a",
				"--audit.masking.keys[0]=a", "--audit.masking.keys=a", "--AUDIT.WEB.basePath=/a");
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void namesOfAnApplicationsOwnAreLeftAlone(CapturedOutput output) {
		start("--audit.topic=a", "--audit.trail.bucket=a", "--audit.kafka.topic=a", "--audit.log.path=a",
				"--audit.users[0].name=a", "--auditing.enabeld=true");
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void namesThatAnApplicationBindsAreLeftAlone(CapturedOutput output) {
		application(Application.class, Owner.class).run("--audit.capture.entites=all", "--audit.enabeld=true").close();
		assertThat(output).containsOnlyOnce(WARNING).contains("'audit.enabeld'");
	}

	@Test
	void aChildSaysNothingAgain(CapturedOutput output) {
		try (ConfigurableApplicationContext parent = application(Application.class)
			.run("--audit.capture.entites=all")) {
			application(Application.class).parent(parent).run("--audit.capture.entites=all").close();
		}
		assertThat(output).containsOnlyOnce(WARNING);
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties
	static class Owner {

		@Bean
		@ConfigurationProperties("audit.capture")
		Map<String, String> cameras() {
			return new HashMap<>();
		}

	}

}
