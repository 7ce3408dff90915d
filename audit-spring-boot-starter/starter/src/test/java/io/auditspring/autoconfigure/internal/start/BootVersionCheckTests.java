package io.auditspring.autoconfigure.internal.start;

import java.util.List;

import io.auditspring.AuditSetupException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.support.SpringFactoriesLoader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What is said to somebody whose Spring Boot is another one.
 */
@ExtendWith(OutputCaptureExtension.class)
class BootVersionCheckTests {

	private static SpringApplication application(String version) {
		SpringApplication application = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off")
			.build();
		application.addListeners(new BootVersionCheck(version));
		return application;
	}

	@Test
	void itIsFoundBeforeAnythingElseIsDone(CapturedOutput output) {
		for (String version : List.of("3.5.6", "5.0.0-M1")) {
			assertThatExceptionOfType(AuditSetupException.class).isThrownBy(() -> application(version).run());
			assertThat(output).contains("APPLICATION FAILED TO START",
					"Found Spring Boot %s, the audit trail supports Spring Boot 4.0 and 4.1".formatted(version),
					"Upgrade Spring Boot, or remove audit-spring-boot-starter");
		}
		assertThat(output).doesNotContain("context was refreshed");
	}

	@Test
	void theSupportedOnesStart(CapturedOutput output) {
		for (String version : List.of("4.0.7", "4.1.0", "4.1.2")) {
			application(version).run().close();
		}
		assertThat(output).contains("context was refreshed");
	}

	@Test
	void everyApplicationIsAskedFirst() {
		assertThat(SpringFactoriesLoader.forDefaultResourceLocation().load(ApplicationListener.class))
			.hasAtLeastOneElementOfType(BootVersionCheck.class);
		assertThat(new BootVersionCheck().getOrder()).isEqualTo(Integer.MIN_VALUE);
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		Application() {
			System.out.println("context was refreshed");
		}

	}

}
