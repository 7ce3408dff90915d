package io.auditspring.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.auditspring.TestDatabase;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The whole application behind PgBouncer in transaction mode, where each transaction may
 * have another session: nothing relies on what a session keeps.
 */
class PgBouncerTests {

	private static final int CALLS = 300;

	private static final int SESSIONS = 4;

	private final PGSimpleDataSource database = (PGSimpleDataSource) TestDatabase.newDatabase();

	private final Answers answers = new Answers();

	private final int port = PostgresServer.freePort();

	@TempDir
	private Path directory;

	private Process bouncer;

	@BeforeEach
	void start() throws IOException {
		Path program = Path.of("/usr/sbin/pgbouncer");
		Assumptions.assumeTrue(Files.isExecutable(program), "PgBouncer is not installed");
		Path settings = this.directory.resolve("pgbouncer.ini");
		Files.writeString(settings, """
				[databases]
				* = host=127.0.0.1 port=%d user=postgres
				[pgbouncer]
				listen_addr = 127.0.0.1
				listen_port = %d
				unix_socket_dir =
				auth_type = any
				pool_mode = transaction
				default_pool_size = %d
				ignore_startup_parameters = extra_float_digits
				""".formatted(this.database.getPortNumbers()[0], this.port, SESSIONS));
		List<String> command = new ArrayList<>();
		if ("root".equals(System.getProperty("user.name"))) {
			command.addAll(List.of("unshare", "-U"));
		}
		command.addAll(List.of(program.toString(), settings.toString()));
		this.bouncer = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(this.directory.resolve("log").toFile())
			.start();
		Awaitility.await().until(this::answers);
	}

	// Flyway sets the search path of its session, which would stay behind in a shared
	// one.
	@Test
	void migrationsLeaveNothingBehindInASession() throws SQLException {
		FaultyApplication.start(url() + "?prepareThreshold=0").close();
		List<Connection> sessions = new ArrayList<>();
		List<String> paths = new ArrayList<>();
		for (int i = 0; i < SESSIONS; i++) {
			Connection session = DriverManager.getConnection(url() + "?user=postgres&prepareThreshold=0");
			sessions.add(session);
			// Each keeps the server's session as long as its transaction is open.
			session.setAutoCommit(false);
			try (ResultSet result = session.createStatement().executeQuery("show search_path")) {
				result.next();
				paths.add(result.getString(1));
			}
		}
		for (Connection session : sessions) {
			session.close();
		}
		assertThat(paths).hasSize(SESSIONS).containsOnly("\"$user\", public");
	}

	@AfterEach
	void stop() {
		if (this.bouncer != null) {
			this.bouncer.destroy();
		}
	}

	private String url() {
		return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(this.port, this.database.getDatabaseName());
	}

	private boolean answers() throws IOException {
		try {
			DriverManager.getConnection(url() + "?user=postgres").close();
			return true;
		}
		catch (SQLException ex) {
			if (!this.bouncer.isAlive()) {
				throw new IllegalStateException(Files.readString(this.directory.resolve("log")), ex);
			}
			return false;
		}
	}

	// Version 1.21 and later know prepared statements (max_prepared_statements); for
	// those before, the driver must not use any.
	@Test
	void nothingReliesOnASession() {
		try (ConfigurableApplicationContext context = FaultyApplication.start(url() + "?prepareThreshold=0",
				"spring.datasource.hikari.maximum-pool-size=16")) {
			Load load = new Load(context.getBean(OrderDesk.class), this.answers, "here");
			load.start(Map.of(Work.TRANSACTIONAL, 3, Work.ASYNC, 2, Work.SYNC, 2, Work.NOTE, 1, Work.REFUSED, 2),
					CALLS);
			load.awaitEnd();
			assertThat(this.answers.failures()).isZero();
		}
		new Reckoning("behind PgBouncer in transaction mode", this.answers, this.database).settle(0, Work.values());
	}

}
