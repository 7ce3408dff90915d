package io.auditspring.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.Period;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.auditspring.TestDatabase;
import io.auditspring.cli.Commands;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.VerificationProgress;
import io.auditspring.retention.LegalHolds;
import io.auditspring.retention.Redaction;
import io.auditspring.retention.Retention;
import io.auditspring.retention.RetentionAction;
import io.auditspring.retention.RetirementSeal;
import io.auditspring.signing.Checkpoints;
import io.auditspring.signing.LedgerVerifier;
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

	/**
	 * Each of the functions of roles.sql, of the signer, the verifier, exports and
	 * retention.
	 */
	@Test
	void eachFunctionWorksWithoutASession() throws IOException {
		LedgerDatabase direct = LedgerDatabase.create();
		direct.appendAt(Instant.parse("2018-12-31T00:00:00Z"), "main", Entries.entries(3).toArray(Entry[]::new));
		direct.append("main", Entries.entries(300));
		PGSimpleDataSource pooled = new PGSimpleDataSource();
		pooled.setUrl("jdbc:postgresql://127.0.0.1:%d/%s?user=postgres&prepareThreshold=0".formatted(this.port,
				direct.query("select current_database()")));
		LedgerDatabase ledger = LedgerDatabase.at(pooled.getUrl());
		Entry entry = Entries.entry("erased");
		ledger.append("main", entry);
		Schema schema = ledger.schema();
		Ed25519Signer signer = Ed25519Signer.ofPem("shop", Ed25519Signer.newPem());
		Checkpoints checkpoints = new Checkpoints(pooled, schema, "shop", TrustedKeys.of(VerifierKey.of(signer)),
				new CheckpointSigning(signer, new SignerMemory(this.directory.resolve("memory")), List.of()));
		assertThat(checkpoints.create("main").orElseThrow().size()).isEqualTo(304);
		assertThat(checkpoints.inclusion(entry.id()).orElseThrow().holds()).isTrue();
		LegalHolds holds = new LegalHolds(pooled, schema, "main", () -> Entries.entry("by"));
		assertThat(holds.lift(holds.placeOnTarget("Order", 7, "a case"), "over")).isTrue();
		assertThat(new Redaction(pooled, schema, () -> Entries.entry("by"))
			.redact(List.of(entry.id()), EntryGroup.DATA, "asked for")
			.complete()).isTrue();
		assertThat(new Retention(pooled, schema, Period.ofYears(1), RetentionAction.DROP, () -> Entries.entry("by"),
				Clock.systemUTC(), new RetirementSeal(checkpoints, signer))
			.apply()
			.retired()).containsExactly(YearMonth.of(2018, 12));
		TrustPolicy evidence = new TrustPolicy(TrustedKeys.of(VerifierKey.of(signer)), List.of(), "shop");
		assertThat(new LedgerVerifier(pooled, schema, evidence, VerificationProgress.NONE).verify().chains())
			.flatMap(ChainVerification::problems)
			.isEmpty();
		String export = this.directory.resolve("main.ndjson").toString();
		for (Commands.Result result : List.of(
				Commands.run("export", "--url", pooled.getUrl(), "--chain", "main", export),
				Commands.run("verify-export", export))) {
			assertThat(result.status()).as(result.out()).isZero();
		}
	}

	// Version 1.21 and later know prepared statements (max_prepared_statements); for
	// those before, the driver must not use any.
	@Test
	void nothingReliesOnASession() {
		try (ConfigurableApplicationContext context = FaultyApplication.start(url() + "?prepareThreshold=0",
				"spring.datasource.hikari.maximum-pool-size=16", "audit.sync.timeout=1m")) {
			Load load = new Load(context.getBean(OrderDesk.class), this.answers, "here");
			load.start(Map.of(Work.TRANSACTIONAL, 3, Work.ASYNC, 2, Work.SYNC, 2, Work.NOTE, 1, Work.REFUSED, 2),
					CALLS);
			load.awaitEnd();
			assertThat(this.answers.failures()).isZero();
		}
		new FaultAssertions("behind PgBouncer in transaction mode", this.answers, this.database).settle(0,
				Work.values());
	}

}
