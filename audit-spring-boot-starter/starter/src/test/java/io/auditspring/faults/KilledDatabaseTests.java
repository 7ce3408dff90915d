package io.auditspring.faults;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * All processes of PostgreSQL are killed under load and started again. The application
 * goes on by itself.
 */
class KilledDatabaseTests {

	private static final int ROUNDS = Integer.getInteger("faults.database-rounds", 1);

	private final PostgresServer server = PostgresServer.create();

	private final Answers answers = new Answers();

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	@Tag("faults")
	void underLoad() {
		FaultAssertions faultAssertions = new FaultAssertions(
				"PostgreSQL killed under load, %d rounds".formatted(ROUNDS), this.answers, this.server.dataSource());
		try (ConfigurableApplicationContext context = FaultyApplication.start(this.server.url(),
				"spring.datasource.hikari.connection-timeout=1000")) {
			Load load = Load.ofEach(context.getBean(OrderDesk.class), this.answers, "here", Work.values());
			for (int round = 0; round < ROUNDS; round++) {
				this.answers.awaitFurther(50, Work.values());
				this.server.kill();
				this.answers.awaitFailures(10);
				this.server.start();
			}
			this.answers.awaitFurther(50, Work.values());
			load.stop();
			faultAssertions.awaitRelay();
		}
		faultAssertions.settle(0, Work.values());
	}

}
