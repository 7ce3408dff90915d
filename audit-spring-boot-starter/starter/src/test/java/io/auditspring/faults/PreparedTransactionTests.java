package io.auditspring.faults;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;

import javax.sql.DataSource;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Somebody with the rights of the application leaves a prepared transaction that holds
 * the end of the chain: it outlives sessions and restarts. Business calls go on, health
 * says so, and nothing is lost.
 */
@Tag("thorough")
class PreparedTransactionTests {

	private static final Duration PATIENCE = Duration.ofMinutes(3);

	private final Answers answers = new Answers();

	@Test
	void isWaitedForWithoutHoldingUpBusinessCalls() throws SQLException {
		try (PostgresServer server = PostgresServer.create("max_prepared_transactions=5")) {
			DataSource database = server.dataSource();
			try (ConfigurableApplicationContext context = FaultyApplication.start(server.url(),
					"audit.health.max-backlog-age=1s")) {
				OrderDesk desk = context.getBean(OrderDesk.class);
				desk.sync("first");
				try (Connection connection = database.getConnection();
						Statement statement = connection.createStatement()) {
					statement.execute(
							"begin; select * from audit.audit_lock_chain('main'); prepare transaction 'forgotten'");
				}
				server.kill();
				server.start();
				Load load = new Load(desk, this.answers, "here");
				load.start(Map.of(Work.TRANSACTIONAL, 2, Work.ASYNC, 1), 50);
				load.awaitEnd();
				HealthIndicator health = context.getBean("auditHealthIndicator", HealthIndicator.class);
				// Late, or, once attempts have failed for long enough, down.
				await().atMost(PATIENCE)
					.untilAsserted(
							() -> assertThat(health.health().getStatus()).isIn(Status.OUT_OF_SERVICE, Status.DOWN));
				new JdbcTemplate(database).execute("rollback prepared 'forgotten'");
				await().atMost(PATIENCE)
					.untilAsserted(() -> assertThat(health.health().getStatus()).isEqualTo(Status.UP));
			}
			new FaultAssertions("prepared transaction that holds the end of the chain", this.answers, database)
				.settle(0, Work.TRANSACTIONAL, Work.ASYNC);
		}
	}

}
