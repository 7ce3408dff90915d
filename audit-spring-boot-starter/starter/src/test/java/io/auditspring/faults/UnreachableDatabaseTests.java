package io.auditspring.faults;

import java.time.Duration;

import io.auditspring.TestDatabase;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The database cannot be reached for a while. Nobody is restarted, and nothing is lost.
 */
class UnreachableDatabaseTests {

	private static final Duration OUTAGE = Duration.ofSeconds(Integer.getInteger("faults.outage", 2));

	private static final Duration PATIENCE = Duration.ofMinutes(2);

	private final PGSimpleDataSource database = (PGSimpleDataSource) TestDatabase.newDatabase();

	private final TcpProxy proxy = new TcpProxy(this.database.getPortNumbers()[0]);

	private final Answers answers = new Answers();

	@AfterEach
	void stop() {
		this.proxy.close();
	}

	@Test
	void refusedConnections() {
		outage("refused for " + OUTAGE.toSeconds() + " s", () -> {
			this.proxy.refuse();
			last();
		});
	}

	@Test
	@Tag("faults")
	void aNetworkThatLetsNothingPass() {
		outage("black hole for " + OUTAGE.toSeconds() + " s", () -> {
			this.proxy.hold();
			last();
		});
	}

	@Test
	@Tag("faults")
	void connectionsThatEndAgainAndAgain() {
		outage("connections cut every 50 ms until 200 calls had failed",
				() -> Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(this::cut));
	}

	private static void last() {
		Awaitility.await().pollDelay(OUTAGE).atMost(PATIENCE).until(() -> true);
	}

	private boolean cut() {
		this.proxy.cut();
		return this.answers.failures() >= 200;
	}

	private void outage(String fault, Runnable begin) {
		try (ConfigurableApplicationContext context = FaultyApplication.start(
				"jdbc:postgresql://localhost:%d/%s?socketTimeout=%d".formatted(this.proxy.port(),
						this.database.getDatabaseName(), Math.max(2, OUTAGE.toSeconds() / 4)),
				"spring.datasource.hikari.connection-timeout=1000")) {
			Load load = Load.ofEach(context.getBean(OrderDesk.class), this.answers, "here", Work.values());
			this.answers.awaitFurther(20, Work.values());
			begin.run();
			this.proxy.pass();
			this.answers.awaitFurther(20, Work.values());
			load.stop();
			new FaultAssertions("", this.answers, this.database).awaitRelay();
		}
		assertThat(this.answers.failures()).isPositive();
		new FaultAssertions("database unreachable: " + fault, this.answers, this.database).settle(0, Work.values());
	}

}
