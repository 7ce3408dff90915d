package io.auditspring.faults;

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
import io.auditspring.receive.internal.BundleReceiver;
import io.auditspring.receive.internal.JdbcSource;
import io.auditspring.receive.internal.Receipts;
import io.auditspring.receive.internal.ReceivingStatistics;
import io.auditspring.retention.LegalHolds;
import io.auditspring.retention.Redaction;
import io.auditspring.retention.Retention;
import io.auditspring.retention.RetentionAction;
import io.auditspring.retention.RetirementSeal;
import io.auditspring.signing.Checkpoints;
import io.auditspring.signing.LedgerVerifier;
import org.junit.jupiter.api.AfterEach;
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

	private final PGSimpleDataSource database = (PGSimpleDataSource) TestDatabase.newDatabase();

	private final Answers answers = new Answers();

	@TempDir
	private Path directory;

	private PgBouncer bouncer;

	@BeforeEach
	void start() {
		this.bouncer = PgBouncer.start(this.database, this.directory);
	}

	// Flyway sets the search path of its session, which would stay behind in a shared
	// one.
	@Test
	void migrationsLeaveNothingBehindInASession() throws SQLException {
		FaultyApplication.start(this.bouncer.url()).close();
		List<Connection> sessions = new ArrayList<>();
		List<String> paths = new ArrayList<>();
		for (int i = 0; i < PgBouncer.SESSIONS; i++) {
			Connection session = DriverManager.getConnection(this.bouncer.url() + "&user=postgres");
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
		assertThat(paths).hasSize(PgBouncer.SESSIONS).containsOnly("\"$user\", public");
	}

	@AfterEach
	void stop() {
		if (this.bouncer != null) {
			this.bouncer.close();
		}
	}

	/**
	 * Each of the functions of roles.sql, of the signer, the verifier, exports and
	 * retention.
	 */
	@Test
	void eachFunctionWorksWithoutASession() {
		LedgerDatabase direct = LedgerDatabase.create();
		direct.appendAt(Instant.parse("2018-12-31T00:00:00Z"), "main", Entries.entries(3).toArray(Entry[]::new));
		direct.append("main", Entries.entries(300));
		PGSimpleDataSource pooled = new PGSimpleDataSource();
		pooled.setUrl(this.bouncer.url(direct.query("select current_database()")) + "&user=postgres");
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

	/** The centre asks a source, and neither knows a session of the other for long. */
	@Test
	void aCentreReceivesWithoutASession() {
		LedgerDatabase source = pooled(LedgerDatabase.create());
		LedgerDatabase centre = pooled(LedgerDatabase.create());
		Ed25519Signer signer = Ed25519Signer.ofPem("orders", Ed25519Signer.newPem());
		centre.execute("select audit.audit_receive_chain('orders', '%s', 'orders', '%s')"
			.formatted(source.query("select audit.audit_ledger_id('orders')"), VerifierKey.of(signer)));
		source.append("orders", Entries.entries(300));
		new Checkpoints(source.dataSource(), source.schema(), "orders", TrustedKeys.of(VerifierKey.of(signer)),
				new CheckpointSigning(signer, new SignerMemory(this.directory.resolve("memory")), List.of()))
			.create("orders");
		ReceivingStatistics statistics = new ReceivingStatistics();
		new JdbcSource("orders", source.dataSource(), source.schema(), List.of(),
				new BundleReceiver(centre.dataSource(), centre.schema(), () -> Entries.entry("by"), statistics),
				statistics, new Receipts(centre.dataSource(), centre.schema(),
						Ed25519Signer.ofPem("centre", Ed25519Signer.newPem()), null, false))
			.tryToReceive(() -> true);
		assertThat(statistics.troubles()).isEmpty();
		assertThat(centre.query("select count(*) from audit.audit_log where chain = 'orders'")).isEqualTo("300");
		assertThat(source.query("select string_agg(kind || ' ' || size, ', ') from audit.audit_receipt"))
			.isEqualTo("stored 300");
	}

	private LedgerDatabase pooled(LedgerDatabase direct) {
		return LedgerDatabase.at(this.bouncer.url(direct.query("select current_database()")) + "&user=postgres");
	}

	@Test
	void nothingReliesOnASession() {
		try (ConfigurableApplicationContext context = FaultyApplication.start(this.bouncer.url(),
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
