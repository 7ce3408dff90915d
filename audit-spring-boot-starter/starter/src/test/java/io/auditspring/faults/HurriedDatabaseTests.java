package io.auditspring.faults;

import java.nio.file.Path;
import java.sql.Connection;
import java.util.concurrent.atomic.AtomicInteger;

import io.auditspring.TestDatabase;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A database that is impatient with the application's user, or away: what the trail does
 * in the background is not ended by it, and nobody who calls the application pays for it.
 */
@Tag("thorough")
@ExtendWith(OutputCaptureExtension.class)
class HurriedDatabaseTests {

	private static final AtomicInteger USERS = new AtomicInteger();

	/**
	 * Of what the user may do and wait for; shorter ones end the business itself where
	 * machines are busy.
	 */
	private static final String LIMIT = System.getProperty("faults.limit", "2s");

	private final Answers answers = new Answers();

	@TempDir
	private Path directory;

	/** Longer than calls of the business take, and shorter than ours are made to take. */
	@Test
	void shortTimeoutsOfTheUserEndNothingOfOurs(CapturedOutput output) throws Exception {
		PGSimpleDataSource database = (PGSimpleDataSource) TestDatabase.newDatabase();
		JdbcTemplate jdbc = new JdbcTemplate(database);
		String user = "hurried_" + USERS.incrementAndGet();
		jdbc.execute("create role %s superuser login".formatted(user));
		for (String limit : new String[] { "idle_in_transaction_session_timeout", "transaction_timeout",
				"statement_timeout", "lock_timeout" }) {
			jdbc.execute("alter role %s set %s = '%s'".formatted(user, limit, LIMIT));
		}
		String url = "jdbc:postgresql://localhost:%d/%s".formatted(database.getPortNumbers()[0],
				database.getDatabaseName());
		try (ConfigurableApplicationContext context = OrdersOverHttp.start(url, this.directory,
				"spring.datasource.username=" + user, "audit.sync.timeout=1m")) {
			OrdersOverHttp.Clients clients = new OrdersOverHttp.Clients(context, this.answers, Work.values());
			this.answers.awaitFurther(10, Work.values());
			try (Connection holder = database.getConnection()) {
				holder.setAutoCommit(false);
				holder.createStatement().execute("select from audit.audit_chain for update");
				Awaitility.await()
					.until(() -> isTrue(jdbc, "wait_event_type = 'Lock' and clock_timestamp() - query_start > '3s'",
							user));
				holder.rollback();
			}
			this.answers.awaitFurther(10, Work.values());
			clients.stop();
			new FaultAssertions("", this.answers, database).awaitRelay();
			assertThat(output.getOut().lines())
				.noneMatch((line) -> line.matches(".* (ERROR|WARN) .*audit.*") && !line.contains("A NEW KEY"));
		}
		assertThat(this.answers.failures()).isZero();
		assertThat(jdbc.queryForObject("select count(*) from audit.audit_log where category = 'authentication'",
				Long.class))
			.isZero();
		new FaultAssertions("time-outs of 2 s set for the user, head of the chain held for 3 s, over HTTP",
				this.answers, database)
			.settle(0, Work.values());
	}

	private static boolean isTrue(JdbcTemplate jdbc, String condition, String user) {
		return Boolean.TRUE.equals(jdbc.queryForObject(
				"select exists (select from pg_stat_activity where usename = ? and %s)".formatted(condition),
				Boolean.class, user));
	}

	/** Nobody looked at what they showed. */
	@Test
	void nobodysPasswordIsCalledWrongWhileTheDatabaseIsAway() throws Exception {
		try (PostgresServer server = PostgresServer.create()) {
			FaultAssertions faultAssertions = new FaultAssertions("database killed under requests with a password each",
					this.answers, server.dataSource());
			try (ConfigurableApplicationContext context = OrdersOverHttp.start(server.url(), this.directory,
					"spring.datasource.username=postgres", "spring.datasource.hikari.connection-timeout=500")) {
				OrdersOverHttp.Clients clients = new OrdersOverHttp.Clients(context, this.answers, Work.values());
				this.answers.awaitFurther(10, Work.values());
				server.kill();
				this.answers.awaitFailures(20);
				server.start();
				this.answers.awaitFurther(10, Work.values());
				clients.stop();
				faultAssertions.awaitRelay();
			}
			assertThat(new JdbcTemplate(server.dataSource())
				.queryForObject("select count(*) from audit.audit_log where category = 'authentication'", Long.class))
				.isZero();
			faultAssertions.settle(0, Work.values());
		}
	}

}
