package io.auditspring.faults;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Problem;
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
import io.auditspring.retention.Redaction;
import io.auditspring.signing.Checkpoints;
import io.auditspring.signing.LedgerVerifier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A ledger that is replicated row by row: the copy is as good as the ledger, and what
 * comes into a ledger that way is found.
 */
class LogicalReplicationTests {

	private static final Ed25519Signer SIGNER = Ed25519Signer.ofPem("shop", Ed25519Signer.newPem());

	private static final TrustedKeys KEYS = TrustedKeys.of(VerifierKey.of(SIGNER));

	private static final String ENTRIES = "select concat_ws(' ', count(*), max(seq)) from audit.audit_log";

	@TempDir
	private static Path directory;

	private static PostgresServer server;

	@BeforeAll
	static void write() {
		server = PostgresServer.create("wal_level=logical", "wal_retrieve_retry_interval=100ms", "fsync=off");
		LedgerDatabase ledger = LedgerDatabase.empty(server.url() + "?user=postgres");
		ledger.append("main", Entries.entries(300));
		checkpoint(ledger);
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	private static void checkpoint(LedgerDatabase database) {
		new Checkpoints(database.dataSource(), database.schema(), "shop", KEYS,
				new CheckpointSigning(SIGNER, new SignerMemory(directory), List.of()))
			.create("main");
	}

	/** As a dump makes it, of a database that nobody else is connected to. */
	private static LedgerDatabase copy(String name) {
		execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'postgres'",
				"create database %s template postgres".formatted(name));
		return at(name);
	}

	private static void execute(String... statements) {
		at("template1").execute(statements);
	}

	private static LedgerDatabase at(String name) {
		return LedgerDatabase.at(server.url().replace("/postgres", "/" + name) + "?user=postgres");
	}

	/** Both are on one server, where it cannot wait for the slot that it makes. */
	private static void replicate(String what, LedgerDatabase from, LedgerDatabase to, String name, boolean copyData) {
		from.execute("create publication %s for %s".formatted(name, what),
				"select pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(name));
		to.execute("""
				create subscription %s connection 'host=localhost port=%d user=postgres dbname=%s' publication %s
				with (create_slot = false, copy_data = %s)
				""".formatted(name, server.port(), from.query("select current_database()"), name, copyData));
	}

	private static List<Problem> problems(LedgerDatabase database) {
		return new LedgerVerifier(database.dataSource(), database.schema(), new TrustPolicy(KEYS, List.of(), "shop"),
				VerificationProgress.NONE)
			.verify()
			.chains()
			.stream()
			.flatMap((chain) -> chain.problems().stream())
			.toList();
	}

	private static void awaitSame(String sql, LedgerDatabase one, LedgerDatabase other) {
		Awaitility.await().untilAsserted(() -> assertThat(other.query(sql)).isEqualTo(one.query(sql)));
	}

	@Test
	void aCopyThatIsKeptUpVerifiesAsTheLedgerDoes() {
		LedgerDatabase ledger = copy("original");
		LedgerDatabase copy = copy("kept_up");
		replicate("tables in schema audit", ledger, copy, "leaving", false);
		Entry erased = Entries.entry("erased");
		ledger.append("main", erased);
		ledger.append("main", Entries.entries(300));
		checkpoint(ledger);
		assertThat(new Redaction(ledger.dataSource(), ledger.schema(), () -> Entries.entry("by"))
			.redact(List.of(erased.id()), EntryGroup.ACTOR, "asked for")
			.complete()).isTrue();
		awaitSame(ENTRIES, ledger, copy);
		assertThat(copy.query("select max(size) from audit.audit_checkpoint")).isEqualTo("601");
		assertThat(problems(copy)).isEmpty();
		assertThat(problems(ledger)).isEmpty();
	}

	/** As a statement that inserts, which the guards judge. */
	@Test
	void theFirstCopyIsRefusedByTheGuards() {
		LedgerDatabase ledger = copy("whole");
		execute("create database empty");
		LedgerDatabase empty = at("empty").migrated();
		replicate("table audit.audit_log", ledger, empty, "first", true);
		awaitErrors(empty, "sync_error_count");
		assertThat(empty.query("select count(*) from audit.audit_log")).isEqualTo("0");
		String unguard = empty.query("""
				select string_agg(format('alter table %s disable trigger all', relid::regclass), ';')
				from pg_partition_tree('audit.audit_log')
				""");
		empty.execute(unguard);
		awaitSame(ENTRIES, ledger, empty);
	}

	@Test
	void whatComesInIsNotChanged() {
		LedgerDatabase victim = subscribed("changed", """
				update audit.audit_log set action = 'order.forged' where chain = 'main' and seq = 8
				""");
		awaitErrors(victim, "apply_error_count");
		assertThat(victim.query("select action from audit.audit_log where chain = 'main' and seq = 8"))
			.isEqualTo("order.pay.8");
		assertThat(problems(victim)).isEmpty();
	}

	/** As the guards of statements are not asked. */
	@Test
	void whatComesInOrIsTakenAwayIsFound() {
		LedgerDatabase victim = subscribed("added", """
				delete from audit.audit_log where chain = 'main' and seq = 7;
				insert into audit.audit_log
					select (jsonb_populate_record(l, '{"seq": 1000}')).*
					from audit.audit_log as l
					where chain = 'main' and seq = 9
				""");
		Awaitility.await()
			.until(() -> "1000".equals(victim.query("select max(seq) from audit.audit_log where chain = 'main'")));
		assertThat(problems(victim)).extracting((problem) -> problem.kind() + " " + problem.seq())
			.contains("MISSING 7", "HASH 1000", "DUPLICATE 1000");
	}

	/** A ledger that gets what somebody does to a copy in which nothing is guarded. */
	private static LedgerDatabase subscribed(String name, String deed) {
		LedgerDatabase victim = copy(name);
		LedgerDatabase elsewhere = copy(name + "_elsewhere");
		replicate("tables in schema audit", elsewhere, victim, name, false);
		elsewhere.tamper(deed);
		return victim;
	}

	private static void awaitErrors(LedgerDatabase subscriber, String counter) {
		String sql = """
				select sum(%s) > 0
				from pg_stat_subscription_stats
					join pg_subscription on pg_subscription.oid = subid
					join pg_database on pg_database.oid = subdbid
				where datname = current_database()
				""".formatted(counter);
		Awaitility.await().until(() -> "t".equals(subscriber.query(sql)));
	}

}
