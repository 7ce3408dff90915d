package io.auditspring.faults;

import java.nio.file.Path;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application is asked to stop (SIGTERM) under load. Whatever it acknowledged before
 * it was gone is kept.
 */
class StoppedApplicationTests {

	private final PostgresServer server = PostgresServer.create();

	private final Answers answers = new Answers();

	@AfterEach
	void stop() {
		this.server.close();
	}

	private Instance startWithLoad(String url, String... properties) {
		return Instance.start(url, this.answers, properties).awaitStarted();
	}

	private FaultAssertions faultAssertions(String fault) {
		return new FaultAssertions(fault, this.answers, this.server.dataSource());
	}

	private void recover(FaultAssertions faultAssertions, String... properties) {
		try (ConfigurableApplicationContext next = FaultyApplication.start(this.server.url(), properties)) {
			faultAssertions.awaitRelay();
		}
	}

	@Test
	void underLoad() {
		try (Instance instance = startWithLoad(this.server.url(), "load.transactional=2", "load.async=1", "load.sync=1",
				"load.note=1", "load.refused=1")) {
			this.answers.awaitFurther(50, Work.values());
			instance.stop();
		}
		FaultAssertions faultAssertions = faultAssertions("SIGTERM under load");
		recover(faultAssertions);
		faultAssertions.settle(0, Work.values());
	}

	@Test
	@Tag("faults")
	void withTheDatabaseGone(@TempDir Path directory) {
		String spool = "audit.spool.directory=" + directory;
		try (TcpProxy proxy = new TcpProxy(this.server.port());
				Instance instance = startWithLoad(PostgresServer.url(proxy.port()), "load.note=1", "load.async=1",
						spool, "spring.datasource.hikari.connection-timeout=1000")) {
			this.answers.awaitFurther(100, Work.ASYNC, Work.NOTE);
			proxy.refuse();
			this.answers.awaitFailures(10);
			instance.stop();
			assertThat(instance.isAlive()).isFalse();
		}
		FaultAssertions faultAssertions = faultAssertions("SIGTERM with the database gone");
		recover(faultAssertions, spool);
		faultAssertions.settle(0, Work.ASYNC, Work.NOTE);
	}

}
